import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { type Person, request } from '../../data/session.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { useText } from '../../text/language.ts'
import { emailAddressTexts } from '../../text/patient/email_address.ts'

const RequestEmailConfirmation = graphql(`
  mutation RequestEmailConfirmation { requestEmailConfirmation(input: {}) { result } }
`)

/** Asks a person who has not confirmed the e-mail address to do it; nothing for others. */
export function ConfirmNotice({ person }: { person: Person }) {
  const { t } = useText(emailAddressTexts)
  if (person.emailIsConfirmed) return null
  return (
    <Notice tone="plain" title={t.notice}>
      <p>{t.noticeLead(person.email ?? '')}</p>
      <ResendLink />
    </Notice>
  )
}

/** Sends the link again to the address that is to be confirmed. */
export function ResendLink() {
  const { t } = useText(emailAddressTexts)
  const [sent, setSent] = useState(false)
  const [error, setError] = useState<unknown>()
  const resend = () => {
    setError(undefined)
    request(RequestEmailConfirmation, {}).then(() => setSent(true), setError)
  }
  return (
    <>
      {error !== undefined && <Problem error={error} />}
      {sent ? (
        <p role="status">{t.resent}</p>
      ) : (
        <button type="button" className="button" onClick={resend}>
          {t.resend}
        </button>
      )}
    </>
  )
}
