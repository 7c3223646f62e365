import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { RowButton } from '../../parts/listing.tsx'
import { nameIn, useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { roomsTexts } from '../../text/manage/rooms.ts'
import { servicesTexts } from '../../text/manage/services.ts'
import { serviceTexts } from '../../text/shared/services.ts'
import { minutesOf } from '../../time/interval.ts'
import { ActiveTag } from '../parts/section.tsx'
import type { ManagedService } from './managed_service.ts'
import { MoveButtons } from './move_buttons.tsx'

export const EditService = graphql(`
  mutation EditService($clinicId: BigInt!, $id: BigInt!, $patch: ServicePatch!) {
    updateService(input: { clinicId: $clinicId, id: $id, patch: $patch }) { service { id } }
  }
`)

interface ServiceRowProps {
  service: ManagedService
  /** The ids of all services, in their order. */
  ids: string[]
  reorder(ids: string[]): Promise<unknown>
  open(dialog: 'edit' | 'doctors' | 'needs' | 'end'): void
  changed(): void
}

export function ServiceRow({ service, ids, reorder, open, changed }: ServiceRowProps) {
  const { t, language } = useText(servicesTexts)
  const { t: common } = useText(manageTexts)
  const { t: shared } = useText(serviceTexts)
  const { t: rooms } = useText(roomsTexts)
  const { clinicId, id, isActive, duration, doctorServices, serviceQuestions, takesResources } = service
  const name = nameIn(language, service)
  return (
    <>
      <div className="row-words">
        <h2 className="row-title">{name}</h2>
        <p className="fields">{duration ? shared.minutes(minutesOf(duration)) : t.oneSlot}</p>
        <p className={doctorServices.totalCount > 0 ? 'row-more' : 'missing'}>
          {t.doctorCount(doctorServices.totalCount)}
          {serviceQuestions.totalCount > 0 && ` · ${t.questionCount(serviceQuestions.totalCount)}`}
          {takesResources && ` · ${rooms.takesRooms}`}
        </p>
      </div>
      {!isActive && <ActiveTag active={false} />}
      <div className="row-actions">
        <MoveButtons name={name} id={id} ids={ids} reorder={reorder} changed={changed} />
        <RowButton of={name} press={() => open('edit')}>
          {common.edit}
        </RowButton>
        <RowButton of={name} press={() => open('doctors')}>
          {t.doctors}
        </RowButton>
        <RowButton of={name} press={() => open('needs')}>
          {rooms.needs}
        </RowButton>
        <Link href={`/manage/${clinicId}/services?service=${id}`} className="button small">
          {t.questions}
          <span className="visually-hidden">, {name}</span>
        </Link>
        {!isActive && <Reactivate service={service} changed={changed} />}
        <RowButton of={name} ends press={() => open('end')}>
          {isActive ? common.deactivate : common.remove}
        </RowButton>
      </div>
    </>
  )
}

function Reactivate({ service, changed }: { service: ManagedService; changed(): void }) {
  const { t } = useText(servicesTexts)
  const { t: common } = useText(manageTexts)
  const errorText = useErrorText()
  const { clinicId, id, name, rowVersion } = service
  async function reactivate() {
    try {
      await request(EditService, { clinicId, id, patch: { isActive: true, rowVersion } })
      showToast(t.reactivated(name))
    } catch (error) {
      showToast(errorText(error))
    }
    changed()
  }
  return (
    <RowButton of={name} press={reactivate}>
      {common.reactivate}
    </RowButton>
  )
}
