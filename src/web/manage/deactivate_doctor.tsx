import { useState } from 'react'
import { Refusal } from '../graphql/client.ts'
import { graphql } from '../graphql/generated/gql.ts'
import type { ToPhoneFragment } from '../graphql/generated/graphql.ts'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { useText } from '../text/language.ts'
import { dayAndClock } from '../time.ts'
import type { ManagedDoctor } from './doctors.tsx'
import { Confirm } from './form.tsx'
import { say } from './say.tsx'
import { useManageText } from './text/common.ts'
import { useDoctorsText } from './text/doctors.ts'
import { ToPhone } from './to_phone.tsx'

const Deactivate = graphql(`
  mutation DeactivateDoctor($clinicId: BigInt!, $doctorId: BigInt!, $cascade: Boolean!) {
    deactivateDoctor(input: { clinicId: $clinicId, doctorId: $doctorId, cascade: $cascade }) {
      doctor { id isActive }
      query { bookingsToPhone(clinicId: $clinicId, doctorId: $doctorId, pageSize: 100) { ...ToPhone } }
    }
  }
`)

/** What a doctor has ahead, as the refusal still_in_use lists it. */
interface Hanging {
  openSlots: number
  liveBookings: { bookingId: string; startsAt: string }[]
}

interface DeactivateDoctorProps {
  doctor: ManagedDoctor
  changed(): void
  close(): void
}

const shownBookings = 8

/** Asks before a doctor is taken out of service; when something hangs on, shows what, and asks again. */
export function DeactivateDoctor({ doctor, changed, close }: DeactivateDoctorProps) {
  const { t } = useDoctorsText()
  const { t: common } = useManageText()
  const { locale } = useText()
  const { clinic } = useWorkplace()
  const [hanging, setHanging] = useState<Hanging>()
  const [toPhone, setToPhone] = useState<readonly (ToPhoneFragment | null)[]>()
  const bookings = hanging?.liveBookings ?? []
  if (toPhone) return <ToPhone bookings={toPhone} close={close} />
  return (
    <Confirm
      // Another question, so another dialog for screen readers.
      key={String(hanging !== undefined)}
      title={t.deactivateTitle(doctor.fullName)}
      submit={hanging ? t.cascade(bookings.length) : common.deactivate}
      confirm={async () => {
        const { deactivateDoctor } = await ask(Deactivate, {
          clinicId: doctor.clinicId,
          doctorId: doctor.id,
          cascade: hanging !== undefined,
        })
        say(t.deactivated(doctor.fullName))
        changed()
        const unreached = deactivateDoctor?.query?.bookingsToPhone ?? []
        if (unreached.length > 0) setToPhone(unreached)
        else close()
      }}
      onRefusal={(error) => {
        if (!(error instanceof Refusal) || error.code !== 'still_in_use') return false
        setHanging(error.detail as unknown as Hanging)
        return true
      }}
      close={close}
    >
      <p>{hanging ? t.hanging(hanging.openSlots, bookings.length) : t.deactivateLead}</p>
      {bookings.length > 0 && (
        <ul className="hanging" aria-label={t.appointments}>
          {bookings.slice(0, shownBookings).map(({ bookingId, startsAt }) => (
            <li key={bookingId}>{dayAndClock(startsAt, clinic.timeZone, locale)}</li>
          ))}
          {bookings.length > shownBookings && <li>{t.andMore(bookings.length - shownBookings)}</li>}
        </ul>
      )}
      {hanging && <p>{t.hangingWhat}</p>}
    </Confirm>
  )
}
