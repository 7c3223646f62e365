import { useText } from '../../text/language.ts'
import { billingTexts } from '../../text/manage/billing.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { Section } from '../parts/section.tsx'
import { Export } from './export.tsx'
import { OpenItems } from './open_items.tsx'
import { PaymentTerm } from './payment_term.tsx'
import { Provider } from './provider.tsx'
import { Revenue } from './revenue.tsx'

/** What is due, what came in, the export for bookkeepers, and how patients pay online. */
export function PaymentsSection() {
  const { t } = useText(billingTexts)
  const { t: common } = useText(manageTexts)
  return (
    <Section title={common.section.payments} lead={t.paymentsLead}>
      <OpenItems />
      <Revenue />
      <Export />
      <PaymentTerm />
      <Provider />
    </Section>
  )
}
