import { graphql } from '../../data/generated/gql.ts'
import type { ManagedPricesQuery } from '../../data/generated/graphql.ts'
import { nameIn, useText } from '../../text/language.ts'
import { billingTexts } from '../../text/manage/billing.ts'

export const ManagedPrices = graphql(`
  query ManagedPrices($clinicId: BigInt!, $after: Cursor) {
    prices(
      filter: { clinicId: { equalTo: $clinicId } }, orderBy: [SERVICE_ID_ASC, ID_DESC], first: 50, after: $after
    ) {
      nodes {
        id clinicId amount currency taxRate paymentRule deposit validFrom validUntil
        service { name names } doctor { fullName }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

export type Price = NonNullable<NonNullable<ManagedPricesQuery['prices']>['nodes'][number]>

/** For which service and doctor a price is. */
export function usePriceName() {
  const { t, language } = useText(billingTexts)
  return ({ service, doctor }: Price): string =>
    `${service ? nameIn(language, service) : ''}, ${doctor?.fullName ?? t.everyDoctor}`
}
