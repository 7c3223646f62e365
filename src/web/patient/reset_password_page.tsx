import { useEffect, useState } from 'react'
import { Redirect } from 'wouter'
import { Refusal } from '../graphql/client.ts'
import { graphql } from '../graphql/generated/gql.ts'
import { AccountForms } from '../parts/account_forms.tsx'
import { Field, NewPasswordField } from '../parts/field.tsx'
import { Form } from '../parts/form.tsx'
import { Notice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { ask, homeOf, useWho } from '../session.ts'
import { useText } from '../text/language.ts'

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

/** The token of the link that was mailed, taken out of the address, where the next person at this computer would find it. */
function takeToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token) history.replaceState(history.state, '', location.pathname)
  return token
}

// Once, when this script is fetched: React may call what starts a state twice.
let given = takeToken()

/** For who forgot their password: asks for a link; and where that leads, chooses a new one. */
export default function ResetPasswordPage() {
  const { t } = useText()
  const [token, setToken] = useState(given)
  const [done, setDone] = useState(false)
  const [lost, setLost] = useState(false)
  const who = useWho()
  useEffect(() => {
    // The link, opened where the page already is.
    const look = () => setToken((before) => takeToken() ?? before)
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  if (who && done) return <Redirect to={homeOf(who)} replace />
  return (
    <Page title={t.reset.title} lead={token ? t.reset.chooseLead : t.reset.lead} narrow>
      {lost && <Notice tone="bad">{<p>{t.refusal.reset_token_invalid}</p>}</Notice>}
      {done && <Notice tone="good">{<p>{t.reset.done}</p>}</Notice>}
      <div className="card padded">
        {done ? (
          <AccountForms newFirst={false} />
        ) : token ? (
          <Form
            key="choose"
            submit={t.reset.choose}
            onSubmit={async ({ password = '' }) => {
              await ask(ResetPassword, { token, newPassword: password })
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
            <NewPasswordField label={t.profile.fresh} />
          </Form>
        ) : (
          <Request />
        )}
      </div>
    </Page>
  )
}

function Request() {
  const { t, language } = useText()
  const [sent, setSent] = useState<string>()
  if (sent)
    return (
      <Notice tone="good" title={t.reset.sentTitle}>
        {<p>{t.reset.sent(sent)}</p>}
      </Notice>
    )
  return (
    <Form
      key="request"
      submit={t.reset.submit}
      onSubmit={async ({ email = '' }) => {
        await ask(RequestPasswordReset, { email, language })
        setSent(email)
      }}
    >
      <Field label={t.account.email} name="email" type="email" autoComplete="username" required />
    </Form>
  )
}
