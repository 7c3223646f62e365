import { graphql } from '../../data/generated/gql.ts'
import { Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useText } from '../../text/language.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'
import { localDate, longDate } from '../../time/time.ts'
import { More } from './more.tsx'
import { latestFirst, useListOfClinics, type Whose } from './use_list_of_clinics.ts'
import '../pay/pay.css'

const MyPayments = graphql(`
  query MyPayments($clinicIds: [BigInt!]!, $customerIds: [BigInt!]!, $after: Cursor) {
    payments(
      filter: { clinicId: { in: $clinicIds }, customerId: { in: $customerIds } }
      orderBy: [ID_DESC], first: 20, after: $after
    ) {
      nodes { id method currency received refunded receivedAt clinic { name timeZone } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

/** The payments of a patient, the latest first. */
export function Payments({ whose }: { whose: Whose }) {
  const { t, locale } = useText(paymentsTexts)
  const money = useMoney()
  const payments = useListOfClinics(MyPayments, whose, {}, (data) => data.payments, {
    order: latestFirst(({ receivedAt }) => receivedAt),
  })
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
      <More {...payments} />
    </section>
  )
}
