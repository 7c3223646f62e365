import { type Person, useCurrentPerson } from '../../data/session.ts'
import { AccountForms } from '../../parts/account_forms.tsx'
import { Notice } from '../../parts/feedback/notice.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'
import { profileTexts } from '../../text/patient/profile.ts'
import { BegunPayments } from './begun_payments.tsx'
import { Credits } from './credits.tsx'
import { Invoices } from './invoices.tsx'
import { Payments } from './payments.tsx'

/** The invoices, payments and credit of a patient and of their dependants. */
export function PaymentsPage() {
  const { t } = useText(paymentsTexts)
  const { t: profile } = useText(profileTexts)
  const person = useCurrentPerson()
  const customerIds = customerIdsOf(person)
  return (
    <Page title={t.title} narrow lead={person === null ? t.signIn : t.lead}>
      {person === null && (
        <div className="card padded">
          <AccountForms newFirst={false} />
        </div>
      )}
      {person && customerIds.length === 0 && <Notice tone="plain">{<p>{profile.noCustomer}</p>}</Notice>}
      {person && customerIds.length > 0 && (
        <>
          <BegunPayments customerIds={customerIds} />
          <Invoices customerIds={customerIds} ownName={person.fullName} />
          <Credits customerIds={customerIds} />
          <Payments customerIds={customerIds} />
        </>
      )}
    </Page>
  )
}

const customerIdsOf = (person: Person | null | undefined): string[] =>
  person?.customerIds?.flatMap((id) => id ?? []) ?? []
