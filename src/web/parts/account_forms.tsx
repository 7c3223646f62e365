import { useState } from 'react'
import { Link } from 'wouter'
import { register, signIn } from '../session.ts'
import { useText } from '../text/language.ts'
import { Either, Field, NewPasswordField } from './field.tsx'
import { Form } from './form.tsx'

/** Signing in or registering, whichever is chosen. Whoever shows it sees by useWho() that somebody has signed in. */
export function AccountForms({ newFirst, submit }: { newFirst: boolean; submit?: string }) {
  const { t } = useText()
  const [isKnown, setIsKnown] = useState(!newFirst)
  return (
    <>
      <Either
        legend={t.book.how}
        name="is-new"
        first={t.book.newHere}
        second={t.book.haveAccount}
        isSecond={isKnown}
        choose={setIsKnown}
      />
      {isKnown ? <SignIn {...(submit && { submit })} /> : <Register submit={submit ?? t.account.register} />}
    </>
  )
}

/** Signing in alone, where nobody registers. */
export function SignIn({ submit }: { submit?: string }) {
  const { t } = useText()
  return (
    <Form
      key="sign-in"
      submit={submit ?? t.account.signIn}
      onSubmit={({ email = '', password = '' }) => signIn({ email, password })}
      aside={
        <Link href="/reset-password" className="button quiet">
          {t.account.forgotten}
        </Link>
      }
    >
      <Field label={t.account.email} name="email" type="email" autoComplete="username" required />
      <Field label={t.account.password} name="password" type="password" autoComplete="current-password" required />
    </Form>
  )
}

function Register({ submit }: { submit: string }) {
  const { t, language } = useText()
  return (
    <Form
      key="register"
      submit={submit}
      onSubmit={({ email = '', password = '', fullName = '', phone }) =>
        register({ email, password, fullName, ...(phone && { phone }), preferredLanguage: language })
      }
    >
      <Field label={t.account.name} name="fullName" autoComplete="name" required />
      <Field label={t.account.email} name="email" type="email" autoComplete="username" required />
      <Field label={`${t.account.phone} (${t.account.optional})`} name="phone" type="tel" autoComplete="tel" />
      <NewPasswordField label={t.account.password} />
    </Form>
  )
}
