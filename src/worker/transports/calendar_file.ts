import ical, { ICalAttendeeType, ICalCalendarMethod, ICalEventStatus } from 'ical-generator'
import type { Message } from './message.ts'

/**
 * The .ics file of a message, and its METHOD; undefined for a message without one. `sender` is the sending address, for clinics
 * that have none of their own, since an invitation has to name its organizer.
 */
export function calendarFile(
  { calendar, recipient }: Message & { recipient: string },
  sender: string,
): { method: 'REQUEST' | 'CANCEL'; content: string } | undefined {
  if (!calendar) return undefined
  const method = calendar.isCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST
  const file = ical({ method, prodId: { company: 'medislot', product: 'medislot' } })
  file.createEvent({
    id: calendar.uid,
    sequence: calendar.sequence,
    status: calendar.isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    // Instants in UTC are correct in every calendar, whatever time zone data it has.
    start: new Date(calendar.startsAt),
    end: new Date(calendar.endsAt),
    stamp: new Date(calendar.stampedAt),
    summary: calendar.summary,
    location: calendar.location,
    description: calendar.description,
    ...(calendar.url && { url: calendar.url }),
    organizer: { name: calendar.organizer, email: calendar.organizerEmail ?? sender },
    attendees: [{ name: calendar.attendee, email: recipient, type: ICalAttendeeType.INDIVIDUAL, rsvp: false }],
  })
  return { method, content: file.toString() }
}
