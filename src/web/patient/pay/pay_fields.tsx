import { useQuery } from '../../data/use_query.ts'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useText } from '../../text/language.ts'
import { payTexts } from '../../text/patient/pay.ts'
import { CouponField } from './coupon_field.tsx'
import { CreditOf } from './credit_of.ts'
import { type Price, type PricedVisit, priceWith } from './use_price.ts'

interface PayFieldsProps {
  visit: PricedVisit
  /** Who has the visit, and whose credit it is. */
  customerId: string
  price: Price
  /** Shows another price: with a coupon, or undefined for the one without. */
  show(price: Price | undefined): void
}

/** The fields of a form that pays for a visit: the coupon, and whether credit is used. */
export function PayFields({ visit, customerId, price, show }: PayFieldsProps) {
  const { t } = useText(payTexts)
  const money = useMoney()
  const { clinicId } = visit
  const { currency, discount, dueNow } = price
  const { data, pending } = useQuery(CreditOf, { clinicId, customerId, currency })
  const available = data?.credit?.available ?? '0'
  const coversAll = BigInt(available) >= BigInt(dueNow)
  const saved = discount === '0' ? undefined : money?.text(discount, currency)
  return (
    <>
      <CouponField
        saved={saved}
        apply={async (code) => show(await priceWith(code, visit))}
        withdraw={() => show(undefined)}
      />
      <Pending when={pending} />
      {dueNow !== '0' && available !== '0' && (
        <label className="check">
          <input type="checkbox" name="usesCredit" defaultChecked />
          <span>
            {t.useCredit(money?.text(available, currency) ?? '')}
            {!coversAll && <small>{t.useCreditHint}</small>}
          </span>
        </label>
      )}
    </>
  )
}
