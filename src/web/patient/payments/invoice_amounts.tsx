import { Pending } from '../../parts/feedback/pending.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useText } from '../../text/language.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'
import { localDate, longDate } from '../../time/time.ts'
import type { MyInvoiceRow } from './my_invoice.ts'
import '../pay/pay.css'

/** The lines of an invoice, its sum, what was paid and what is due. */
export function InvoiceAmounts({ invoice }: { invoice: MyInvoiceRow }) {
  const { t, locale } = useText(paymentsTexts)
  const money = useMoney()
  const { currency, total, tax, due, invoiceLines, movements, clinic } = invoice
  if (!money) return <Pending />
  const dateOf = (at: string) => clinic && longDate(localDate(at, clinic.timeZone), locale)
  return (
    <dl className="amounts">
      {invoiceLines.nodes.map(
        (line) => line && <Amount key={line.id} name={line.text} amount={money.text(line.amount, currency)} />,
      )}
      <Amount name={t.total} amount={money.text(total, currency)} strong />
      {tax !== '0' && <Amount name={t.tax} amount={money.text(tax, currency)} />}
      {movements.nodes.map(
        (movement) =>
          movement && (
            <Amount
              key={movement.id}
              name={`${t.movements[movement.kind]}, ${dateOf(movement.movedAt)}`}
              amount={money.text(
                movement.kind === 'INVOICE_TO_CREDIT' ? movement.amount : `-${movement.amount}`,
                currency,
              )}
            />
          ),
      )}
      <Amount name={t.due} amount={money.text(due, currency)} strong />
    </dl>
  )
}

function Amount({ name, amount, strong }: { name: string; amount: string; strong?: boolean }) {
  return (
    <div className={`amount${strong ? ' sum' : ''}`}>
      <dt>{name}</dt>
      <dd>{amount}</dd>
    </div>
  )
}
