import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useText } from '../../text/language.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'

const OpenCheckouts = graphql(`
  query OpenCheckouts($customerIds: [BigInt!]!, $after: Cursor) {
    checkouts(
      filter: { customerId: { in: $customerIds }, state: { equalTo: OPEN } }
      orderBy: [CREATED_AT_DESC], first: 10, after: $after
    ) {
      nodes { id amount currency }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

/** Payments that the patient has begun and not ended. */
export function BegunPayments({ customerIds }: { customerIds: string[] }) {
  const { t } = useText(paymentsTexts)
  const money = useMoney()
  const { data, error, pending, refetch } = usePaginatedQuery(OpenCheckouts, { customerIds }, (page) => page.checkouts)
  if (error !== undefined) return <Problem error={error} retry={refetch} />
  const open = data?.nodes ?? []
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
