import { graphql } from '../../data/generated/gql.ts'
import type { ResourceType } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Field, Labelled } from '../../parts/form/field.tsx'
import { FormSheet } from '../../parts/form/form_sheet.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { roomsTexts } from '../../text/manage/rooms.ts'
import { minutesOf } from '../../time/interval.ts'
import type { Resource } from './use_resources.ts'

const AddResource = graphql(`
  mutation AddResource($resource: ResourceInput!) {
    createResource(input: { resource: $resource }) { resource { id } }
  }
`)
export const EditResource = graphql(`
  mutation EditResource($clinicId: BigInt!, $id: BigInt!, $patch: ResourcePatch!) {
    updateResource(input: { clinicId: $clinicId, id: $id, patch: $patch }) { resource { id } }
  }
`)

interface RoomSheetProps {
  /** Undefined to add one. */
  resource: Resource | undefined
  changed(): void
  close(): void
}

/** Edits a room or equipment. */
export function RoomSheet({ resource, changed, close }: RoomSheetProps) {
  const { t } = useText(roomsTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  return (
    <FormSheet
      key={resource?.rowVersion}
      title={resource ? t.edit(resource.name) : t.add}
      submit={resource ? common.save : common.add}
      onSubmit={async ({ name = '', type, turnover }) => {
        const values = { name, type: type as ResourceType, turnover: { minutes: Number(turnover ?? 0) } }
        if (resource) {
          const { clinicId, id, rowVersion } = resource
          await request(EditResource, { clinicId, id, patch: { ...values, rowVersion } })
        } else await request(AddResource, { resource: { ...values, clinicId: clinic.id } })
        showToast(common.saved)
        changed()
        close()
      }}
      fieldOf={({ code }) => ({ unique_violation: 'name', check_violation: 'turnover' })[code]}
      reload={changed}
      close={close}
    >
      <Field label={t.name} name="name" defaultValue={resource?.name} hint={t.nameHint} maxLength={100} required />
      <Labelled label={t.type}>
        {(ties) => (
          <select {...ties} name="type" defaultValue={resource?.type}>
            {Object.entries(t.types).map(([type, text]) => (
              <option key={type} value={type}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Labelled>
      <Field
        label={t.turnover}
        name="turnover"
        type="number"
        min={0}
        max={240}
        defaultValue={minutesOf(resource?.turnover)}
        hint={t.turnoverHint}
        required
      />
    </FormSheet>
  )
}
