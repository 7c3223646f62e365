import { useEffect, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import { homeOf, loadCurrentPerson, request, useCurrentPerson } from '../../data/session.ts'
import { SignIn } from '../../parts/account_forms.tsx'
import { Loading, Notice } from '../../parts/feedback/notice.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { emailAddressTexts } from '../../text/patient/email_address.ts'
import { ResendLink } from './confirm_notice.tsx'
import { MergePage } from './merge_page.tsx'

const ConfirmEmail = graphql(`
  mutation ConfirmEmail($token: String!) {
    confirmEmail(input: { token: $token }) { person { email } }
  }
`)

/** The pages of links that are mailed to an address: one confirms the address, the other merges accounts or records with it. */
export default function ConfirmEmailPages() {
  return useLocation()[0].endsWith('/merge') ? <MergePage /> : <ConfirmEmailPage />
}

/**
 * The page that the link of a mail opens: /confirm-email#token=…. It confirms nothing before the person, signed in to
 * the account, presses the button: mail scanners open links, too.
 */
function ConfirmEmailPage() {
  const { t } = useText(emailAddressTexts)
  const person = useCurrentPerson()
  // Read once when the page opens, so that signing in does not lose it.
  const [token] = useState(() => new URLSearchParams(location.hash.slice(1)).get('token'))
  const [confirmed, setConfirmed] = useState<string>()
  const [isInvalid, setIsInvalid] = useState(false)
  // The next user of this computer must not find the link.
  useEffect(() => history.replaceState(history.state, '', location.pathname), [])
  if (person === undefined) return <Loading />
  return (
    <Page title={t.title} lead={confirmed ? undefined : person ? t.lead : t.signIn} narrow>
      {confirmed && person && (
        <>
          <Notice tone="good">{<p>{t.confirmed(confirmed)}</p>}</Notice>
          <Link href={homeOf(person)} className="button primary">
            {t.toBookings}
          </Link>
        </>
      )}
      {!confirmed && !token && <Notice tone="bad">{<p>{t.noToken}</p>}</Notice>}
      {isInvalid && (
        <Notice tone="bad">
          <p>{t.invalid}</p>
          {person && (!person.emailIsConfirmed || person.newEmail) && <ResendLink />}
        </Notice>
      )}
      {!confirmed && token && !isInvalid && (
        <div className="card padded">
          {person ? (
            <Form
              submit={t.confirm}
              onSubmit={async () => {
                const { confirmEmail } = await request(ConfirmEmail, { token })
                await loadCurrentPerson()
                setConfirmed(confirmEmail?.person?.email ?? '')
              }}
              onRefusal={(refusal) => {
                const invalid = refusal instanceof Refusal && refusal.code === 'email_link_invalid'
                setIsInvalid(invalid)
                return invalid
              }}
            >
              <p>{t.isYours(person.newEmail ?? person.email ?? '')}</p>
            </Form>
          ) : (
            <SignIn />
          )}
        </div>
      )}
    </Page>
  )
}
