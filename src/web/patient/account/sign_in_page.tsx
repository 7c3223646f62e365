import { Redirect } from 'wouter'
import { homeOf, useCurrentPerson } from '../../data/session.ts'
import { AccountForms } from '../../parts/account_forms.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { accountTexts } from '../../text/shared/account.ts'

/** The page for signing in, linked from the bar. */
export default function SignInPage() {
  const { t } = useText(accountTexts)
  const person = useCurrentPerson()
  if (person) return <Redirect to={homeOf(person)} replace />
  return (
    <Page title={t.signInTitle} lead={t.signInLead} narrow>
      <div className="card padded">{person === null && <AccountForms newFirst={false} />}</div>
    </Page>
  )
}
