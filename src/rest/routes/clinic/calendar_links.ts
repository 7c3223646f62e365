import { CalendarLink } from '../../route/fragments.ts'
import type { Route } from '../../route/route.ts'

/** The two endpoints of a link to a calendar: one makes or returns it, the other ends it. */
const linkTo = (path: string, name: string, whose: string, rights: string, errors: string[]): Route[] => [
  {
    method: 'POST',
    path,
    id: `create${name}CalendarLink`,
    summary: `Get the caller’s link to the calendar of ${whose}; with \`renew\` a new one, which ends the former`,
    rights,
    document: `mutation CreateCalendarLink($input: CreateCalendarLinkInput!) {
      createCalendarLink(input: $input) { calendarLink { ...CalendarLink } }
    } ${CalendarLink}`,
    body: { type: 'CreateCalendarLinkInput', omit: ['clinicId', 'doctorId'], optional: true },
    variables: ({ path: { clinicId, doctorId }, body }) => ({ input: { ...body, clinicId, doctorId } }),
    answer: 'createCalendarLink.calendarLink',
    errors,
    secret: true,
  },
  {
    method: 'DELETE',
    path,
    id: `revoke${name}CalendarLink`,
    summary: `End the caller’s link to the calendar of ${whose}`,
    rights,
    document: `mutation RevokeCalendarLink($clinicId: BigInt, $doctorId: BigInt) {
      revokeCalendarLink(input: { clinicId: $clinicId, doctorId: $doctorId }) { result }
    }`,
    variables: ({ path: { clinicId, doctorId } }) => ({ clinicId, doctorId }),
    errors,
  },
]

/** Links by which calendar programs subscribe to a calendar (src/server/calendars.ts). */
export const calendarLinks: Route[] = [
  ...linkTo('/me/calendarLink', 'Own', 'their own appointments', 'Customers.', ['invalid_argument']),
  ...linkTo('/clinics/{clinicId}/calendarLink', 'Clinic', 'a clinic', 'The desk of the clinic.', []),
  ...linkTo(
    '/clinics/{clinicId}/doctors/{doctorId}/calendarLink',
    'Doctor',
    'a doctor',
    'The doctor, and the desk of the clinic.',
    ['doctor_not_found'],
  ),
]
