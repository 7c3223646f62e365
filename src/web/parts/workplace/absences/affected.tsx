import { useText } from '../../../text/language.ts'
import { absencesTexts } from '../../../text/manage/schedule/absences.ts'
import { dayAndClock } from '../../../time/time.ts'
import { tel } from '../../contact_links.ts'
import { useWorkplace } from '../workplace.tsx'

export interface AffectedBooking {
  id: string
  startsAt: string
  doctor: { fullName: string } | null
  clinicCustomer: { fullName: string; phone: string | null } | null
}

interface AffectedProps {
  title: string
  bookings: AffectedBooking[]
  /** Shows the phone numbers. */
  withPhone?: boolean
  /** The number of appointments that are not in the list. */
  more?: number
}

/** A list of appointments with their patients. */
export function Affected({ title, bookings, withPhone = false, more = 0 }: AffectedProps) {
  const { t, locale } = useText(absencesTexts)
  const { clinic } = useWorkplace()
  if (bookings.length === 0) return null
  return (
    <section className="affected" aria-label={title}>
      <p>{title}</p>
      <ul>
        {bookings.map(({ id, startsAt, doctor, clinicCustomer }) => (
          <li key={id}>
            <strong>{clinicCustomer?.fullName ?? t.patient}</strong>{' '}
            {withPhone &&
              (clinicCustomer?.phone ? (
                <a href={tel(clinicCustomer.phone)}>{clinicCustomer.phone}</a>
              ) : (
                <span>{t.unreachable}</span>
              ))}
            <br />
            <small>
              {dayAndClock(startsAt, clinic.timeZone, locale, 'medium')}
              {doctor && `, ${doctor.fullName}`}
            </small>
          </li>
        ))}
      </ul>
      {more > 0 && <p>{t.more(more)}</p>}
    </section>
  )
}
