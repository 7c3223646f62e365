import { useState } from 'react'
import { isPrepaid, type Price, type PricedVisit, usePrice } from './use_price.ts'

/** How a visit that is booked by paying is paid. */
export interface Payment {
  visit: PricedVisit
  price: Price
  /** Shows another price: with a coupon, or undefined for the one without. */
  show(price: Price | undefined): void
}

/**
 * The price of a visit, with the coupon that was applied to it, and how it is paid: null if it is booked without paying, undefined
 * while that is not known. `visit` is undefined until it is known, null if it has no price.
 */
export function usePayment(visit: PricedVisit | null | undefined) {
  const plain = usePrice(visit ?? null)
  const [reduced, reduce] = useState<{ of: string; price: Price }>()
  const of = JSON.stringify(visit)
  const price = reduced && reduced.of === of ? reduced.price : plain.price
  const show = (shown: Price | undefined) => reduce(shown && { of, price: shown })
  const payment: Payment | null = visit && isPrepaid(price) ? { visit, price, show } : null
  const isKnown = visit !== undefined && price !== undefined
  return { price, payment: isKnown ? payment : undefined, error: plain.error, retry: plain.retry }
}
