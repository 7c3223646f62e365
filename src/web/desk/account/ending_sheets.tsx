import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { Field } from '../../parts/form/field.tsx'
import { AmountField, requiredAmount } from '../../parts/money/amount_field.tsx'
import { accountTexts } from '../../text/desk/account.ts'
import { useText } from '../../text/language.ts'
import { useAccount } from './account.ts'
import type { InvoiceSheetProps } from './charge_sheets.tsx'
import { MoneySheet } from './money_sheet.tsx'

const Issue = graphql(`
  mutation DeskIssueInvoice($input: IssueInvoiceInput!) { issueInvoice(input: $input) { invoice { id } } }
`)
const Void = graphql(`
  mutation DeskVoidInvoice($input: VoidInvoiceInput!) { voidInvoice(input: $input) { invoice { id } } }
`)
const WriteOff = graphql(`
  mutation DeskWriteOff($input: WriteOffInput!) { writeOff(input: $input) { invoice { id } } }
`)

export function IssueSheet({ invoice: { id: invoiceId, rowVersion }, close }: InvoiceSheetProps) {
  const { t } = useText(accountTexts)
  const { clinicId } = useAccount()
  return (
    <MoneySheet
      title={t.issueTitle}
      lead={t.issueLead}
      submit={t.issue}
      act={() => request(Issue, { input: { clinicId, invoiceId, rowVersion } })}
      close={close}
    />
  )
}

export function VoidSheet({ invoice: { id: invoiceId, number, rowVersion }, close }: InvoiceSheetProps) {
  const { t } = useText(accountTexts)
  const { clinicId } = useAccount()
  return (
    <MoneySheet
      danger
      title={t.voidTitle(t.invoice(number))}
      lead={t.voidLead}
      submit={t.void}
      act={({ text = '' }) => request(Void, { input: { clinicId, invoiceId, text, rowVersion } })}
      close={close}
    >
      <Field label={t.reason} name="text" maxLength={200} autoComplete="off" required />
    </MoneySheet>
  )
}

/** For managers. */
export function WriteOffSheet({ invoice: { id: invoiceId, currency, due }, close }: InvoiceSheetProps) {
  const { t } = useText(accountTexts)
  const { clinicId, money } = useAccount()
  return (
    <MoneySheet
      danger
      title={t.writeOff}
      lead={t.writeOffLead}
      submit={t.writeOff}
      act={(fields) =>
        request(WriteOff, {
          input: { clinicId, invoiceId, text: fields.text ?? '', amount: requiredAmount(money, currency, fields) },
        })
      }
      close={close}
    >
      <AmountField label={t.amount} money={money} currency={currency} amount={due} />
      <Field label={t.reason} name="text" maxLength={200} autoComplete="off" required />
    </MoneySheet>
  )
}
