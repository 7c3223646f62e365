import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Confirm } from '../../parts/form/confirm.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { servicesTexts } from '../../text/manage/services.ts'
import type { ManagedService } from './managed_service.ts'
import { EditService } from './service_row.tsx'

const RemoveService = graphql(`
  mutation RemoveService($clinicId: BigInt!, $serviceId: BigInt!, $rowVersion: Int!) {
    removeService(input: { clinicId: $clinicId, serviceId: $serviceId, rowVersion: $rowVersion }) { service { id } }
  }
`)
const ServiceIsThere = graphql(`
  query ServiceIsThere($clinicId: BigInt!, $id: BigInt!) { service(clinicId: $clinicId, id: $id) { id } }
`)

interface EndServiceProps {
  service: ManagedService
  changed(): void
  close(): void
}

/** Asks before an active service is deactivated, or an inactive one removed. */
export function EndService({ service, changed, close }: EndServiceProps) {
  const { t } = useText(servicesTexts)
  const { t: common } = useText(manageTexts)
  const { clinicId, id, name, isActive, rowVersion } = service

  async function end() {
    if (isActive) {
      await request(EditService, { clinicId, id, patch: { isActive: false, rowVersion } })
      showToast(t.deactivated(name))
    } else {
      await request(RemoveService, { clinicId, serviceId: id, rowVersion })
      const { service: kept } = await request(ServiceIsThere, { clinicId, id })
      showToast(kept ? t.keptInactive(name) : t.removed(name))
    }
    changed()
    close()
  }

  return (
    <Confirm
      title={isActive ? t.deactivateTitle(name) : t.removeTitle(name)}
      submit={isActive ? common.deactivate : common.remove}
      confirm={end}
      close={close}
    >
      <p>{isActive ? t.deactivateLead : t.removeLead}</p>
    </Confirm>
  )
}
