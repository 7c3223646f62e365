import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { Field, TwoOptions } from '../../parts/form/field.tsx'
import { AmountField, requiredAmount } from '../../parts/money/amount_field.tsx'
import { TaxRateField, taxRateOf } from '../../parts/money/tax_rate_field.tsx'
import { accountTexts } from '../../text/desk/account.ts'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { type Invoice, useAccount } from './account.ts'
import { MoneySheet } from './money_sheet.tsx'

const AddCharge = graphql(`
  mutation DeskAddCharge($input: AddChargeInput!) { addCharge(input: $input) { invoice { id } } }
`)
const AddDiscount = graphql(`
  mutation DeskAddDiscount($input: AddDiscountInput!) { addDiscount(input: $input) { invoice { id } } }
`)
const ApplyCoupon = graphql(`
  mutation DeskApplyCoupon($input: ApplyCouponInput!) { applyCoupon(input: $input) { invoice { id } } }
`)

export interface InvoiceSheetProps {
  invoice: Invoice
  close(): void
}

export function ChargeSheet({ invoice, close }: InvoiceSheetProps) {
  const { t } = useText(accountTexts)
  const { t: common } = useText(manageTexts)
  const { clinicId, money } = useAccount()
  const { id: invoiceId, currency } = invoice
  return (
    <MoneySheet
      title={t.charge}
      submit={common.add}
      act={(fields) =>
        request(AddCharge, {
          input: {
            clinicId,
            invoiceId,
            text: fields.text ?? '',
            amount: requiredAmount(money, currency, fields),
            taxRate: taxRateOf(fields),
          },
        })
      }
      close={close}
    >
      <Field label={t.forWhat} name="text" maxLength={200} autoComplete="off" required />
      <AmountField label={t.amount} money={money} currency={currency} />
      <TaxRateField label={t.taxRate} />
    </MoneySheet>
  )
}

export function DiscountSheet({ invoice, close }: InvoiceSheetProps) {
  const { t } = useText(accountTexts)
  const { t: common } = useText(manageTexts)
  const { clinicId, money } = useAccount()
  const { id: invoiceId, currency } = invoice
  const [isPercent, setPercent] = useState(false)
  return (
    <MoneySheet
      title={t.discount}
      submit={common.add}
      act={(fields) => {
        const discount = isPercent
          ? { percent: fields.percent ?? '' }
          : { amount: requiredAmount(money, currency, fields) }
        return request(AddDiscount, { input: { clinicId, invoiceId, text: fields.text ?? '', ...discount } })
      }}
      close={close}
    >
      <Field label={t.forWhat} name="text" maxLength={200} autoComplete="off" required />
      <TwoOptions
        legend={t.howMuch}
        name="discount-kind"
        isSecond={isPercent}
        choose={setPercent}
        first={t.anAmount}
        second={t.aPercentage}
      />
      {isPercent ? (
        <Field label={t.percent} name="percent" type="number" min="1" max="100" step="any" required />
      ) : (
        <AmountField label={t.amount} money={money} currency={currency} />
      )}
    </MoneySheet>
  )
}

export function CouponSheet({ invoice, close }: InvoiceSheetProps) {
  const { t } = useText(accountTexts)
  const { t: common } = useText(manageTexts)
  const { clinicId } = useAccount()
  return (
    <MoneySheet
      title={t.coupon}
      submit={common.add}
      act={({ code = '' }) => request(ApplyCoupon, { input: { clinicId, invoiceId: invoice.id, code } })}
      close={close}
    >
      <Field label={t.code} name="code" maxLength={40} autoComplete="off" autoCapitalize="characters" required />
    </MoneySheet>
  )
}
