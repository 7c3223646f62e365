import { useRef } from 'react'
import type { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Field } from '../../parts/form/field.tsx'
import type { Fields } from '../../parts/form/form.tsx'
import { FormSheet } from '../../parts/form/form_sheet.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { servicesTexts } from '../../text/manage/services.ts'
import type { ManagedService } from './managed_service.ts'
import { OwnRules } from './own_rules.tsx'
import { ServiceKind, ServiceTime } from './service_fields.tsx'
import { refusedField, serviceIn } from './service_in.ts'
import { EditService } from './service_row.tsx'
import { Translations } from './translations.tsx'

const AddService = graphql(`
  mutation AddService($service: ServiceInput!) { createService(input: { service: $service }) { service { id } } }
`)

interface ServiceSheetProps {
  /** Undefined to add a service. */
  service: ManagedService | undefined
  changed(): void
  close(): void
}

/** Edits a service: its names, how long it takes, who may book it. */
export function ServiceSheet({ service, changed, close }: ServiceSheetProps) {
  const { t } = useText(servicesTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const sent = useRef<Fields>({})

  async function save(fields: Fields) {
    sent.current = fields
    const values = serviceIn(fields, service)
    if (service) {
      const { clinicId, id, rowVersion } = service
      await request(EditService, { clinicId, id, patch: { ...values, rowVersion } })
    } else await request(AddService, { service: { ...values, clinicId: clinic.id } })
    showToast(common.saved)
    changed()
    close()
  }

  return (
    <FormSheet
      key={service?.rowVersion}
      title={service ? t.edit(service.name) : t.add}
      submit={service ? common.save : common.add}
      onSubmit={save}
      fieldOf={(refusal: Refusal) => refusedField(refusal, sent.current)}
      reload={changed}
      close={close}
    >
      <ServiceWords service={service} />
      <ServiceTime service={service} />
      <ServiceKind service={service} />
      <OwnRules service={service} />
    </FormSheet>
  )
}

/** What a service is called, and what patients bring to it. */
function ServiceWords({ service }: { service: ManagedService | undefined }) {
  const { t } = useText(servicesTexts)
  const { t: common } = useText(manageTexts)
  const [names, preparations] = [service?.names, service?.preparations] as (Record<string, string> | undefined)[]
  return (
    <>
      <Field label={t.name} name="name" defaultValue={service?.name} maxLength={100} required />
      <Translations name="names" label={t.name} stored={names ?? {}} maxLength={100} />
      <Field
        label={`${t.preparation} (${common.optional})`}
        name="preparation"
        defaultValue={service?.preparation ?? ''}
        maxLength={2000}
        long
      />
      <Translations name="preparations" label={t.preparation} stored={preparations ?? {}} maxLength={2000} long />
    </>
  )
}
