import { graphql } from '../../data/generated/gql.ts'
import type { ManagedCouponsQuery } from '../../data/generated/graphql.ts'

export const ManagedCoupons = graphql(`
  query ManagedCoupons($clinicId: BigInt!, $after: Cursor) {
    coupons(filter: { clinicId: { equalTo: $clinicId } }, orderBy: [ID_DESC], first: 50, after: $after) {
      nodes { id clinicId code percent amount currency most used validFrom validUntil }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

export type Coupon = NonNullable<NonNullable<ManagedCouponsQuery['coupons']>['nodes'][number]>
