import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useText } from '../../text/language.ts'
import { payTexts } from '../../text/patient/pay.ts'
import { clock, ownZone } from '../../time/time.ts'
import { CheckoutParts } from './checkout_parts.tsx'
import { type Checkout, creditIn } from './use_checkout.ts'

const CancelCheckout = graphql(`
  mutation CancelCheckout($id: BigInt!) {
    cancelCheckout(input: { checkoutId: $id }) { checkout { id state } }
  }
`)

/** A payment that has begun; the patient can continue or cancel it. */
export function OpenCheckout({ checkout, refetch }: { checkout: Checkout; refetch(): void }) {
  const { t, locale } = useText(payTexts)
  const money = useMoney()
  const [error, setError] = useState<unknown>()
  const { id, amount, currency, expiresAt, url } = checkout
  const credit = creditIn(checkout)
  async function cancel() {
    setError(undefined)
    await request(CancelCheckout, { id }).catch(setError)
    // Also after a refusal, because then the payment has probably ended in the meantime.
    refetch()
  }
  return (
    <>
      <Notice tone="plain">
        <p>{money && t.open(money.text(amount, currency), clock(expiresAt, ownZone, locale))}</p>
        {money && credit > 0n && <p>{t.creditPays(money.text(String(credit), currency))}</p>}
      </Notice>
      <CheckoutParts checkout={checkout} />
      {error !== undefined && <Problem error={error} />}
      <div className="actions">
        {url && (
          <a href={url} className="button primary">
            {t.toProvider}
          </a>
        )}
        <button type="button" className="button" onClick={() => void cancel()}>
          {t.cancel}
        </button>
      </div>
    </>
  )
}
