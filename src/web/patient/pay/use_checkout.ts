import { useEffect, useRef } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import type { PaidCheckoutQuery } from '../../data/generated/graphql.ts'
import { useQuery } from '../../data/use_query.ts'

const PaidCheckout = graphql(`
  query PaidCheckout($id: BigInt!) {
    checkout(id: $id) {
      id state outcome amount currency url expiresAt
      checkoutParts(first: 60) {
        nodes {
          id credit clinicId bookingId invoiceId bookingSlotId serviceId
          clinic { name timeZone address phone }
          invoice { number }
          service { name names }
          booking { startsAt: visitStartsAt endsAt: visitEndsAt isOnline doctor { fullName } }
          bookingSlot { startsAt endsAt doctorId doctor { fullName } }
        }
      }
    }
  }
`)

export type Checkout = NonNullable<PaidCheckoutQuery['checkout']>
export type CheckoutPart = Checkout['checkoutParts']['nodes'][number]

/** What of a checkout the credit of its patients pays beside the provider, in minor units. */
export const creditIn = (checkout: Checkout): bigint =>
  checkout.amount === '0' ? 0n : checkout.checkoutParts.nodes.reduce((sum, part) => sum + BigInt(part?.credit ?? 0), 0n)

/** Each second at first, when the page is about to exist or the payment about to arrive, and less often later. */
const pauseMs = (tries: number) => (tries < 20 ? 1_000 : tries < 60 ? 3_000 : 15_000)

/**
 * A checkout, asked for again until it has ended; also after it has expired, if the patient `hasPaid`: a payment that arrives late
 * becomes credit. `tries` counts how often the same state was seen.
 */
export function useCheckout(id: string | null, hasPaid: boolean) {
  const { data, error, loading, refetch } = useQuery(PaidCheckout, id === null ? null : { id })
  const tries = useRef(0)
  const checkout = data && (data.checkout ?? null)
  const state = checkout?.state
  const isPending = state === 'OPEN' || (hasPaid && state === 'EXPIRED')
  useEffect(() => {
    if (!isPending || loading) return
    const timer = setTimeout(() => {
      tries.current += 1
      refetch()
    }, pauseMs(tries.current))
    return () => clearTimeout(timer)
  }, [isPending, loading, refetch])
  return { checkout, error, refetch, isPending, isLate: tries.current >= 20 }
}
