import { useState } from 'react'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import type { ToPhoneFragment } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Confirm } from '../../parts/form/confirm.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useLanguage, useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { doctorsTexts } from '../../text/manage/doctors.ts'
import { dayAndClock } from '../../time/time.ts'
import { ToPhone } from '../parts/to_phone.tsx'
import type { ManagedDoctor } from './managed_doctor.ts'

const Deactivate = graphql(`
  mutation DeactivateDoctor($clinicId: BigInt!, $doctorId: BigInt!, $cascade: Boolean!) {
    deactivateDoctor(input: { clinicId: $clinicId, doctorId: $doctorId, cascade: $cascade }) {
      doctor { id isActive }
      query { bookingsToPhone(clinicId: $clinicId, doctorId: $doctorId, pageSize: 100) { ...ToPhone } }
    }
  }
`)

/** The future slots and bookings of a doctor, as the refusal still_in_use lists them. */
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

/** Asks before a doctor is deactivated. If there are future slots or bookings, lists them and asks again. */
export function DeactivateDoctor({ doctor, changed, close }: DeactivateDoctorProps) {
  const { t } = useText(doctorsTexts)
  const { t: common } = useText(manageTexts)
  const { locale } = useLanguage()
  const { clinic } = useWorkplace()
  const [hanging, setHanging] = useState<Hanging>()
  const [toPhone, setToPhone] = useState<readonly (ToPhoneFragment | null)[]>()
  const bookings = hanging?.liveBookings ?? []
  if (toPhone) return <ToPhone bookings={toPhone} close={close} />
  return (
    <Confirm
      // With another key the second question is a new dialog, so that screen readers announce it.
      key={String(hanging !== undefined)}
      title={t.deactivateTitle(doctor.fullName)}
      submit={hanging ? t.cascade(bookings.length) : common.deactivate}
      confirm={async () => {
        const { deactivateDoctor } = await request(Deactivate, {
          clinicId: doctor.clinicId,
          doctorId: doctor.id,
          cascade: hanging !== undefined,
        })
        showToast(t.deactivated(doctor.fullName))
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
