import ical, { ICalAttendeeType, ICalCalendarMethod, ICalEventStatus } from 'ical-generator'
import type { Message } from './message.ts'

/**
 * The .ics file that goes with a message, and its METHOD; undefined when none does. `sender` is the address of who sends,
 * for clinics without one of their own: an invitation has to name its organizer.
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
    // Instants, in UTC: right in every calendar, whatever it knows of the clinic's zone.
    start: new Date(calendar.startsAt),
    end: new Date(calendar.endsAt),
    stamp: new Date(calendar.stampedAt),
    summary: calendar.summary,
    location: calendar.location,
    description: calendar.description,
    organizer: { name: calendar.organizer, email: calendar.organizerEmail ?? sender },
    attendees: [{ name: calendar.attendee, email: recipient, type: ICalAttendeeType.INDIVIDUAL, rsvp: false }],
  })
  return { method, content: file.toString() }
}
