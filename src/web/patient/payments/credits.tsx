import { graphql } from '../../data/generated/gql.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useText } from '../../text/language.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'
import '../pay/pay.css'

const MyCredits = graphql(`
  query MyCredits($customerIds: [BigInt!]!, $after: Cursor) {
    credits(
      filter: { customerId: { in: $customerIds } }, orderBy: [PRIMARY_KEY_ASC], first: 100, after: $after
    ) {
      nodes { clinicId customerId currency balance reserved clinic { name } customer { fullName } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

/** The patient's credit at each clinic. Shows nothing if there is none. */
export function Credits({ customerIds }: { customerIds: string[] }) {
  const { t } = useText(paymentsTexts)
  const money = useMoney()
  const { data, error, pending, refetch } = usePaginatedQuery(MyCredits, { customerIds }, (page) => page.credits, {
    all: true,
  })
  if (error !== undefined) return <Problem error={error} retry={refetch} />
  const credits = data?.nodes.filter(({ balance }) => balance !== '0') ?? []
  if (credits.length === 0) return <Pending when={pending} />
  return (
    <section className="booking-rows">
      <h2>{t.credits}</h2>
      <dl className="amounts card padded">
        {credits.map(({ clinicId, customerId, currency, balance, reserved, clinic, customer }) => (
          <div key={`${clinicId} ${customerId} ${currency}`} className="amount">
            <dt>
              {clinic?.name}
              {credits.length > 1 && customer && <small>{customer.fullName}</small>}
            </dt>
            <dd>
              {money?.text(balance, currency)}
              {reserved !== '0' && <small>{t.reserved(money?.text(reserved, currency) ?? '')}</small>}
            </dd>
          </div>
        ))}
      </dl>
      <p className="hint">{t.creditHint}</p>
    </section>
  )
}
