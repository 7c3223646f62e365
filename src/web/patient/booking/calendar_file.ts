import { download } from '../../data/download.ts'
import { type Language, nameIn } from '../../text/language.ts'

interface CalendarBooking {
  id: string
  startsAt: string
  endsAt: string
  sequence: number
  doctor: { fullName: string } | null
  service: { name: string; names: unknown } | null
  /** The room, if the visit has one. */
  room: string | undefined
  clinic: { name: string; address: string | null; phone: string | null } | null
}

/**
 * Downloads a calendar file of a booking. `uid` is the same as in e-mails about it: it stays the same when
 * the booking is moved, and the sequence increases, so that calendars update their entry instead of adding another.
 */
export async function downloadCalendarFile(booking: CalendarBooking, uid: string, language: Language): Promise<void> {
  const { default: ical } = await import('ical-generator')
  const { id, startsAt, endsAt, sequence, doctor, service, room, clinic } = booking
  const calendar = ical({ prodId: { company: 'medislot', product: 'medislot' } })
  calendar.createEvent({
    id: uid,
    sequence,
    start: new Date(startsAt),
    end: new Date(endsAt),
    summary: [service && nameIn(language, service), doctor?.fullName, clinic?.name].filter(Boolean).join(', '),
    location: [room, clinic?.name, clinic?.address].filter(Boolean).join(', '),
    description: clinic?.phone ?? '',
  })
  download(`medislot-${id}.ics`, 'text/calendar', calendar.toString())
}
