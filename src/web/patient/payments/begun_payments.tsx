import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useText } from '../../text/language.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'
import { latestFirst, useListOfClinics, type Whose } from './use_list_of_clinics.ts'

const OpenCheckouts = graphql(`
  query OpenCheckouts($clinicIds: [BigInt!]!, $customerIds: [BigInt!]!, $after: Cursor) {
    checkouts(
      filter: {
        customerId: { in: $customerIds }, state: { equalTo: OPEN }
        checkoutParts: { some: { clinicId: { in: $clinicIds } } }
      }
      orderBy: [PRIMARY_KEY_DESC], first: 10, after: $after
    ) {
      nodes { id amount currency createdAt }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

/** Payments that the patient has begun and not ended. */
export function BegunPayments({ whose }: { whose: Whose }) {
  const { t } = useText(paymentsTexts)
  const money = useMoney()
  const { data, error, pending, refetch } = useListOfClinics(OpenCheckouts, whose, {}, (page) => page.checkouts, {
    order: latestFirst(({ createdAt }) => createdAt),
  })
  if (error !== undefined) return <Problem error={error} retry={refetch} />
  // One that pays for several clinics is in the list of each.
  const open = [...new Map(data?.nodes.map((node) => [node.id, node])).values()]
  if (open.length === 0) return <Pending when={pending} />
  return (
    <Notice tone="plain" title={t.begun}>
      {open.map(({ id, amount, currency }) => (
        <p key={id}>
          <Link href={`/pay/${id}`}>
            {t.goOn}: {money?.text(amount, currency)}
          </Link>
        </p>
      ))}
    </Notice>
  )
}
