import { useState } from 'react'
import { useLocation } from 'wouter'
import { Refusal } from '../../data/client.ts'
import { newIdempotencyKey } from '../../data/keys.ts'
import { Problem } from '../../parts/feedback/notice.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useText } from '../../text/language.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'
import { beginCheckout } from '../pay/begin_checkout.ts'
import { BeingPaid } from '../pay/being_paid.tsx'

interface DueInvoice {
  id: string
  clinicId: string
  currency: string
  due: string
}

/** How many invoices one payment pays. */
const most = 50

/**
 * Pays the open invoices of each currency with one payment, also those of several clinics. Shows nothing for a single
 * invoice.
 */
export function PayTogether({ invoices }: { invoices: readonly DueInvoice[] }) {
  const currencies = [...new Set(invoices.map(({ currency }) => currency))]
  return currencies.map((currency) => {
    const group = invoices.filter((invoice) => invoice.currency === currency).slice(0, most)
    // For other invoices a new component, and so a new idempotency key.
    return (
      group.length > 1 && <PayAll key={group.map(({ id, due }) => `${id}:${due}`).join()} {...{ group, currency }} />
    )
  })
}

function PayAll({ group, currency }: { group: readonly DueInvoice[]; currency: string }) {
  const { t } = useText(paymentsTexts)
  const [, go] = useLocation()
  const money = useMoney()
  const [idempotencyKey] = useState(newIdempotencyKey)
  const [error, setError] = useState<unknown>()
  const pay = async () => {
    const [{ clinicId } = { clinicId: '' }] = group
    const invoices = group.map(({ id, clinicId }) => ({ clinicId, invoiceId: id }))
    go(await beginCheckout({ clinicId, invoices, usesCredit: false, idempotencyKey }))
  }
  const attempt = () => {
    setError(undefined)
    pay().catch(setError)
  }
  const paidBy = error instanceof Refusal && error.code === 'checkout_open' && error.detail.checkoutId
  const due = group.reduce((sum, invoice) => sum + BigInt(invoice.due), 0n)
  return (
    <>
      {paidBy ? <BeingPaid checkoutId={String(paidBy)} /> : error !== undefined && <Problem error={error} />}
      {money && !paidBy && (
        <div className="actions">
          <button type="button" className="button primary" onClick={attempt}>
            {t.payTogether(group.length, money.text(String(due), currency))}
          </button>
        </div>
      )}
    </>
  )
}
