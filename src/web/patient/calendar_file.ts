import { download } from '../download.ts'

interface CalendarBooking {
  id: string
  startsAt: string
  endsAt: string
  sequence: number
  doctor: { fullName: string } | null
  clinic: { name: string; address: string | null; phone: string | null } | null
}

/**
 * Hands the reader a calendar file of a booking. `uid` is the one that e-mails about it have too: it stays the same when
 * the booking moves, and the sequence grows, so that a calendar changes the entry it has instead of adding another.
 */
export async function downloadCalendarFile(booking: CalendarBooking, uid: string): Promise<void> {
  const { default: ical } = await import('ical-generator')
  const { id, startsAt, endsAt, sequence, doctor, clinic } = booking
  const calendar = ical({ prodId: { company: 'medislot', product: 'medislot' } })
  calendar.createEvent({
    id: uid,
    sequence,
    start: new Date(startsAt),
    end: new Date(endsAt),
    summary: [doctor?.fullName, clinic?.name].filter(Boolean).join(', '),
    location: [clinic?.name, clinic?.address].filter(Boolean).join(', '),
    description: clinic?.phone ?? '',
  })
  download(`medislot-${id}.ics`, 'text/calendar', calendar.toString())
}
