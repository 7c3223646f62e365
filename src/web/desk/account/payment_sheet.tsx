import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import type { PaymentMethod } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useKeyed } from '../../data/use_keyed.ts'
import { Select } from '../../parts/form/field.tsx'
import { AmountField, requiredAmount } from '../../parts/money/amount_field.tsx'
import { accountTexts } from '../../text/desk/account.ts'
import { useText } from '../../text/language.ts'
import { type Invoice, isPositive, sumOf, useAccount } from './account.ts'
import { MoneySheet } from './money_sheet.tsx'

const RecordPayment = graphql(`
  mutation DeskRecordPayment($input: RecordPaymentInput!) { recordPayment(input: $input) { payment { id } } }
`)

const methods = ['CASH', 'CARD_TERMINAL', 'TRANSFER'] as const

interface PaymentSheetProps {
  /** The invoice that is paid; undefined to choose among those with something due. */
  invoice?: Invoice | undefined
  close(): void
}

/** Records money that the desk received, for invoices or as credit. */
export function PaymentSheet({ invoice, close }: PaymentSheetProps) {
  const { t } = useText(accountTexts)
  const account = useAccount()
  const { clinicId, customerId, money } = account
  const keyed = useKeyed()
  const currency = invoice?.currency ?? account.currency
  const payable = account.invoices.filter((it) => it.currency === currency && it.state !== 'VOID' && isPositive(it.due))
  const [chosen, choose] = useState(() =>
    (invoice ? [invoice] : payable.filter(({ state }) => state === 'OPEN')).map(({ id }) => id),
  )
  const due = sumOf(payable.filter(({ id }) => chosen.includes(id)).map((it) => it.due))
  return (
    <MoneySheet
      title={t.pay}
      submit={t.pay}
      done={t.recorded}
      act={(fields) => {
        const amount = requiredAmount(money, currency, fields)
        const method = fields.method as PaymentMethod
        return request(RecordPayment, { input: keyed({ clinicId, customerId, method, amount, invoiceIds: chosen }) })
      }}
      close={close}
    >
      <Select label={t.method} name="method" defaultValue="CASH">
        {methods.map((method) => (
          <option key={method} value={method}>
            {t.methods[method]}
          </option>
        ))}
      </Select>
      {payable.length > 0 && <Payable invoices={payable} chosen={chosen} choose={choose} />}
      {/* The key shows what is due on other invoices when they are chosen. */}
      <AmountField
        key={due}
        label={t.amount}
        money={money}
        currency={currency}
        amount={isPositive(due) ? due : undefined}
        hint={chosen.length === 0 ? t.paysNone : undefined}
      />
    </MoneySheet>
  )
}

interface PayableProps {
  invoices: Invoice[]
  chosen: string[]
  choose(ids: string[]): void
}

function Payable({ invoices, chosen, choose }: PayableProps) {
  const { t } = useText(accountTexts)
  const { money } = useAccount()
  return (
    <fieldset className="account-payable">
      <legend className="field-label">{t.pays}</legend>
      {invoices.map(({ id, number, due, currency, invoiceLines }) => (
        <label key={id} className="check">
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onChange={({ target }) => choose(target.checked ? [...chosen, id] : chosen.filter((it) => it !== id))}
          />
          <span>
            {t.invoice(number)}: {money.text(due, currency)}{' '}
            <small className="quiet">{invoiceLines.nodes.map((line) => line?.text).join(', ')}</small>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
