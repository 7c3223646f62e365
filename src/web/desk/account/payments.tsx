import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useKeyed } from '../../data/use_keyed.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { Field } from '../../parts/form/field.tsx'
import { RowButton } from '../../parts/listing.tsx'
import { AmountField, requiredAmount } from '../../parts/money/amount_field.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { accountTexts } from '../../text/desk/account.ts'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { dateText, localDate } from '../../time/time.ts'
import { isPositive, type Payment, refundable, useAccount } from './account.ts'
import { MoneySheet } from './money_sheet.tsx'

const RefundPayment = graphql(`
  mutation DeskRefundPayment($input: RefundPaymentInput!) { refundPayment(input: $input) { refund { id state } } }
`)

/** A date of the clinic, short. */
export function useShortDate() {
  const { locale } = useText(accountTexts)
  const { timeZone } = useWorkplace().clinic
  return (instant: string) => dateText(localDate(instant, timeZone), locale, { dateStyle: 'medium' })
}

/** The payments of the account, and what of them was paid back. */
export function Payments() {
  const { t } = useText(accountTexts)
  const { payments } = useAccount()
  const [refunded, setRefunded] = useState<Payment>()
  return (
    <section className="below" aria-labelledby="payments-title">
      <h2 id="payments-title">{t.payments}</h2>
      {payments.length === 0 ? (
        <Empty title={t.noPayments}>
          <p>{t.noPaymentsHint}</p>
        </Empty>
      ) : (
        <ul className="rows card">
          {payments.map((payment) => (
            <li key={payment.id} className="row">
              <PaymentRow payment={payment} refund={() => setRefunded(payment)} />
            </li>
          ))}
        </ul>
      )}
      {refunded && <RefundSheet payment={refunded} close={() => setRefunded(undefined)} />}
    </section>
  )
}

function PaymentRow({ payment, refund }: { payment: Payment; refund(): void }) {
  const { t } = useText(accountTexts)
  const { money, creditIn } = useAccount()
  const date = useShortDate()
  const { method, currency, received, receivedAt, refunds } = payment
  const name = `${t.methods[method]}, ${money.text(received, currency)}`
  return (
    <>
      <div className="row-words">
        <h3 className="row-title">{name}</h3>
        <p className="row-more">{date(receivedAt)}</p>
        {refunds.nodes.map(
          (it) =>
            it && (
              <p key={it.id} className="row-more">
                {date(it.createdAt)}: {money.text(it.amount, currency)} {t.refundState[it.state]}
                {it.reason && ` (${it.reason})`}
              </p>
            ),
        )}
      </div>
      {isPositive(refundable(payment, creditIn(currency))) && (
        <div className="row-actions">
          <RowButton of={name} press={refund}>
            {t.refund}
          </RowButton>
        </div>
      )}
    </>
  )
}

function RefundSheet({ payment, close }: { payment: Payment; close(): void }) {
  const { t } = useText(accountTexts)
  const { t: common } = useText(manageTexts)
  const { clinicId, money, creditIn } = useAccount()
  const keyed = useKeyed()
  const { id: paymentId, currency, method } = payment
  return (
    <MoneySheet
      title={t.refund}
      lead={method === 'PROVIDER' ? `${t.refundLead} ${t.refundOnline}` : t.refundLead}
      submit={t.refund}
      act={(fields) => {
        const amount = requiredAmount(money, currency, fields)
        return request(RefundPayment, { input: keyed({ clinicId, paymentId, amount, reason: fields.reason ?? null }) })
      }}
      close={close}
    >
      <AmountField
        label={t.amount}
        money={money}
        currency={currency}
        amount={refundable(payment, creditIn(currency))}
      />
      <Field label={`${t.reason} (${common.optional})`} name="reason" maxLength={500} autoComplete="off" />
    </MoneySheet>
  )
}
