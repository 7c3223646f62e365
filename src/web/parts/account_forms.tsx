import { useState } from 'react'
import { Link } from 'wouter'
import { register, signIn } from '../session.ts'
import { useText } from '../text/language.ts'
import { Field } from './field.tsx'
import { Form } from './form.tsx'

/** Signing in or registering, whichever is chosen. Whoever shows it sees by useWho() that somebody has signed in. */
export function AccountForms({ newFirst, submit }: { newFirst: boolean; submit?: string }) {
  const { t } = useText()
  const [isNew, setIsNew] = useState(newFirst)
  return (
    <>
      <fieldset className="switch">
        <legend className="visually-hidden">{t.book.how}</legend>
        {[true, false].map((choice) => (
          <label key={String(choice)}>
            <input type="radio" name="is-new" checked={isNew === choice} onChange={() => setIsNew(choice)} />
            <span>{choice ? t.book.newHere : t.book.haveAccount}</span>
          </label>
        ))}
      </fieldset>
      {isNew ? <Register submit={submit ?? t.account.register} /> : <SignIn {...(submit && { submit })} />}
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
  const { t } = useText()
  return (
    <Form
      key="register"
      submit={submit}
      onSubmit={({ email = '', password = '', fullName = '', phone }) =>
        register({ email, password, fullName, ...(phone && { phone }) })
      }
    >
      <Field label={t.account.name} name="fullName" autoComplete="name" required />
      <Field label={t.account.email} name="email" type="email" autoComplete="username" required />
      <Field label={`${t.account.phone} (${t.account.optional})`} name="phone" type="tel" autoComplete="tel" />
      <Field
        label={t.account.password}
        name="password"
        type="password"
        autoComplete="new-password"
        hint={t.account.passwordHint}
        required
      />
    </Form>
  )
}
