import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useText } from '../../text/language.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'

const OpenCheckouts = graphql(`
  query OpenCheckouts($customerIds: [BigInt!]!) {
    checkouts(filter: { customerId: { in: $customerIds }, state: { equalTo: OPEN } }, orderBy: [PRIMARY_KEY_DESC], first: 10) {
      nodes { id amount currency }
    }
  }
`)

/** Payments that the patient has begun and not ended. */
export function BegunPayments({ customerIds }: { customerIds: string[] }) {
  const { t } = useText(paymentsTexts)
  const money = useMoney()
  const { data, error, pending, refetch } = useQuery(OpenCheckouts, { customerIds })
  if (error !== undefined) return <Problem error={error} retry={refetch} />
  const open = data?.checkouts?.nodes.flatMap((node) => node ?? []) ?? []
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
