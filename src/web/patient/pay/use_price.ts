import { graphql } from '../../data/generated/gql.ts'
import type { VisitPriceQuery } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'

const VisitPrice = graphql(`
  query VisitPrice($clinicId: BigInt!, $serviceId: BigInt!, $doctorId: BigInt!, $visitDate: Date!, $coupon: String) {
    quote(clinicId: $clinicId, serviceId: $serviceId, doctorId: $doctorId, visitDate: $visitDate, coupon: $coupon) {
      amount currency discount payable dueNow paymentRule
    }
  }
`)

type Row = NonNullable<VisitPriceQuery['quote']>
/** What a visit costs, in minor units. PostgreSQL's row types cannot express that nothing in it is null. */
export type Price = { [Key in keyof Row]: NonNullable<Row[Key]> }

/** The visit that a price is for; the date is the clinic's. */
export interface PricedVisit {
  clinicId: string
  serviceId: string
  doctorId: string
  visitDate: string
}

/** The price of a visit: undefined until it is loaded, null if it has none. Without a visit there is no price. */
export function usePrice(visit: PricedVisit | null): {
  price: Price | null | undefined
  error: unknown
  retry(): void
} {
  const { data, error, loading, refetch } = useQuery(VisitPrice, visit)
  const price =
    visit === null ? null : loading || error !== undefined ? undefined : ((data?.quote ?? null) as Price | null)
  return { price, error, retry: refetch }
}

/** The price of a visit with a coupon. Throws the refusal of a coupon that cannot be used. */
export async function priceWith(coupon: string, visit: PricedVisit): Promise<Price> {
  const { quote } = await request(VisitPrice, { ...visit, coupon })
  return quote as Price
}

/** Whether a visit at this price is booked by paying. */
export const isPrepaid = (price: Price | null | undefined): price is Price => !!price && price.paymentRule !== 'NONE'
