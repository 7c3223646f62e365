import { timeFilters, times } from '../route/filters.ts'
import { Booking, BookingSlot } from '../route/fragments.ts'
import { equalTo, given, type Input, id, pageInfo, type Route } from '../route/route.ts'

const byId = { what: 'bookingSlot', by: ({ path }: Input) => path.id } as const
/** Refusals of every request that claims a slot. */
export const claimRefusals = [
  'slot_taken',
  'slot_held',
  'slot_offered',
  'slot_withdrawn',
  'slot_reserved',
  'run_not_free',
  'service_not_found',
  'service_not_offered',
  'service_not_for_customer',
  'start_not_offered',
  'booking_too_late',
  'booking_too_far_ahead',
  'slot_in_the_past',
  'too_many_bookings',
  'email_not_confirmed',
  'held_too_often',
  'customer_busy',
  'customer_not_found',
]
const claim = {
  rights: 'Customers for themselves; the desk for customers in its records (`customerId`).',
  locate: byId,
  notFound: 'slot_not_found',
  versioned: true,
  errors: claimRefusals,
  variables: ({ path, located, body, rowVersion }) => ({
    input: { ...body, clinicId: located, bookingSlotId: path.id, rowVersion },
  }),
} satisfies Partial<Route>
/** Arguments that REST takes from elsewhere: the clinic from the slot, the key from a header, the version from If-Match. */
const elsewhere = ['clinicId', 'bookingSlotId', 'idempotencyKey', 'rowVersion']

