import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { loadCurrentPerson, type Person, request } from '../../data/session.ts'
import { Notice } from '../../parts/feedback/notice.tsx'
import { Field } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { useText } from '../../text/language.ts'
import { emailAddressTexts } from '../../text/patient/email_address.ts'
import { ConfirmNotice, ResendLink } from './confirm_notice.tsx'
import { useCurrentPassword } from './use_current_password.ts'

const ChangeEmail = graphql(`
  mutation ChangeEmail($newEmail: String!, $currentPassword: String) {
    changeEmail(input: { newEmail: $newEmail, currentPassword: $currentPassword }) { emailChange { newEmail } }
  }
`)

/** The e-mail address of the account: whether it is confirmed, and the form to change it. */
export function EmailAddress({ person }: { person: Person }) {
  const { t } = useText(emailAddressTexts)
  const password = useCurrentPassword(t.wrong)
  // The form is empty again after each change.
  const [changes, setChanges] = useState(0)
  return (
    <section className="card padded" aria-labelledby="email-address">
      <h2 id="email-address">{t.section}</h2>
      <p>{t.present(person.email ?? '')}</p>
      {person.newEmail ? (
        <Notice tone="plain">
          <p>{changes > 0 ? t.sent(person.newEmail) : t.pending(person.newEmail)}</p>
          <ResendLink key={changes} />
        </Notice>
      ) : (
        <ConfirmNotice person={person} />
      )}
      <Form
        key={changes}
        submit={t.change}
        onSubmit={async ({ newEmail = '', current = '' }) => {
          password.clear()
          await request(ChangeEmail, { newEmail, currentPassword: current })
          await loadCurrentPerson()
          setChanges((before) => before + 1)
        }}
        onRefusal={password.onRefusal}
      >
        <Field label={t.fresh} name="newEmail" type="email" autoComplete="email" required />
        <Field label={t.password} name="current" {...password.field} />
      </Form>
    </section>
  )
}
