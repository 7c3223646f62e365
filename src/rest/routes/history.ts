import { id, type Route } from '../route/route.ts'

const day = { type: 'string', format: 'date' }
const managers = 'The clinic’s managers and administrators.'

export const history: Route[] = [
  {
    method: 'GET',
    path: '/clinics/{clinicId}/calendar',
    id: 'calendarAsOf',
    summary: 'Get the calendar as it was at a past moment: slots, each with the bookings it had then',
    rights: 'People who work at the clinic, and administrators.',
    document: `query CalendarAsOf($clinicId: BigInt!, $at: Datetime, $from: Date, $to: Date, $after: String, $pageSize: Int) {
      calendarAsOf(clinicId: $clinicId, at: $at, fromDate: $from, toDate: $to, after: $after, pageSize: $pageSize) {
        ...CalendarEntry
      }
    }
    fragment CalendarEntry on CalendarEntry {
      cursor clinicId bookingSlotId doctorId slotDate startsAt endsAt slotStatus customerId
      bookingId bookingStatus bookingCustomerId
    }`,
    query: {
      at: { type: 'string', format: 'date-time', description: 'The moment, with offset; by default now.' },
      from: { ...day, description: 'From this local date on; by default the date of that moment.' },
      to: { ...day, description: 'Until this local date, inclusive, at most 31 days; by default the same date.' },
    },
    variables: ({ path, query, first, after }) => ({ ...path, ...query, after, pageSize: first }),
    answer: 'calendarAsOf',
    list: 'cursors',
    errors: ['forbidden', 'invalid_argument'],
  },
  {
    method: 'GET',
    path: '/clinics/{clinicId}/events/head',
    id: 'getEventHead',
    summary: 'Get the end of the clinic’s chain of sealed events, to be stored elsewhere',
    rights: managers,
    document: `query EventHead($clinicId: BigInt!) { eventHead(clinicId: $clinicId) { ...EventHead } }
    fragment EventHead on EventHead { clinicId position hash sealedAt }`,
    variables: ({ path }) => path,
    answer: 'eventHead',
    errors: ['forbidden'],
  },
  {
    method: 'GET',
    path: '/clinics/{clinicId}/events/verification',
    id: 'verifyEvents',
    summary:
      'Verify that the clinic’s sealed events are unchanged; `fault` is null, or names the fault of the first faulty one',
    rights: managers,
    document: `query VerifyEvents($clinicId: BigInt!, $sincePosition: BigInt, $sinceHash: String, $head: String) {
      verifyEvents(clinicId: $clinicId, sincePosition: $sincePosition, sinceHash: $sinceHash, head: $head) { ...EventVerification }
    }
    fragment EventVerification on EventVerification {
      clinicId position hash sealedAt unsealed fault faultPosition faultEventId
    }`,
    query: {
      sincePosition: { ...id, description: 'Verify only the events after this position.' },
      sinceHash: { type: 'string', maxLength: 64, description: 'The hash of the chain at that position.' },
      head: {
        type: 'string',
        maxLength: 100,
        description: 'A head that was stored elsewhere, which the chain has to contain.',
      },
    },
    // GraphQL applies a default to an absent variable, not to null.
    variables: ({ path, query }) => ({ ...path, sincePosition: '0', ...query }),
    answer: 'verifyEvents',
    errors: ['forbidden', 'invalid_argument'],
  },
]
