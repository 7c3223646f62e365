import { graphql } from '../../data/generated/gql.ts'

graphql(`
  fragment PlannedVisit on PlannedVisit {
    bookingId slotDate bookingSlotId startsAt reason alternatives { bookingSlotId startsAt }
  }
`)

export const PlanSeries = graphql(`
  query PlanSeries(
    $clinicId: BigInt!, $doctorId: BigInt!, $timeSlotId: BigInt!, $firstDate: Date!, $customerId: BigInt,
    $serviceId: BigInt, $everyWeeks: Int, $weekdays: [Int], $visits: Int
  ) {
    planSeries(
      clinicId: $clinicId, doctorId: $doctorId, timeSlotId: $timeSlotId, firstDate: $firstDate,
      customerId: $customerId, serviceId: $serviceId, everyWeeks: $everyWeeks, weekdays: $weekdays, visits: $visits
    ) { ...PlannedVisit }
  }
`)

export const PlanSeriesMove = graphql(`
  query PlanSeriesMove(
    $clinicId: BigInt!, $seriesId: BigInt!, $fromDate: Date!, $days: Int, $timeSlotId: BigInt, $doctorId: BigInt
  ) {
    planSeriesMove(
      clinicId: $clinicId, seriesId: $seriesId, fromDate: $fromDate, days: $days, timeSlotId: $timeSlotId,
      doctorId: $doctorId
    ) { ...PlannedVisit }
  }
`)

export const GenerateSeriesSlots = graphql(`
  mutation GenerateSeriesSlots($input: GenerateSeriesSlotsInput!) {
    generateSeriesSlots(input: $input) { clientMutationId }
  }
`)

export const BookSeries = graphql(`
  mutation BookSeries($input: BookSeriesInput!) { bookSeries(input: $input) { bookings { id seriesId } } }
`)

export const MoveSeries = graphql(`
  mutation MoveSeries($input: MoveSeriesInput!) { moveSeries(input: $input) { bookings { id } } }
`)

export const CancelSeries = graphql(`
  mutation CancelSeries($input: CancelSeriesInput!) { cancelSeries(input: $input) { bookings { id } } }
`)

export const SeriesBookings = graphql(`
  query SeriesBookings($clinicId: BigInt!, $seriesId: BigInt!) {
    seriesBookings(clinicId: $clinicId, seriesId: $seriesId) {
      id slotDate startsAt status doctor { fullName } service { name names } clinicCustomer { fullName }
    }
  }
`)

export const SeriesTimeSlots = graphql(`
  query SeriesTimeSlots($clinicId: BigInt!, $after: Cursor) {
    timeSlots(
      filter: { clinicId: { equalTo: $clinicId } }, first: 100, after: $after
    ) {
      nodes { id name startTime endTime isActive }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
