import { useState } from 'react'
import { Refusal } from '../graphql/client.ts'
import { graphql } from '../graphql/generated/gql.ts'
import type { ManageClinicQuery, ToPhoneFragment } from '../graphql/generated/graphql.ts'
import { Notice } from '../parts/notice.tsx'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { useQuery } from '../use_query.ts'
import { ClinicFields, clinicFieldOf } from './clinic_fields.tsx'
import { Confirm, EditForm } from './form.tsx'
import { say } from './say.tsx'
import { Loaded, Section } from './section.tsx'
import { useClinicText } from './text/clinic.ts'
import { useManageText } from './text/common.ts'
import { ToPhone } from './to_phone.tsx'
import { useWords } from './words.ts'

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

/** A clinic's own data, and its end. */
export function ClinicSection() {
  const { t } = useClinicText()
  const { t: common } = useManageText()
  const { clinic, clinicsChanged } = useWorkplace()
  const asked = useQuery(ManageClinic, { clinicId: clinic.id })
  const changed = () => {
    asked.again()
    clinicsChanged()
  }
  return (
    <Section title={common.section.clinic} lead={t.lead}>
      <Loaded asked={asked} bones="block">
        {(data) =>
          data.clinic && (
            <>
              <div className="card padded">
                <EditForm
                  key={data.clinic.rowVersion}
                  submit={common.save}
                  save={async ({ name = '', address, phone, email, country, timeZone = '' }) => {
                    const { id, rowVersion } = data.clinic as Clinic
                    const patch = {
                      name,
                      address: address ?? null,
                      phone: phone ?? null,
                      email: email ?? null,
                      country: country?.toUpperCase() ?? null,
                      // Named, it counts as changed, which is refused while slots lie ahead.
                      ...(timeZone !== data.clinic?.timeZone && { timeZone }),
                      rowVersion,
                    }
                    await ask(EditClinic, { id, patch })
                    say(common.saved)
                    changed()
                  }}
                  fieldOf={clinicFieldOf}
                  reload={changed}
                >
                  <ClinicFields clinic={data.clinic} />
                </EditForm>
              </div>
              <Service clinic={data.clinic} changed={changed} />
            </>
          )
        }
      </Loaded>
    </Section>
  )
}

function Service({ clinic, changed }: { clinic: Clinic; changed(): void }) {
  const { t } = useClinicText()
  const { t: common } = useManageText()
  const words = useWords()
  const [toPhone, setToPhone] = useState<readonly (ToPhoneFragment | null)[]>()
  const [asking, setAsking] = useState(false)
  const [doctors, setDoctors] = useState<{ doctorId: string; fullName: string }[]>()
  const close = () => {
    setAsking(false)
    setDoctors(undefined)
  }
  if (!clinic.isActive) {
    return (
      <>
        {toPhone && <ToPhone bookings={toPhone} close={() => setToPhone(undefined)} />}
        <Notice tone="plain">
          <p>{t.outNow}</p>
          <button
            type="button"
            className="button small"
            onClick={() =>
              ask(EditClinic, { id: clinic.id, patch: { isActive: true, rowVersion: clinic.rowVersion } }).then(
                () => {
                  say(t.back)
                  changed()
                },
                (error) => say(words(error)),
              )
            }
          >
            {t.backToService}
          </button>
        </Notice>
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
        <Confirm
          key={String(doctors !== undefined)}
          title={t.deactivateTitle(clinic.name)}
          submit={doctors ? t.cascade : common.deactivate}
          confirm={async () => {
            const { deactivateClinic } = await ask(DeactivateClinic, {
              clinicId: clinic.id,
              cascade: doctors !== undefined,
            })
            say(t.out)
            const unreached = deactivateClinic?.query?.bookingsToPhone ?? []
            if (unreached.length > 0) setToPhone(unreached)
            changed()
            close()
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
      )}
    </section>
  )
}
