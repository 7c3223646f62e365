import { Link } from 'wouter'
import { Notice } from '../../parts/feedback/notice.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useText } from '../../text/language.ts'
import { payTexts } from '../../text/patient/pay.ts'
import { CheckoutParts } from './checkout_parts.tsx'
import { type Checkout, creditIn } from './use_checkout.ts'

/** What a payment has led to: visits that are booked, invoices that are paid, credit, or nothing. */
export function EndedCheckout({ checkout }: { checkout: Checkout }) {
  const { t } = useText(payTexts)
  const money = useMoney()
  const { state, amount, currency } = checkout
  const isPaid = state === 'PAID'
  const isDone = isPaid && checkout.outcome !== 'CREDITED'
  const credit = creditIn(checkout)
  return (
    <>
      <Notice tone={isDone ? 'good' : 'plain'}>
        <p>{money && textOf(checkout, money.text(amount, currency), t)}</p>
        {money && isDone && credit > 0n && <p>{t.creditPaid(money.text(String(credit), currency))}</p>}
      </Notice>
      <CheckoutParts checkout={checkout} />
      <div className="actions">
        <Link href="/bookings" className="button">
          {t.toBookings}
        </Link>
        {!isDone && (
          <Link href="/" className="button">
            {t.search}
          </Link>
        )}
      </div>
    </>
  )
}

function textOf({ state, outcome, amount }: Checkout, paid: string, t: typeof payTexts.en): string {
  if (state !== 'PAID') return state === 'FAILED' ? t.failed : t.expired
  if (outcome === 'CREDITED') return t.credited(paid)
  if (outcome === 'BOOKED') return amount === '0' ? t.bookedFree : t.booked(paid)
  return amount === '0' ? t.paidByCredit : t.paid(paid)
}
