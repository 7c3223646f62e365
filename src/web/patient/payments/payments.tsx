import { graphql } from '../../data/generated/gql.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useText } from '../../text/language.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'
import { localDate, longDate } from '../../time/time.ts'
import { LoadMore } from './load_more.tsx'
import '../pay/pay.css'

const MyPayments = graphql(`
  query MyPayments($customerIds: [BigInt!]!, $after: Cursor) {
    payments(
      filter: { customerId: { in: $customerIds } }, orderBy: [RECEIVED_AT_DESC], first: 20, after: $after
    ) {
      nodes { id method currency received refunded receivedAt clinic { name timeZone } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

/** The payments of a patient, the latest first. */
export function Payments({ customerIds }: { customerIds: string[] }) {
  const { t, locale } = useText(paymentsTexts)
  const money = useMoney()
  const payments = usePaginatedQuery(MyPayments, { customerIds }, (data) => data.payments)
  if (payments.error !== undefined) return <Problem error={payments.error} retry={payments.refetch} />
  if (!payments.data || payments.data.nodes.length === 0) return <Pending when={payments.pending} />
  return (
    <section className="booking-rows">
      <h2>{t.payments}</h2>
      <dl className="amounts card padded">
        {payments.data.nodes.map(({ id, method, currency, received, refunded, receivedAt, clinic }) => (
          <div key={id} className="amount">
            <dt>
              {clinic?.name}
              <small>
                {clinic && longDate(localDate(receivedAt, clinic.timeZone), locale)}, {t.methods[method]}
                {refunded !== '0' && `, ${t.refunded(money?.text(refunded, currency) ?? '')}`}
              </small>
            </dt>
            <dd>{money?.text(received, currency)}</dd>
          </div>
        ))}
      </dl>
      <LoadMore {...payments} />
    </section>
  )
}
