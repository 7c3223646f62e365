import { customerId, serviceId, several, severalOf } from '../../route/filters.ts'
import { Booking, PlannedVisit, SlotGenerationRun } from '../../route/fragments.ts'
import { given, id, type Route } from '../../route/route.ts'

const desk = 'The clinic’s desk and administrators.'
/** Refusals of requests that take slots for the visits of a series. */
const slotRefusals = [
  'slot_not_found',
  'slot_taken',
  'slot_held',
  'slot_offered',
  'slot_withdrawn',
  'slot_reserved',
  'slot_in_the_past',
  'run_not_free',
  'no_resource_free',
  'customer_busy',
  'service_not_found',
  'service_not_offered',
]
const date = { type: 'string', format: 'date' }
/** A parameter that is a number; undefined if it was left out. */
const numberOf = (value: unknown) => (value === undefined ? undefined : Number(value))

export const series: Route[] = [
  {
    method: 'GET',
    path: '/clinics/{clinicId}/seriesPlan',
    id: 'planSeries',
    summary:
      'Find the slots for a series of visits. For each date on which the visit cannot be booked there is the reason, and the nearest slots that can',
    rights: desk,
    query: {
      doctorId: { ...id, description: 'With this doctor.' },
      timeSlotId: { ...id, description: 'In this time slot.' },
      firstDate: { ...date, description: 'From this local date of the clinic on.' },
      serviceId,
      customerId: {
        ...customerId,
        description: 'For this customer: dates on which the customer has another visit are reported as well.',
      },
      everyWeeks: {
        type: 'integer',
        minimum: 1,
        maximum: 52,
        default: 1,
        description: 'The number of weeks from one visit to the next: 2 for every other week.',
      },
      weekdays: several('On these weekdays (1 is Monday), by default on that of the first date', '[1-7]'),
      visits: { type: 'integer', minimum: 1, maximum: 52, description: 'The number of visits; or give untilDate.' },
      untilDate: { ...date, description: 'Until this date, inclusive, with at most 52 visits.' },
    },
    needs: ['doctorId', 'timeSlotId', 'firstDate'],
    document: `query PlanSeries(
      $clinicId: BigInt!, $doctorId: BigInt!, $timeSlotId: BigInt!, $firstDate: Date!, $serviceId: BigInt,
      $customerId: BigInt, $everyWeeks: Int, $weekdays: [Int], $visits: Int, $untilDate: Date
    ) {
      planSeries(
        clinicId: $clinicId, doctorId: $doctorId, timeSlotId: $timeSlotId, firstDate: $firstDate,
        serviceId: $serviceId, customerId: $customerId, everyWeeks: $everyWeeks, weekdays: $weekdays,
        visits: $visits, untilDate: $untilDate
      ) { ...PlannedVisit }
    } ${PlannedVisit}`,
    variables: ({ path, query }) => ({
      ...path,
      ...given({
        ...query,
        everyWeeks: numberOf(query.everyWeeks),
        weekdays: query.weekdays === undefined ? undefined : severalOf(query.weekdays).map(Number),
        visits: numberOf(query.visits),
      }),
    }),
    answer: 'planSeries',
    list: 'whole',
    errors: ['doctor_not_found', 'time_slot_not_found', 'service_not_found', 'service_not_offered'],
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/seriesPlan/createBookingSlots',
    id: 'generateSeriesSlots',
    summary: 'Create the booking slots of the templates on the dates of a series, also beyond the generated weeks',
    rights: desk,
    document: `mutation GenerateSeriesSlots($input: GenerateSeriesSlotsInput!) {
      generateSeriesSlots(input: $input) { slotGenerationRun { ...SlotGenerationRun } }
    } ${SlotGenerationRun}`,
    body: { type: 'GenerateSeriesSlotsInput', omit: ['clinicId'] },
    variables: ({ path, body }) => ({ input: { ...body, ...path } }),
    answer: 'generateSeriesSlots.slotGenerationRun',
    errors: ['clinic_not_found', 'slot_too_far_ahead'],
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/series',
    id: 'bookSeries',
    summary: 'Book 2 to 52 slots for a customer as a series: all or none, with one confirmation',
    rights: desk,
    document: `mutation BookSeries($input: BookSeriesInput!) {
      bookSeries(input: $input) { bookings { ...Booking } }
    } ${Booking}`,
    body: { type: 'BookSeriesInput', omit: ['clinicId', 'idempotencyKey'] },
    variables: ({ path, body }) => ({ input: { ...body, ...path } }),
    answer: 'bookSeries.bookings',
    list: 'whole',
    errors: ['customer_not_found', 'customer_not_confirmed', 'payment_required', 'place_not_offered', ...slotRefusals],
  },
  {
    method: 'GET',
    path: '/clinics/{clinicId}/series/{seriesId}',
    id: 'listSeriesBookings',
    summary: 'List the visits of a series, by time, also those that were cancelled',
    rights: 'The clinic’s staff and administrators.',
    document: `query SeriesBookings($clinicId: BigInt!, $seriesId: BigInt!) {
      seriesBookings(clinicId: $clinicId, seriesId: $seriesId) { ...Booking }
    } ${Booking}`,
    variables: ({ path }) => path,
    answer: 'seriesBookings',
    list: 'whole',
  },
  {
    method: 'GET',
    path: '/clinics/{clinicId}/series/{seriesId}/movePlan',
    id: 'planSeriesMove',
    summary:
      'Find the slots to which the visits of a series would move, from a date on: for each visit the slot, or why it cannot be booked',
    rights: desk,
    query: {
      fromDate: { ...date, description: 'The visits that lie ahead, from this local date of the clinic on.' },
      days: {
        type: 'integer',
        minimum: -366,
        maximum: 366,
        default: 0,
        description: 'The number of days by which the visits are moved.',
      },
      timeSlotId: { ...id, description: 'To this time slot; by default that of each visit.' },
      doctorId: { ...id, description: 'To this doctor; by default that of each visit.' },
    },
    needs: ['fromDate'],
    document: `query PlanSeriesMove(
      $clinicId: BigInt!, $seriesId: BigInt!, $fromDate: Date!, $days: Int, $timeSlotId: BigInt, $doctorId: BigInt
    ) {
      planSeriesMove(
        clinicId: $clinicId, seriesId: $seriesId, fromDate: $fromDate, days: $days, timeSlotId: $timeSlotId,
        doctorId: $doctorId
      ) { ...PlannedVisit }
    } ${PlannedVisit}`,
    variables: ({ path, query }) => ({ ...path, ...given({ ...query, days: numberOf(query.days) }) }),
    answer: 'planSeriesMove',
    list: 'whole',
    notFound: 'series_not_found',
    errors: ['doctor_not_found', 'time_slot_not_found', 'service_not_found', 'service_not_offered'],
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/series/{seriesId}/move',
    id: 'moveSeries',
    summary:
      'Move visits of a series, each to a slot of its own: all or none, with one message; returns those bookings',
    rights: desk,
    document: `mutation MoveSeries($input: MoveSeriesInput!) {
      moveSeries(input: $input) { bookings { ...Booking } }
    } ${Booking}`,
    body: { type: 'MoveSeriesInput', omit: ['clinicId', 'seriesId', 'idempotencyKey'] },
    variables: ({ path, body }) => ({ input: { ...body, ...path } }),
    answer: 'moveSeries.bookings',
    list: 'whole',
    notFound: 'series_not_found',
    errors: ['booking_not_found', 'illegal_transition', ...slotRefusals],
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/series/{seriesId}/cancel',
    id: 'cancelSeries',
    summary: 'Cancel the future visits of a series, from a date on, with one message; returns those bookings',
    rights: desk,
    document: `mutation CancelSeries($input: CancelSeriesInput!) {
      cancelSeries(input: $input) { bookings { ...Booking } }
    } ${Booking}`,
    body: { type: 'CancelSeriesInput', omit: ['clinicId', 'seriesId', 'idempotencyKey'] },
    variables: ({ path, body }) => ({ input: { ...body, ...path } }),
    answer: 'cancelSeries.bookings',
    list: 'whole',
    notFound: 'series_not_found',
  },
]
