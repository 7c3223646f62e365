import { useState } from 'react'
import { useLocation } from 'wouter'
import { Refusal } from '../../data/client.ts'
import { newIdempotencyKey } from '../../data/keys.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
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
  clinic: { name: string } | null
}

/** How many invoices one payment pays. */
const most = 50

/**
 * Pays several open invoices at once, those of each currency, also of several clinics; those of clinics in several databases one
 * after another. Nothing for one invoice.
 */
export function PayTogether({ invoices }: { invoices: readonly DueInvoice[] }) {
  const currencies = [...new Set(invoices.map(({ currency }) => currency))]
  return currencies.map((currency) => {
    const group = invoices.filter((invoice) => invoice.currency === currency).slice(0, most)
    // Another payment when they are others.
    return (
      group.length > 1 && <PayAll key={group.map(({ id, due }) => `${id}:${due}`).join()} {...{ group, currency }} />
    )
  })
}

function PayAll({ group, currency }: { group: readonly DueInvoice[]; currency: string }) {
  const { t } = useText(paymentsTexts)
  const [parts, setParts] = useState<DueInvoice[][]>()
  if (!parts) {
    const label = (due: string) => t.payTogether(group.length, due)
    return <Pay group={group} currency={currency} label={label} inParts={setParts} />
  }
  return (
    <>
      <Notice tone="plain">{<p>{t.inParts(parts.length)}</p>}</Notice>
      {parts.map((part) => {
        const names = [...new Set(part.flatMap(({ clinic }) => clinic?.name ?? []))].join(', ')
        const label = (due: string) => t.payPart(due, names)
        return <Pay key={part[0]?.id} group={part} currency={currency} label={label} />
      })}
    </>
  )
}

interface PayProps {
  group: readonly DueInvoice[]
  currency: string
  /** What the button says, with the sum. */
  label(due: string): string
  /** Called when the invoices have to be paid by several payments, with those of each. */
  inParts?(parts: DueInvoice[][]): void
}

function Pay({ group, currency, label, inParts }: PayProps) {
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
    pay().catch((refused) => {
      const parts = partsOf(group, refused)
      if (inParts && parts.length > 1) inParts(parts)
      else setError(refused)
    })
  }
  const paidBy = error instanceof Refusal && error.code === 'checkout_open' && error.detail.checkoutId
  const due = group.reduce((sum, invoice) => sum + BigInt(invoice.due), 0n)
  return (
    <>
      {paidBy ? <BeingPaid checkoutId={String(paidBy)} /> : error !== undefined && <Problem error={error} />}
      {money && !paidBy && (
        <div className="actions">
          <button type="button" className="button primary" onClick={attempt}>
            {label(money.text(String(due), currency))}
          </button>
        </div>
      )}
    </>
  )
}

/** The invoices of each database, when a payment was refused because their clinics are in several. */
function partsOf(group: readonly DueInvoice[], error: unknown): DueInvoice[][] {
  if (!(error instanceof Refusal && error.code === 'several_databases')) return []
  const clinicIds = (error.detail.clinicIds ?? []) as string[][]
  return clinicIds
    .map((ids) => group.filter(({ clinicId }) => ids.includes(clinicId)))
    .filter((part) => part.length > 0)
}
