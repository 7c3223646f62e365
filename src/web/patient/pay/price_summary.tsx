import { Pending } from '../../parts/feedback/pending.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useText } from '../../text/language.ts'
import { payTexts } from '../../text/patient/pay.ts'
import type { Price } from './use_price.ts'
import './pay.css'

/** What a visit costs, and what of it is due now. */
export function PriceSummary({ price }: { price: Price }) {
  const { t } = useText(payTexts)
  const money = useMoney()
  if (!money) return <Pending />
  const text = (amount: string) => money.text(amount, price.currency)
  const isPrepaid = price.paymentRule !== 'NONE'
  const later = BigInt(price.payable) - BigInt(price.dueNow)
  return (
    <>
      <dl className="amounts">
        <dt>{t.price}</dt>
        <dd>{text(price.amount)}</dd>
        {price.discount !== '0' && (
          <>
            <dt>{t.discount}</dt>
            <dd>{text(`-${price.discount}`)}</dd>
            <dt>{t.payable}</dt>
            <dd>{text(price.payable)}</dd>
          </>
        )}
        {isPrepaid && (
          <>
            <dt>
              <strong>{t.dueNow}</strong>
            </dt>
            <dd>
              <strong>{text(price.dueNow)}</strong>
            </dd>
            {later > 0n && (
              <>
                <dt>{t.later}</dt>
                <dd>{text(String(later))}</dd>
              </>
            )}
          </>
        )}
      </dl>
      {!isPrepaid && <p className="hint">{t.atClinic}</p>}
    </>
  )
}