export const bookingSlots: Route[] = [
  {
    method: 'GET',
    path: '/doctors/{doctorId}/bookingSlots',
    id: 'listBookingSlots',
    summary: 'List the booking slots of a doctor',
    rights: 'Everybody sees open ones, customers also theirs, the clinic’s staff and administrators all.',
    locate: { what: 'doctor', by: ({ path }) => path.doctorId },
    document: `query BookingSlots($first: Int!, $after: Cursor, $filter: BookingSlotFilter) {
      bookingSlots(first: $first, after: $after, filter: $filter, orderBy: [STARTS_AT_ASC, ID_ASC]) {
        nodes { ...BookingSlot } ${pageInfo}
      }
    } ${BookingSlot}`,
    query: { ...times, status: { type: 'string', enum: ['OPEN', 'HELD', 'BOOKED', 'WITHDRAWN'] } },
    variables: ({ path, located, query, first, after }) => ({
      first,
      after,
      filter: given({
        clinicId: equalTo(located),
        doctorId: equalTo(path.doctorId),
        status: equalTo(query.status),
        ...timeFilters(query),
      }),
    }),
    answer: 'bookingSlots',
    list: 'connection',
    notFound: 'doctor_not_found',
  },
  {
    method: 'GET',
    path: '/bookingSlots/{id}',
    id: 'getBookingSlot',
    summary: 'Get a booking slot',
    rights: 'Everybody while it is open; otherwise the customer who has it, the clinic’s staff and administrators.',
    document: `query BookingSlot($id: BigInt!) {
      bookingSlots(first: 1, filter: { id: { equalTo: $id } }) { nodes { ...BookingSlot } }
    } ${BookingSlot}`,
    variables: ({ path }) => path,
    answer: 'bookingSlots.nodes.0',
    notFound: 'slot_not_found',
  },
  {
    method: 'GET',
    path: '/bookingSlots/{id}/bookability',
    id: 'getBookability',
    summary: 'Get whether a slot can be booked now, and if not, the code of the refusal',
    rights: 'Everybody.',
    locate: byId,
    query: { serviceId: { ...id, description: 'Whether a visit of this service can begin with the slot.' } },
    document: `query Bookability($clinicId: BigInt!, $id: BigInt!, $serviceId: BigInt) {
      slotBookability(clinicId: $clinicId, bookingSlotId: $id, serviceId: $serviceId) { isBookable refusedAs }
    }`,
    variables: ({ path, located, query }) => ({ clinicId: located, id: path.id, serviceId: query.serviceId }),
    answer: 'slotBookability',
    notFound: 'slot_not_found',
  },
  {
    method: 'POST',
    path: '/bookingSlots',
    id: 'createBookingSlot',
    summary: 'Create a booking slot by hand, or open a withdrawn one again',
    rights: 'The clinic’s desk and administrators.',
    locate: { what: 'doctor', by: ({ body }) => body.doctorId as string },
    document: `mutation CreateBookingSlot($input: CreateBookingSlotInput!) {
      createBookingSlot(input: $input) { bookingSlot { ...BookingSlot } }
    } ${BookingSlot}`,
    body: { type: 'CreateBookingSlotInput', omit: ['clinicId', 'idempotencyKey'] },
    variables: ({ located, body }) => ({ input: { ...body, clinicId: located } }),
    answer: 'createBookingSlot.bookingSlot',
    status: 201,
    location: '/bookingSlots/{id}',
    notFound: 'doctor_not_found',
    errors: [
      'time_slot_not_found',
      'service_not_found',
      'service_not_offered',
      'skipped_local_time',
      'slot_in_the_past',
      'slot_too_far_ahead',
      'slot_exists',
      'slot_overlaps',
    ],
  },
  {
    method: 'PUT',
    path: '/bookingSlots/{id}',
    id: 'replaceBookingSlot',
    summary:
      'Update a booking slot: a `customerId` books it for that customer, null frees it. Sending it as GET returned it changes nothing',
    ...claim,
    document: `mutation SetSlotCustomer($input: SetSlotCustomerInput!) {
      setSlotCustomer(input: $input) { bookingSlot { ...BookingSlot } }
    } ${BookingSlot}`,
    body: { type: 'SetSlotCustomerInput', omit: elsewhere, require: ['customerId'], returned: ['heldUntil'] },
    answer: 'setSlotCustomer.bookingSlot',
    errors: [
      ...claimRefusals,
      'cancellation_too_late',
      'illegal_transition',
      'booking_not_found',
      'hold_not_found',
      'checkout_open',
    ],
  },
  {
    method: 'DELETE',
    path: '/bookingSlots/{id}',
    id: 'withdrawBookingSlot',
    summary:
      'Withdraw a booking slot by hand: it stays withdrawn when slots are generated again. A booked one is refused unless `cascade`',
    rights: 'The clinic’s desk, doctors their own, and administrators.',
    locate: byId,
    document: `mutation WithdrawSlot($clinicId: BigInt!, $id: BigInt!, $cascade: Boolean, $rowVersion: Int) {
      withdrawSlot(input: { clinicId: $clinicId, bookingSlotId: $id, cascade: $cascade, rowVersion: $rowVersion }) {
        bookingSlot { ...BookingSlot }
      }
    } ${BookingSlot}`,
    query: {
      cascade: { type: 'boolean', default: false, description: 'Cancel its booking, and notify the customer.' },
    },
    variables: ({ path, located, query, rowVersion }) => ({
      ...path,
      clinicId: located,
      cascade: query.cascade,
      rowVersion,
    }),
    answer: 'withdrawSlot.bookingSlot',
    notFound: 'slot_not_found',
    versioned: true,
    errors: ['still_in_use', 'illegal_transition'],
  },
  {
    method: 'POST',
    path: '/doctors/{doctorId}/withdraw-day',
    id: 'withdrawDay',
    summary:
      'Withdraw the rest of a doctor’s day. With live bookings it is refused, listing them, unless `cascade`: then it returns those that were cancelled',
    rights: 'The clinic’s desk, doctors their own, and administrators.',
    locate: { what: 'doctor', by: ({ path }) => path.doctorId },
    document: `mutation WithdrawDay($input: WithdrawDayInput!) {
      withdrawDay(input: $input) { bookings { ...Booking } }
    } ${Booking}`,
    body: { type: 'WithdrawDayInput', omit: ['clinicId', 'doctorId', 'idempotencyKey'] },
    variables: ({ path, located, body }) => ({ input: { ...body, ...path, clinicId: located } }),
    answer: 'withdrawDay.bookings',
    list: 'whole',
    notFound: 'doctor_not_found',
    errors: ['still_in_use'],
  },
  {
    method: 'POST',
    path: '/bookingSlots/{id}/hold',
    id: 'holdSlot',
    summary: 'Hold a slot for some minutes, while a form is filled in; repeat it to prolong the hold',
    ...claim,
    document: `mutation HoldSlot($input: HoldSlotInput!) {
      holdSlot(input: $input) { bookingSlot { ...BookingSlot } }
    } ${BookingSlot}`,
    body: { type: 'HoldSlotInput', omit: elsewhere, optional: true },
    answer: 'holdSlot.bookingSlot',
    errors: [...claimRefusals, 'checkout_open'],
  },
  {
    method: 'POST',
    path: '/bookingSlots/{id}/release',
    id: 'releaseHold',
    summary: 'Release a held slot',
    ...claim,
    document: `mutation ReleaseHold($input: ReleaseHoldInput!) {
      releaseHold(input: $input) { bookingSlot { ...BookingSlot } }
    } ${BookingSlot}`,
    body: { type: 'ReleaseHoldInput', omit: elsewhere, optional: true },
    answer: 'releaseHold.bookingSlot',
    errors: ['hold_not_found', 'checkout_open', 'customer_not_found'],
  },
  {
    method: 'POST',
    path: '/bookingSlots/{id}/book',
    id: 'bookSlot',
    summary: 'Book a free slot, or one that the customer holds',
    ...claim,
    document: `mutation BookSlot($input: BookSlotInput!) {
      bookSlot(input: $input) { booking { ...Booking } }
    } ${Booking}`,
    body: { type: 'BookSlotInput', omit: elsewhere, optional: true },
    answer: 'bookSlot.booking',
    status: 201,
    location: '/bookings/{id}',
    errors: [...claimRefusals, 'place_not_offered', 'question_not_found', 'answer_missing', 'answer_not_accepted'],
  },
]
