import { Refusal } from '../../data/client.ts'
import { Field } from '../form/field.tsx'
import type { Fields } from '../form/form.tsx'
import type { Money } from './use_money.ts'

interface AmountFieldProps {
  money: Money
  currency: string
  label: string
  name?: string
  /** What it shows at first, in minor units. */
  amount?: string | undefined
  hint?: string | undefined
}

/** A required field for an amount of money, which requiredAmount() reads. */
export function AmountField({ money, currency, label, name = 'amount', amount, hint }: AmountFieldProps) {
  return (
    <Field
      label={`${label} (${currency})`}
      name={name}
      hint={hint}
      inputMode="decimal"
      autoComplete="off"
      maxLength={20}
      required
      {...(amount !== undefined && { defaultValue: money.field(amount, currency) })}
    />
  )
}

/** The amount in a required field of a sent form, in minor units. Throws a Refusal if it is no amount. */
export function requiredAmount(money: Money, currency: string, fields: Fields, name = 'amount'): string {
  const amount = money.entered(fields[name] ?? '', currency)
  if (amount === undefined) throw new Refusal('This is no amount.', 'amount_not_accepted', { argument: name })
  return amount
}

const fields: Record<string, string> = {
  amount_exceeds_due: 'amount',
  amount_exceeds_paid: 'amount',
  amount_not_accepted: 'amount',
  insufficient_credit: 'amount',
  refund_exceeds_payment: 'amount',
  coupon_not_found: 'code',
  coupon_not_valid: 'code',
  coupon_used_already: 'code',
  coupon_exhausted: 'code',
}

/** The field that a refusal about money concerns, if the refusal does not name it itself. */
export const fieldOfMoney = ({ code }: Refusal): string | undefined => fields[code]
