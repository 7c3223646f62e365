import { Redirect } from 'wouter'
import { AccountForms } from '../parts/account_forms.tsx'
import { Page } from '../parts/page.tsx'
import { homeOf, useWho } from '../session.ts'
import { useText } from '../text/language.ts'

/** Signing in by itself, from the bar. */
export default function SignInPage() {
  const { t } = useText()
  const who = useWho()
  if (who) return <Redirect to={homeOf(who)} replace />
  return (
    <Page title={t.account.signInTitle} lead={t.account.signInLead} narrow>
      <div className="card padded">{who === null && <AccountForms newFirst={false} />}</div>
    </Page>
  )
}
