import { type ComponentType, useState } from 'react'
import { useSearchParams } from 'wouter'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { RowButton } from '../../parts/listing.tsx'
import { downloadInvoice } from '../../parts/money/download_invoice.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { accountTexts } from '../../text/desk/account.ts'
import { useText } from '../../text/language.ts'
import { dateText } from '../../time/time.ts'
import { type Invoice, isPositive, useAccount } from './account.ts'
import { ChargeSheet, CouponSheet, DiscountSheet, type InvoiceSheetProps } from './charge_sheets.tsx'
import { PayByCreditSheet, ToCreditSheet } from './credit_sheets.tsx'
import { IssueSheet, VoidSheet, WriteOffSheet } from './ending_sheets.tsx'
import { PaymentSheet } from './payment_sheet.tsx'
import { useShortDate } from './payments.tsx'

const sheets = {
  charge: ChargeSheet,
  discount: DiscountSheet,
  coupon: CouponSheet,
  issue: IssueSheet,
  pay: PaymentSheet,
  payByCredit: PayByCreditSheet,
  toCredit: ToCreditSheet,
  writeOff: WriteOffSheet,
  void: VoidSheet,
} satisfies Record<string, ComponentType<InvoiceSheetProps>>

type Action = keyof typeof sheets

/** What the desk can do with an invoice, in the order of the buttons. The database refuses the rest. */
function actionsOf({ state, due, paid, total }: Invoice, credit: string, isManager: boolean): Action[] {
  const isUnpaid = state === 'DRAFT' || state === 'OPEN'
  return [
    ...(isUnpaid ? (['charge'] as const) : []),
    ...(isUnpaid && isPositive(total) ? (['discount', 'coupon'] as const) : []),
    ...(state === 'DRAFT' ? (['issue'] as const) : []),
    ...(isUnpaid && isPositive(due) ? (['pay'] as const) : []),
    ...(isUnpaid && isPositive(due) && isPositive(credit) ? (['payByCredit'] as const) : []),
    ...(isPositive(paid) ? (['toCredit'] as const) : []),
    ...(isManager && state === 'OPEN' ? (['writeOff'] as const) : []),
    ...(state === 'VOID' ? [] : (['void'] as const)),
  ]
}

/** The invoices of the account, those on which something is due or that are drafts first. */
export function Invoices() {
  const { t } = useText(accountTexts)
  const { invoices } = useAccount()
  const bookingId = useSearchParams()[0].get('booking')
  const [opened, setOpened] = useState<{ id: string; action: Action }>()
  const invoice = invoices.find(({ id }) => id === opened?.id)
  const Sheet = opened && sheets[opened.action]
  const isUnpaid = ({ state }: Invoice) => state === 'OPEN' || state === 'DRAFT'
  const isOfBooking = ({ invoiceLines }: Invoice) =>
    bookingId !== null && invoiceLines.nodes.some((line) => line?.bookingId === bookingId)
  return (
    <section className="below" aria-labelledby="invoices-title">
      <h2 id="invoices-title">{t.invoices}</h2>
      {invoices.length === 0 && (
        <Empty title={t.noInvoices}>
          <p>{t.noInvoicesHint}</p>
        </Empty>
      )}
      {invoices
        .toSorted((a, b) => Number(isUnpaid(b)) - Number(isUnpaid(a)))
        .map((it) => (
          <InvoiceCard
            key={it.id}
            invoice={it}
            isOpen={bookingId === null ? isUnpaid(it) : isOfBooking(it)}
            act={(action) => setOpened({ id: it.id, action })}
          />
        ))}
      {invoice && Sheet && <Sheet key={opened.action} invoice={invoice} close={() => setOpened(undefined)} />}
    </section>
  )
}

interface InvoiceCardProps {
  invoice: Invoice
  /** Whether its lines are shown at first. */
  isOpen: boolean
  act(action: Action): void
}

const tagOf = { DRAFT: '', OPEN: 'checked_in', SETTLED: 'completed', VOID: 'cancelled' }

function InvoiceCard({ invoice, isOpen, act }: InvoiceCardProps) {
  const { t, locale } = useText(accountTexts)
  const { isManager } = useWorkplace()
  const { money, creditIn } = useAccount()
  const date = useShortDate()
  const { id, number, state, currency, total, due, issuedAt, dueOn, createdAt } = invoice
  const name = t.invoice(number)
  return (
    <details className="card account-invoice" open={isOpen}>
      <summary>
        <span className="account-invoice-name">
          <strong>{name}</strong> {number && <span className={`tag ${tagOf[state]}`}>{t.state[state]}</span>}
          <small>
            {issuedAt ? t.issued(date(issuedAt)) : t.made(date(createdAt))}
            {state === 'OPEN' && dueOn && `, ${t.dueOn(dateText(dueOn, locale, { dateStyle: 'medium' }))}`}
          </small>
        </span>
        <span className="account-amount">
          {money.text(total, currency)}
          {state === 'OPEN' && (
            <small>
              {t.due}: {money.text(due, currency)}
            </small>
          )}
        </span>
      </summary>
      <Lines invoice={invoice} />
      <div className="account-actions">
        {actionsOf(invoice, creditIn(currency), isManager).map((action) => (
          <RowButton key={action} of={name} ends={action === 'void' || action === 'writeOff'} press={() => act(action)}>
            {t[action]}
          </RowButton>
        ))}
        {number && <PdfButton id={id} name={name} />}
      </div>
    </details>
  )
}

/** The invoice as the patient gets it, in the patient's language. */
function PdfButton({ id, name }: { id: string; name: string }) {
  const { t } = useText(accountTexts)
  const errorText = useErrorText()
  return (
    <RowButton
      of={name}
      press={() => downloadInvoice(id, name.replace(' ', '-')).catch((error) => showToast(errorText(error)))}
    >
      {t.pdf}
    </RowButton>
  )
}

function Lines({ invoice: { currency, total, paid, due, invoiceLines } }: { invoice: Invoice }) {
  const { t, locale } = useText(accountTexts)
  const { money } = useAccount()
  const lines = invoiceLines.nodes.flatMap((line) => (line ? [line] : []))
  if (lines.length === 0) return <p className="quiet">{t.noLines}</p>
  const sums = [
    [t.total, total],
    [t.paid, paid],
    [t.due, due],
  ] as const
  return (
    <table className="account-lines">
      <thead className="visually-hidden">
        <tr>
          <th scope="col">{t.what}</th>
          <th scope="col">{t.amount}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ id, text, amount, taxRate }) => (
          <tr key={id}>
            <td>
              {text}
              {Number(taxRate) > 0 && <small>{t.tax(Number(taxRate).toLocaleString(locale))}</small>}
            </td>
            <td className="account-amount">{money.text(amount, currency)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        {sums.map(([label, amount]) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td className="account-amount">{money.text(amount, currency)}</td>
          </tr>
        ))}
      </tfoot>
    </table>
  )
}
