import { doctorId } from '../../route/filters.ts'
import { ExternalCalendar } from '../../route/fragments.ts'
import { equalTo, given, type Input, pageInfo, type Route } from '../../route/route.ts'

const rights = 'The doctor, the clinic’s managers and administrators.'
const idInPath = ({ path }: Input) => path.id

/** Calendars outside of medislot whose busy times keep slots from being offered. */
export const externalCalendars: Route[] = [
  {
    method: 'GET',
    path: '/clinics/{clinicId}/externalCalendars',
    id: 'listExternalCalendars',
    summary: 'List the external calendars that doctors have connected, and why one cannot be read',
    rights: 'The clinic’s managers and administrators all; doctors their own.',
    query: { doctorId },
    document: `query ExternalCalendars($clinicId: BigInt!, $first: Int!, $after: Cursor, $filter: ExternalCalendarFilter) {
      parent: clinic(id: $clinicId) { id }
      externalCalendars(first: $first, after: $after, filter: $filter, orderBy: [ID_ASC]) {
        nodes { ...ExternalCalendar } ${pageInfo}
      }
    } ${ExternalCalendar}`,
    variables: ({ path, query, first, after }) => ({
      ...path,
      first,
      after,
      filter: given({ clinicId: equalTo(path.clinicId), doctorId: equalTo(query.doctorId) }),
    }),
    answer: 'externalCalendars',
    list: 'connection',
    notFound: 'clinic_not_found',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/doctors/{doctorId}/externalCalendars',
    id: 'connectExternalCalendar',
    summary:
      'Connect an external calendar: free slots in its busy times are withdrawn within minutes, and booked visits in them are listed for rebooking. `calendar` is {"kind": "ics", "url"} or {"kind": "caldav", "url", "username", "password"}',
    rights,
    document: `mutation ConnectExternalCalendar($input: ConnectExternalCalendarInput!) {
      connectExternalCalendar(input: $input) { externalCalendar { ...ExternalCalendar } }
    } ${ExternalCalendar}`,
    body: { type: 'ConnectExternalCalendarInput', omit: ['clinicId', 'doctorId'] },
    variables: ({ path: { clinicId, doctorId: doctor }, body }) => ({ input: { ...body, clinicId, doctorId: doctor } }),
    answer: 'connectExternalCalendar.externalCalendar',
    status: 201,
    location: '/externalCalendars/{id}',
    errors: [
      'clinic_not_found',
      'doctor_not_found',
      'invalid_argument',
      'calendar_keys_missing',
      'calendar_address_refused',
      'too_many_calendars',
    ],
    secret: true,
  },
  {
    method: 'GET',
    path: '/externalCalendars/{id}',
    id: 'getExternalCalendar',
    summary: 'Get an external calendar, and why it cannot be read',
    rights,
    row: { what: 'externalCalendar', by: idInPath },
    document: `query ExternalCalendar($id: BigInt!) {
      externalCalendars(first: 1, filter: { id: { equalTo: $id } }) { nodes { ...ExternalCalendar } }
    } ${ExternalCalendar}`,
    variables: ({ path }) => path,
    answer: 'externalCalendars.nodes.0',
    notFound: 'external_calendar_not_found',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/externalCalendars/{id}/address',
    id: 'changeExternalCalendar',
    summary: 'Replace the address, user name and password of an external calendar, which is then read at once',
    rights,
    document: `mutation ChangeExternalCalendar($input: ChangeExternalCalendarInput!) {
      changeExternalCalendar(input: $input) { externalCalendar { ...ExternalCalendar } }
    } ${ExternalCalendar}`,
    body: { type: 'ChangeExternalCalendarInput', omit: ['clinicId', 'calendarId'] },
    variables: ({ path: { clinicId, id }, body }) => ({ input: { ...body, clinicId, calendarId: id } }),
    answer: 'changeExternalCalendar.externalCalendar',
    notFound: 'external_calendar_not_found',
    errors: ['invalid_argument', 'calendar_keys_missing', 'calendar_address_refused'],
    secret: true,
  },
  {
    method: 'DELETE',
    path: '/externalCalendars/{id}',
    id: 'disconnectExternalCalendar',
    summary:
      'Disconnect an external calendar: its address and its busy times are deleted, and the slots are open again',
    rights,
    locate: { what: 'externalCalendar', by: idInPath },
    document: `mutation DisconnectExternalCalendar($clinicId: BigInt!, $id: BigInt!) {
      disconnectExternalCalendar(input: { clinicId: $clinicId, calendarId: $id }) { externalCalendar { id } }
    }`,
    variables: ({ path, located }) => ({ ...path, clinicId: located }),
    notFound: 'external_calendar_not_found',
  },
]
