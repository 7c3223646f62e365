import { clinicId, customerId, doctorId, timeFilters, times } from '../route/filters.ts'
import { Booking, BookingAnswer } from '../route/fragments.ts'
import { equalTo, given, type Input, id, pageInfo, type Route } from '../route/route.ts'
import { claimRefusals } from './booking_slots.ts'

/** The common part of a booking's steps. `mutation` is its name in GraphQL. */
const step = (
  mutation:
    | 'cancelBooking'
    | 'rescheduleBooking'
    | 'sendNewLink'
    | 'checkIn'
    | 'completeBooking'
    | 'markNoShow'
    | 'undoCheckIn'
    | 'undoCompletion'
    | 'undoNoShow',
) => {
  const input = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
  return {
    method: 'POST',
    id: mutation,
    locate: { what: 'booking', by: ({ path }: Input) => path.id },
    document: `mutation Step($input: ${input}!) { ${mutation}(input: $input) { booking { ...Booking } } } ${Booking}`,
    body: { type: input, omit: ['clinicId', 'bookingId', 'idempotencyKey', 'rowVersion'], optional: true },
    variables: ({ path, located, body, rowVersion }) => ({
      input: { ...body, clinicId: located, bookingId: path.id, rowVersion },
    }),
    answer: `${mutation}.booking`,
    notFound: 'booking_not_found',
    versioned: true,
    errors: ['illegal_transition'],
  } satisfies Partial<Route>
}
/** Undoing a step: DELETE of what POST recorded. */
const undo = (mutation: 'undoCheckIn' | 'undoCompletion' | 'undoNoShow') => {
  const { body: _, ...rest } = step(mutation)
  return {
    ...rest,
    method: 'DELETE',
    errors: ['illegal_transition', 'undo_too_late', 'customer_busy'],
  } satisfies Partial<Route>
}
const { body: _body, versioned: _versioned, ...newLink } = step('sendNewLink')
const ownOrDesk = 'Customers their own; the clinic’s desk and administrators any of the clinic.'
const staff = 'The clinic’s desk, doctors their own patients, and administrators.'

