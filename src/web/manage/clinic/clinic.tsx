import { useState } from 'react'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import type { ManageClinicQuery, ToPhoneFragment } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { CalendarLink } from '../../parts/calendar_link.tsx'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { Notice } from '../../parts/feedback/notice.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Confirm } from '../../parts/form/confirm.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Loaded } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { clinicTexts } from '../../text/manage/clinic.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { calendarLinkTexts } from '../../text/shared/calendar_link.ts'
import { Section } from '../parts/section.tsx'
import { ToPhone } from '../parts/to_phone.tsx'
import { ClinicFields, clinicFieldOf } from './clinic_fields.tsx'

const ManageClinic = graphql(`
  query ManageClinic($clinicId: BigInt!) {
    clinic(id: $clinicId) { id name address phone email country timeZone isActive rowVersion }
  }
`)
const EditClinic = graphql(`
  mutation EditClinic($id: BigInt!, $patch: ClinicPatch!) {
    updateClinic(input: { id: $id, patch: $patch }) { clinic { id } }
  }
`)
const DeactivateClinic = graphql(`
  mutation DeactivateClinic($clinicId: BigInt!, $cascade: Boolean!) {
    deactivateClinic(input: { clinicId: $clinicId, cascade: $cascade }) {
      clinic { id }
      query { bookingsToPhone(clinicId: $clinicId, pageSize: 100) { ...ToPhone } }
    }
  }
`)

type Clinic = NonNullable<ManageClinicQuery['clinic']>

/** A clinic's own data, and its deactivation. */
export function ClinicSection() {
  const { t } = useText(clinicTexts)
  const { t: common } = useText(manageTexts)
  const { t: calendarText } = useText(calendarLinkTexts)
  const { clinic, clinicsChanged } = useWorkplace()
  const query = useQuery(ManageClinic, { clinicId: clinic.id })
  const changed = () => {
    query.refetch()
    clinicsChanged()
  }
  return (
    <Section title={common.section.clinic} lead={t.lead}>
      <Loaded query={query} skeleton="block">
        {(data) =>
          data.clinic && (
            <>
              <div className="card padded">
                <Form
                  guarded
                  key={data.clinic.rowVersion}
                  submit={common.save}
                  onSubmit={async ({ name = '', address, phone, email, country, timeZone = '' }) => {
                    const { id, rowVersion } = data.clinic as Clinic
                    const patch = {
                      name,
                      address: address ?? null,
                      phone: phone ?? null,
                      email: email ?? null,
                      country: country?.toUpperCase() ?? null,
                      // Left out unless changed: the database refuses a time zone while there are future slots, even the same.
                      ...(timeZone !== data.clinic?.timeZone && { timeZone }),
                      rowVersion,
                    }
                    await request(EditClinic, { id, patch })
                    showToast(common.saved)
                    changed()
                  }}
                  fieldOf={clinicFieldOf}
                  reload={changed}
                >
                  <ClinicFields clinic={data.clinic} />
                </Form>
              </div>
              <section className="card padded" aria-labelledby="calendar">
                <h2 id="calendar">{calendarText.title}</h2>
                <p>{calendarText.ofClinic}</p>
                <CalendarLink clinicId={data.clinic.id} />
              </section>
              <Service clinic={data.clinic} changed={changed} />
            </>
          )
        }
      </Loaded>
    </Section>
  )
}

/** Takes a clinic out of service, or back into it. */
function Service({ clinic, changed }: { clinic: Clinic; changed(): void }) {
  const { t } = useText(clinicTexts)
  const { t: common } = useText(manageTexts)
  const [toPhone, setToPhone] = useState<readonly (ToPhoneFragment | null)[]>()
  const [asking, setAsking] = useState(false)
  if (!clinic.isActive) {
    return (
      <>
        {toPhone && <ToPhone bookings={toPhone} close={() => setToPhone(undefined)} />}
        <OutOfService clinic={clinic} changed={changed} />
      </>
    )
  }
  return (
    <section className="danger-zone">
      <div>
        <h2>{t.serviceTitle}</h2>
        <p>{t.serviceLead}</p>
      </div>
      <button type="button" className="button quiet-danger" onClick={() => setAsking(true)}>
        {common.deactivate}
      </button>
      {asking && (
        <Deactivation
          clinic={clinic}
          done={(unreached) => {
            if (unreached.length > 0) setToPhone(unreached)
            changed()
            setAsking(false)
          }}
          close={() => setAsking(false)}
        />
      )}
    </section>
  )
}

function OutOfService({ clinic, changed }: { clinic: Clinic; changed(): void }) {
  const { t } = useText(clinicTexts)
  const errorText = useErrorText()
  return (
    <Notice tone="plain">
      <p>{t.outNow}</p>
      <button
        type="button"
        className="button small"
        onClick={() =>
          request(EditClinic, { id: clinic.id, patch: { isActive: true, rowVersion: clinic.rowVersion } }).then(
            () => {
              showToast(t.back)
              changed()
            },
            (error) => showToast(errorText(error)),
          )
        }
      >
        {t.backToService}
      </button>
    </Notice>
  )
}

interface DeactivationProps {
  clinic: Clinic
  /** Called with the bookings whose patients no message reaches. */
  done(unreached: readonly (ToPhoneFragment | null)[]): void
  close(): void
}

/** Asks before a clinic is deactivated, and once more if doctors work there, who are deactivated with it. */
function Deactivation({ clinic, done, close }: DeactivationProps) {
  const { t } = useText(clinicTexts)
  const { t: common } = useText(manageTexts)
  const [doctors, setDoctors] = useState<{ doctorId: string; fullName: string }[]>()
  return (
    <Confirm
      key={String(doctors !== undefined)}
      title={t.deactivateTitle(clinic.name)}
      submit={doctors ? t.cascade : common.deactivate}
      confirm={async () => {
        const { deactivateClinic } = await request(DeactivateClinic, {
          clinicId: clinic.id,
          cascade: doctors !== undefined,
        })
        showToast(t.out)
        done(deactivateClinic?.query?.bookingsToPhone ?? [])
      }}
      onRefusal={(error) => {
        if (!(error instanceof Refusal) || error.code !== 'still_in_use') return false
        setDoctors((error.detail.activeDoctors ?? []) as never)
        return true
      }}
      close={close}
    >
      <p>{doctors ? t.hanging(doctors.length) : t.serviceLead}</p>
      {doctors && (
        <>
          <ul className="hanging">
            {doctors.map(({ doctorId, fullName }) => (
              <li key={doctorId}>{fullName}</li>
            ))}
          </ul>
          <p>{t.hangingWhat}</p>
        </>
      )}
    </Confirm>
  )
}
