import { useEffect, useRef } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import type { PaidCheckoutQuery, PaidPartsQuery } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useAsync } from '../../data/use_query.ts'

const PaidCheckout = graphql(`
  query PaidCheckout($id: BigInt!) {
    checkout(id: $id) {
      id state outcome amount currency url expiresAt
    }
  }
`)
/** Not read as a field of the checkout, because the parts may be in several databases. */
const PaidParts = graphql(`
  query PaidParts($id: BigInt!) {
    checkoutParts(filter: { checkoutId: { equalTo: $id } }, first: 60) {
      nodes {
        id credit isOpen clinicId bookingId invoiceId bookingSlotId serviceId
        clinic { name timeZone address phone }
        invoice { number }
        service { name names }
        booking { startsAt: visitStartsAt endsAt: visitEndsAt isOnline doctor { fullName } }
        bookingSlot { startsAt endsAt doctorId doctor { fullName } }
      }
    }
  }
`)

export type CheckoutPart = NonNullable<NonNullable<PaidPartsQuery['checkoutParts']>['nodes'][number]>
export type Checkout = NonNullable<PaidCheckoutQuery['checkout']> & { parts: CheckoutPart[] }

/** The part of a checkout that is paid from credit instead of through the provider, in minor units. */
export const creditIn = ({ amount, parts }: Checkout): bigint =>
  amount === '0' ? 0n : parts.reduce((sum, part) => sum + BigInt(part.credit), 0n)

async function read(id: string, signal: AbortSignal): Promise<Checkout | null> {
  const { checkout } = await request(PaidCheckout, { id }, signal)
  if (!checkout) return null
  const { checkoutParts } = await request(PaidParts, { id }, signal)
  return { ...checkout, parts: checkoutParts?.nodes.filter((part) => part !== null) ?? [] }
}

/** Asked each second at first, when the payment page or the payment is expected within seconds, and less often later. */
const pauseMs = (tries: number) => (tries < 20 ? 1_000 : tries < 60 ? 3_000 : 15_000)

/**
 * A checkout, which is read again until it has ended. If the patient `hasPaid`, an expired one is read again, too: a payment that
 * arrives late becomes credit. `tries` counts how often the same state was read.
 */
export function useCheckout(id: string | null, hasPaid: boolean) {
  const { data: checkout, error, loading, refetch } = useAsync(id, (signal) => read(id as string, signal))
  const tries = useRef(0)
  const state = checkout?.state
  // A paid checkout is read again until every clinic has recorded it.
  const isOpen = state === 'OPEN' || (state === 'PAID' && checkout?.parts.some((part) => part.isOpen))
  const isPending = isOpen || (hasPaid && state === 'EXPIRED')
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
