import { graphql } from '../../../data/generated/gql.ts'
import { useQuery } from '../../../data/use_query.ts'
import type { AffectedBooking } from './affected.tsx'

const EffectOfAbsence = graphql(`
  query EffectOfAbsence(
    $clinicId: BigInt!, $doctorId: BigInt, $firstDate: Date!, $lastDate: Date!, $startTime: Time, $endTime: Time
  ) {
    absenceEffect(
      clinicId: $clinicId, doctorId: $doctorId, firstDate: $firstDate, lastDate: $lastDate, startTime: $startTime
      endTime: $endTime
    ) { freeSlots bookedVisits }
    bookingsInAbsence(
      clinicId: $clinicId, doctorId: $doctorId, firstDate: $firstDate, lastDate: $lastDate, startTime: $startTime
      endTime: $endTime, first: 100
    ) { nodes { id startsAt customerId doctor { fullName } clinicCustomer { fullName phone } } }
  }
`)
const NotReachable = graphql(`
  query NotReachable($clinicId: BigInt!, $customerIds: [BigInt]!) {
    customersWithoutAddress(clinicId: $clinicId, customerIds: $customerIds, kind: SLOT_WITHDRAWN)
  }
`)

export interface When {
  clinicId: string
  doctorId: string | null
  firstDate: string
  lastDate: string
  startTime: string | null
  endTime: string | null
}

export interface Effect {
  freeSlots: number
  bookedVisits: number
  bookings: (AffectedBooking & { isToPhone: boolean; isAhead: boolean })[]
}

/**
 * What an absence would do, and who would have to be phoned; `effect` is undefined until it is known. `shown` is the last
 * effect that was known: the form shows it until the next one arrives, so that it does not jump.
 */
export function useEffectOf(when: When | null) {
  const { data, error, loading, pending, refetch } = useQuery(EffectOfAbsence, when)
  const bookings = (data?.bookingsInAbsence?.nodes ?? []).flatMap((booking) => (booking ? [booking] : []))
  const reach = useQuery(
    NotReachable,
    when && bookings.length > 0
      ? { clinicId: when.clinicId, customerIds: bookings.map(({ customerId }) => customerId) }
      : null,
  )
  const without = new Set<string | null>(reach.data?.customersWithoutAddress ?? [])
  const shown: Effect | undefined =
    when !== null && data && !reach.pending
      ? {
          freeSlots: data.absenceEffect?.freeSlots ?? 0,
          bookedVisits: data.absenceEffect?.bookedVisits ?? 0,
          bookings: bookings.map((booking) => {
            // For an appointment that has begun there is no notification and no phone call.
            const isAhead = Date.parse(booking.startsAt) > Date.now()
            return { ...booking, isAhead, isToPhone: isAhead && without.has(booking.customerId) }
          }),
        }
      : undefined
  return {
    shown,
    effect: loading || reach.loading ? undefined : shown,
    pending: pending || reach.pending,
    error: error ?? reach.error,
    refetch,
  }
}
