import { useEffect, useState } from 'react'
import { Redirect } from 'wouter'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import { homeOf, request, useCurrentPerson } from '../../data/session.ts'
import { AccountForms } from '../../parts/account_forms.tsx'
import { Notice } from '../../parts/feedback/notice.tsx'
import { Field, NewPasswordField } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { profileTexts } from '../../text/patient/profile.ts'
import { resetPasswordTexts } from '../../text/patient/reset_password.ts'
import { accountTexts } from '../../text/shared/account.ts'

const RequestPasswordReset = graphql(`
  mutation RequestPasswordReset($email: String!, $language: String) {
    requestPasswordReset(input: { email: $email, language: $language }) { clientMutationId }
  }
`)
const ResetPassword = graphql(`
  mutation ResetPassword($token: String!, $newPassword: String!) {
    resetPassword(input: { token: $token, newPassword: $newPassword }) { clientMutationId }
  }
`)

/**
 * The token of the e-mailed link. It is removed from the address, where the next user of this computer could find it.
 */
function takeToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token) history.replaceState(history.state, '', location.pathname)
  return token
}

// Evaluated once, when this module is loaded: React may call the initializer of a state twice.
let given = takeToken()

/** For a forgotten password: requests a link, and at the link's address sets a new password. */
export default function ResetPasswordPage() {
  const { t } = useText(resetPasswordTexts)
  const { t: profileText } = useText(profileTexts)
  const [token, setToken] = useState(given)
  const [done, setDone] = useState(false)
  const [lost, setLost] = useState(false)
  const person = useCurrentPerson()
  useEffect(() => {
    // The link was opened while the page is already shown.
    const look = () => setToken((before) => takeToken() ?? before)
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  if (person && done) return <Redirect to={homeOf(person)} replace />
  return (
    <Page title={t.title} lead={token ? t.chooseLead : t.lead} narrow>
      {lost && <Notice tone="bad">{<p>{t.lost}</p>}</Notice>}
      {done && <Notice tone="good">{<p>{t.done}</p>}</Notice>}
      <div className="card padded">
        {done ? (
          <AccountForms newFirst={false} />
        ) : token ? (
          <Form
            key="choose"
            submit={t.choose}
            onSubmit={async ({ password = '' }) => {
              await request(ResetPassword, { token, newPassword: password })
              given = null
              setDone(true)
            }}
            onRefusal={(refusal) => {
              const isLost = refusal instanceof Refusal && refusal.code === 'reset_token_invalid'
              if (isLost) {
                given = null
                setToken(null)
                setLost(true)
              }
              return isLost
            }}
          >
            <NewPasswordField label={profileText.fresh} />
          </Form>
        ) : (
          <Request />
        )}
      </div>
    </Page>
  )
}

function Request() {
  const { t, language } = useText(resetPasswordTexts)
  const { t: account } = useText(accountTexts)
  const [sent, setSent] = useState<string>()
  if (sent)
    return (
      <Notice tone="good" title={t.sentTitle}>
        {<p>{t.sent(sent)}</p>}
      </Notice>
    )
  return (
    <Form
      key="request"
      submit={t.submit}
      onSubmit={async ({ email = '' }) => {
        await request(RequestPasswordReset, { email, language })
        setSent(email)
      }}
    >
      <Field label={account.email} name="email" type="email" autoComplete="username" required />
    </Form>
  )
}
