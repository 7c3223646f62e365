import { type ReactNode, useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Field } from '../../parts/form/field.tsx'
import type { Fields } from '../../parts/form/form.tsx'
import { FormSheet } from '../../parts/form/form_sheet.tsx'
import { Sheet } from '../../parts/layout/sheet.tsx'
import { Loaded } from '../../parts/listing.tsx'
import { useDoctorNames } from '../../parts/workplace/use_doctor_names.ts'
import { nameIn, useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { servicesTexts } from '../../text/manage/services.ts'
import { serviceTexts } from '../../text/shared/services.ts'
import { minutesOf } from '../../time/interval.ts'
import type { ManagedService } from './managed_service.ts'

const DoctorsOfService = graphql(`
  query DoctorsOfService($clinicId: BigInt!, $serviceId: BigInt!, $after: Cursor) {
    doctorServices(
      filter: { clinicId: { equalTo: $clinicId }, serviceId: { equalTo: $serviceId } }, first: 100, after: $after
    ) {
      nodes { doctorId duration { days hours minutes } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
const SetServiceDoctors = graphql(`
  mutation SetServiceDoctors(
    $clinicId: BigInt!, $serviceId: BigInt!, $doctorIds: [BigInt]!, $durations: [IntervalInput]!, $rowVersion: Int!
  ) {
    setServiceDoctors(
      input: {
        clinicId: $clinicId, serviceId: $serviceId, doctorIds: $doctorIds, durations: $durations
        rowVersion: $rowVersion
      }
    ) { service { id } }
  }
`)

interface ServiceDoctorsProps {
  service: ManagedService
  changed(): void
  close(): void
}

/** Says which doctors offer a service, and how long it takes with each of them. */
export function ServiceDoctors({ service, changed, close }: ServiceDoctorsProps) {
  const { t, language } = useText(servicesTexts)
  const doctors = useDoctorNames()
  const { clinicId, id } = service
  const offers = usePaginatedQuery(
    DoctorsOfService,
    { clinicId, serviceId: id },
    ({ doctorServices }) => doctorServices,
    { all: true },
  )
  const title = t.doctorsOf(nameIn(language, service))
  // The form is shown when everything has been loaded. Saving it removes the doctors that are not ticked in it.
  if (!doctors.data || !offers.data) {
    return (
      <Sheet title={title} close={close}>
        <Loaded<unknown> query={offers.data ? doctors : offers}>{() => null}</Loaded>
      </Sheet>
    )
  }
  const minutes = new Map(offers.data.nodes.map(({ doctorId, duration }) => [doctorId, minutesOf(duration)]))
  const shown = doctors.data.nodes.filter((doctor) => doctor.isActive || minutes.has(doctor.id))
  return (
    <DoctorsForm title={title} service={service} changed={changed} close={close}>
      {shown.length === 0 && <p className="missing">{t.noDoctors}</p>}
      {shown.map((doctor) => (
        <Offer key={doctor.id} doctor={doctor} minutes={minutes.get(doctor.id)} />
      ))}
    </DoctorsForm>
  )
}

/** Stores which doctors are ticked in the form. */
function DoctorsForm({
  title,
  service,
  changed,
  close,
  children,
}: ServiceDoctorsProps & { title: string; children: ReactNode }) {
  const { t } = useText(servicesTexts)
  const { t: common } = useText(manageTexts)
  const { t: shared } = useText(serviceTexts)
  const { clinicId, id, duration, rowVersion } = service

  async function save(fields: Fields) {
    const doctorIds = Object.keys(fields).flatMap((name) => /^doctor-(\d+)$/.exec(name)?.[1] ?? [])
    const durations = doctorIds.map((doctor) => {
      const minutes = fields[`minutes-${doctor}`]
      return minutes ? { minutes: Number(minutes) } : null
    })
    await request(SetServiceDoctors, { clinicId, serviceId: id, doctorIds, durations, rowVersion })
    showToast(common.saved)
    changed()
    close()
  }

  return (
    <FormSheet
      title={title}
      lead={<p>{t.doctorsLead(duration ? shared.minutes(minutesOf(duration)) : undefined)}</p>}
      submit={common.save}
      onSubmit={save}
      reload={changed}
      close={close}
    >
      {children}
    </FormSheet>
  )
}

interface OfferProps {
  doctor: { id: string; fullName: string }
  /** The minutes of the doctor's own, 0 for none; undefined if the doctor does not offer the service. */
  minutes: number | undefined
}

function Offer({ doctor: { id, fullName }, minutes }: OfferProps) {
  const { t } = useText(servicesTexts)
  const { t: common } = useText(manageTexts)
  const [isOffered, setOffered] = useState(minutes !== undefined)
  return (
    <div className="optional-field">
      <label className="check">
        <input
          type="checkbox"
          name={`doctor-${id}`}
          checked={isOffered}
          onChange={({ target }) => setOffered(target.checked)}
        />
        <span>{fullName}</span>
      </label>
      {isOffered && (
        <Field
          label={`${t.minutesWith(fullName)} (${common.optional})`}
          name={`minutes-${id}`}
          type="number"
          min={1}
          max={1440}
          defaultValue={minutes || ''}
        />
      )}
    </div>
  )
}
