import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import { useMoney } from '../../parts/money/use_money.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'

const ClinicCurrency = graphql(`
  query ClinicCurrency($clinicId: BigInt!) { policy(clinicId: $clinicId) { currency } }
`)

/** The currency of the clinic and how amounts are shown; undefined while they are loaded. */
export function useCurrency() {
  const { clinic } = useWorkplace()
  const currency = useQuery(ClinicCurrency, { clinicId: clinic.id }).data?.policy?.currency
  const money = useMoney()
  return currency && money ? { currency, money } : undefined
}
