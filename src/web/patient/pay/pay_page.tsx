import { useEffect } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { useCurrentPerson } from '../../data/session.ts'
import { AccountForms } from '../../parts/account_forms.tsx'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { payErrorTexts, payTexts } from '../../text/patient/pay.ts'
import { EndedCheckout } from './ended_checkout.tsx'
import { OpenCheckout } from './open_checkout.tsx'
import { type Checkout, useCheckout } from './use_checkout.ts'

/**
 * The page of one payment, from its beginning to what it has led to. With `?go` it redirects to the provider's page as
 * soon as that exists. The provider redirects back to this page, with `?done` after a payment.
 */
export function PayPage({ id }: { id: string }) {
  const { t } = useText(payTexts)
  const person = useCurrentPerson()
  const [parameters] = useSearchParams()
  const hasPaid = parameters.has('done')
  const { checkout, error, refetch, isPending, isLate } = useCheckout(person ? id : null, hasPaid)
  const isLeaving = useProvider(id, checkout, parameters.has('go'))
  if (person === null) {
    return (
      <Page title={t.title} lead={t.signIn} narrow>
        <div className="card padded">
          <AccountForms newFirst={false} />
        </div>
      </Page>
    )
  }
  const waitsFor = isLeaving ? t.preparing : hasPaid && isPending ? (isLate ? t.waitingLong : t.waiting) : undefined
  return (
    <AreaErrorTextsContext value={payErrorTexts}>
      <Page title={titleOf(checkout, waitsFor !== undefined, t)} about={id} narrow>
        {error !== undefined && <Problem error={error} retry={refetch} />}
        {checkout === null && <Notice tone="plain">{<p>{t.notFound}</p>}</Notice>}
        {waitsFor ? (
          <Notice tone="plain">{<p>{waitsFor}</p>}</Notice>
        ) : (
          checkout &&
          (checkout.state === 'OPEN' ? (
            <OpenCheckout {...{ checkout, refetch }} />
          ) : (
            <EndedCheckout checkout={checkout} />
          ))
        )}
      </Page>
    </AreaErrorTextsContext>
  )
}

/**
 * Redirects to the provider's page, once: a patient who comes back stays on this page. Returns whether a redirect is
 * under way.
 */
function useProvider(id: string, checkout: Checkout | null | undefined, isWanted: boolean): boolean {
  const [, go] = useLocation()
  const isOpen = checkout === undefined || checkout?.state === 'OPEN'
  const url = isOpen ? checkout?.url : undefined
  useEffect(() => {
    if (!isWanted || !url) return
    // The browser's back button leads here again, but without `?go`, so not on to the provider.
    go(`/pay/${id}`, { replace: true })
    location.assign(url)
  }, [isWanted, url, id, go])
  return isWanted && isOpen
}

function titleOf(checkout: Checkout | null | undefined, isWaiting: boolean, t: typeof payTexts.en): string {
  if (!checkout || isWaiting) return t.title
  if (checkout.state === 'OPEN') return t.openTitle
  if (checkout.state !== 'PAID') return t.endedTitle
  return { BOOKED: t.bookedTitle, PAID: t.paidTitle, CREDITED: t.creditedTitle }[checkout.outcome ?? 'PAID']
}
