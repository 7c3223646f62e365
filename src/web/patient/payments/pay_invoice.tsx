import { useState } from 'react'
import { useLocation } from 'wouter'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import { newIdempotencyKey } from '../../data/keys.ts'
import { request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useText } from '../../text/language.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'
import { beginCheckout } from '../pay/begin_checkout.ts'
import { BeingPaid } from '../pay/being_paid.tsx'
import { CreditOf } from '../pay/credit_of.ts'
import type { MyInvoiceRow } from './my_invoice.ts'

const PayByCredit = graphql(`
  mutation PayByCredit($clinicId: BigInt!, $invoiceId: BigInt!) {
    spendCredit(input: { clinicId: $clinicId, invoiceId: $invoiceId }) { invoice { id due } }
  }
`)

/**
 * Pays the amount due on an invoice: from credit, as far as there is any, or through the provider. Shows nothing if
 * nothing is due.
 */
export function PayInvoice({ invoice, changed }: { invoice: MyInvoiceRow; changed(): void }) {
  const { t } = useText(paymentsTexts)
  const [, go] = useLocation()
  const money = useMoney()
  const { id, clinicId, customerId, currency, due, state } = invoice
  const credit = useQuery(CreditOf, { clinicId, customerId, currency })
  const [idempotencyKey] = useState(newIdempotencyKey)
  const [error, setError] = useState<unknown>()
  const [done, setDone] = useState<string>()
  const pay = async () => {
    go(await beginCheckout({ clinicId, invoiceIds: [id], usesCredit: false, idempotencyKey }))
  }
  const spend = async () => {
    const { spendCredit } = await request(PayByCredit, { clinicId, invoiceId: id })
    setDone(spendCredit?.invoice?.due === '0' ? t.paidNow : t.paidInPart)
    credit.refetch()
    changed()
  }
  const attempt = (what: () => Promise<void>) => {
    setError(undefined)
    what().catch(setError)
  }
  const paidBy = error instanceof Refusal && error.code === 'checkout_open' && error.detail.checkoutId
  const available = BigInt(credit.data?.credit?.available ?? '0')
  const fromCredit = available < BigInt(due) ? available : BigInt(due)
  return (
    <>
      {done && <Notice tone="good">{<p>{done}</p>}</Notice>}
      {paidBy ? <BeingPaid checkoutId={String(paidBy)} /> : error !== undefined && <Problem error={error} />}
      {due !== '0' && state !== 'VOID' && money && !paidBy && (
        <div className="actions">
          <button type="button" className="button primary" onClick={() => attempt(pay)}>
            {t.pay(money.text(due, currency))}
          </button>
          <Pending when={credit.pending} />
          {fromCredit > 0n && (
            <button type="button" className="button" onClick={() => attempt(spend)}>
              {t.payByCredit(money.text(String(fromCredit), currency))}
            </button>
          )}
        </div>
      )}
    </>
  )
}