export const bookings: Route[] = [
  {
    method: 'GET',
    path: '/clinics/{clinicId}/bookingsToPhone',
    id: 'listBookingsToPhone',
    summary: 'List the future bookings that the clinic cancelled and whose patients no message reaches: at most 100',
    rights: 'The clinic’s staff and administrators.',
    query: {
      doctorId,
      date: { type: 'string', format: 'date', description: 'Of this local date of the clinic.' },
      bookingSlotId: { ...id, description: 'Of this booking slot.' },
    },
    document: `query BookingsToPhone($clinicId: BigInt!, $doctorId: BigInt, $date: Date, $bookingSlotId: BigInt) {
      parent: clinic(id: $clinicId) { id }
      bookingsToPhone(
        clinicId: $clinicId, doctorId: $doctorId, slotDate: $date, bookingSlotId: $bookingSlotId, pageSize: 100
      ) { ...Booking }
    } ${Booking}`,
    variables: ({ path, query }) => ({ ...path, ...given(query) }),
    answer: 'bookingsToPhone',
    list: 'whole',
    notFound: 'clinic_not_found',
  },
  {
    method: 'GET',
    path: '/bookings',
    id: 'listBookings',
    summary: 'List bookings, by time',
    rights: 'Customers see their own, the clinic’s staff those of their clinics, administrators all.',
    document: `query Bookings($first: Int!, $after: Cursor, $filter: BookingFilter) {
      bookings(first: $first, after: $after, filter: $filter, orderBy: [STARTS_AT_ASC, ID_ASC]) {
        nodes { ...Booking } ${pageInfo}
      }
    } ${Booking}`,
    query: {
      clinicId,
      doctorId,
      customerId,
      ...times,
      status: { type: 'string', enum: ['BOOKED', 'CHECKED_IN', 'COMPLETED', 'CANCELLED', 'NO_SHOW'] },
    },
    variables: ({ query, first, after }) => {
      const filter = given({
        clinicId: equalTo(query.clinicId),
        doctorId: equalTo(query.doctorId),
        customerId: equalTo(query.customerId),
        status: equalTo(query.status),
        ...timeFilters(query),
      })
      return { first, after, ...(Object.keys(filter).length > 0 && { filter }) }
    },
    answer: 'bookings',
    list: 'connection',
  },
  {
    method: 'GET',
    path: '/bookings/{id}',
    id: 'getBooking',
    summary: 'Get a booking',
    rights: ownOrDesk,
    document: `query Booking($id: BigInt!) {
      bookings(first: 1, filter: { id: { equalTo: $id } }) { nodes { ...Booking } }
    } ${Booking}`,
    variables: ({ path }) => path,
    answer: 'bookings.nodes.0',
    notFound: 'booking_not_found',
  },
  {
    method: 'GET',
    path: '/bookings/{id}/answers',
    id: 'listBookingAnswers',
    summary: 'List what the patient answered to the questions of the service, as they were asked',
    rights: ownOrDesk,
    row: { what: 'booking', by: ({ path }) => path.id },
    document: `query BookingAnswers($id: BigInt!, $first: Int!, $after: Cursor) {
      bookings(first: 1, filter: { id: { equalTo: $id } }) {
        nodes { bookingAnswers(first: $first, after: $after) { nodes { ...BookingAnswer } ${pageInfo} } }
      }
    } ${BookingAnswer}`,
    variables: ({ path, first, after }) => ({ ...path, first, after }),
    answer: 'bookings.nodes.0.bookingAnswers',
    list: 'connection',
    notFound: 'booking_not_found',
  },
  {
    ...step('cancelBooking'),
    path: '/bookings/{id}/cancel',
    summary: 'Cancel a booking; its slot is free again at once',
    rights: ownOrDesk,
    errors: ['illegal_transition', 'cancellation_too_late'],
  },
  {
    ...step('rescheduleBooking'),
    path: '/bookings/{id}/reschedule',
    summary: 'Move a booking to another slot of the clinic, in one transaction',
    rights: ownOrDesk,
    body: {
      type: 'RescheduleBookingInput',
      omit: ['clinicId', 'bookingId', 'idempotencyKey', 'rowVersion'],
    },
    errors: ['illegal_transition', 'cancellation_too_late', 'slot_not_found', ...claimRefusals],
  },
  {
    ...newLink,
    path: '/bookings/{id}/link',
    variables: ({ path, located }) => ({ input: { clinicId: located, bookingId: path.id } }),
    summary: 'End the link in the messages about a booking, and send a new one',
    rights: 'The clinic’s desk and administrators.',
  },
  {
    ...step('checkIn'),
    path: '/bookings/{id}/check-in',
    summary: 'Record that the patient has arrived',
    rights: staff,
    errors: ['illegal_transition', 'not_yet'],
  },
  {
    ...step('completeBooking'),
    path: '/bookings/{id}/complete',
    summary: 'Record that the appointment took place',
    rights: staff,
  },
  {
    ...step('markNoShow'),
    path: '/bookings/{id}/no-show',
    summary: 'Record that the patient did not come',
    rights: staff,
    errors: ['illegal_transition', 'not_yet'],
  },
  {
    ...undo('undoCheckIn'),
    path: '/bookings/{id}/check-in',
    summary: 'Undo a check-in that was recorded by mistake',
    rights: staff,
  },
  {
    ...undo('undoCompletion'),
    path: '/bookings/{id}/complete',
    summary: 'Undo a completion that was recorded by mistake',
    rights: staff,
  },
  {
    ...undo('undoNoShow'),
    path: '/bookings/{id}/no-show',
    summary: 'Undo a no-show that was recorded by mistake',
    rights: staff,
  },
]
