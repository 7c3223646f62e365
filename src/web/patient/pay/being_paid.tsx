import { Link } from 'wouter'
import { Notice } from '../../parts/feedback/notice.tsx'
import { useText } from '../../text/language.ts'
import { payTexts } from '../../text/patient/pay.ts'

/** Shown instead of a form if the patient has already begun a payment for this. */
export function BeingPaid({ checkoutId }: { checkoutId: string }) {
  const { t } = useText(payTexts)
  return (
    <Notice tone="plain" title={t.beingPaidTitle}>
      <p>{t.beingPaid}</p>
      <Link href={`/pay/${checkoutId}`} className="button small">
        {t.goOn}
      </Link>
    </Notice>
  )
}
