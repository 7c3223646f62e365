import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useKeyed } from '../../data/use_keyed.ts'
import { Field } from '../../parts/form/field.tsx'
import { AmountField, requiredAmount } from '../../parts/money/amount_field.tsx'
import { accountTexts } from '../../text/desk/account.ts'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { lesserAmount, useAccount } from './account.ts'
import type { InvoiceSheetProps } from './charge_sheets.tsx'
import { MoneySheet } from './money_sheet.tsx'

const MoveToCredit = graphql(`
  mutation DeskMoveToCredit($input: MoveToCreditInput!) { moveToCredit(input: $input) { invoice { id } } }
`)
const SpendCredit = graphql(`
  mutation DeskSpendCredit($input: SpendCreditInput!) { spendCredit(input: $input) { invoice { id } } }
`)
const GrantGoodwill = graphql(`
  mutation DeskGrantGoodwill($input: GrantGoodwillInput!) { grantGoodwill(input: $input) { credit { balance } } }
`)

export function ToCreditSheet({ invoice: { id: invoiceId, currency, paid }, close }: InvoiceSheetProps) {
  const { t } = useText(accountTexts)
  const { t: common } = useText(manageTexts)
  const { clinicId, money } = useAccount()
  return (
    <MoneySheet
      title={t.toCredit}
      lead={t.toCreditLead}
      submit={t.toCredit}
      act={(fields) =>
        request(MoveToCredit, {
          input: {
            clinicId,
            invoiceId,
            amount: requiredAmount(money, currency, fields),
            reason: fields.reason ?? null,
          },
        })
      }
      close={close}
    >
      <AmountField label={t.amount} money={money} currency={currency} amount={paid} />
      <Field label={`${t.reason} (${common.optional})`} name="reason" maxLength={500} autoComplete="off" />
    </MoneySheet>
  )
}

export function PayByCreditSheet({ invoice: { id: invoiceId, currency, due }, close }: InvoiceSheetProps) {
  const { t } = useText(accountTexts)
  const { clinicId, money, creditIn } = useAccount()
  const credit = creditIn(currency)
  return (
    <MoneySheet
      title={t.payByCredit}
      lead={t.payByCreditLead(money.text(credit, currency))}
      submit={t.payByCredit}
      act={(fields) =>
        request(SpendCredit, { input: { clinicId, invoiceId, amount: requiredAmount(money, currency, fields) } })
      }
      close={close}
    >
      <AmountField label={t.amount} money={money} currency={currency} amount={lesserAmount(due, credit)} />
    </MoneySheet>
  )
}

/** For managers. */
export function GoodwillSheet({ close }: { close(): void }) {
  const { t } = useText(accountTexts)
  const { clinicId, customerId, currency, money } = useAccount()
  const keyed = useKeyed()
  return (
    <MoneySheet
      title={t.goodwill}
      lead={t.goodwillLead}
      submit={t.goodwill}
      act={(fields) => {
        const amount = requiredAmount(money, currency, fields)
        return request(GrantGoodwill, { input: keyed({ clinicId, customerId, amount, reason: fields.reason ?? '' }) })
      }}
      close={close}
    >
      <AmountField label={t.amount} money={money} currency={currency} />
      <Field label={t.reason} name="reason" maxLength={500} autoComplete="off" required />
    </MoneySheet>
  )
}
