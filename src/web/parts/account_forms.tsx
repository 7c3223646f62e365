import { useState } from 'react'
import { Link } from 'wouter'
import { register, signIn } from '../data/session.ts'
import { useText } from '../text/language.ts'
import { accountTexts } from '../text/shared/account.ts'
import { Field, NewPasswordField, TwoOptions } from './form/field.tsx'
import { Form } from './form/form.tsx'

/** Signing in or registering, as the reader chooses. useCurrentPerson() reports the result. */
export function AccountForms({ newFirst, submit }: { newFirst: boolean; submit?: string }) {
  const { t } = useText(accountTexts)
  const [isKnown, setIsKnown] = useState(!newFirst)
  return (
    <>
      <TwoOptions
        legend={t.how}
        name="is-new"
        first={t.newHere}
        second={t.haveAccount}
        isSecond={isKnown}
        choose={setIsKnown}
      />
      {isKnown ? <SignIn {...(submit && { submit })} /> : <Register submit={submit ?? t.register} />}
    </>
  )
}

/** Signing in, without a choice to register. */
export function SignIn({ submit }: { submit?: string }) {
  const { t } = useText(accountTexts)
  return (
    <Form
      key="sign-in"
      submit={submit ?? t.signIn}
      onSubmit={({ email = '', password = '' }) => signIn({ email, password })}
      aside={
        <Link href="/reset-password" className="button quiet">
          {t.forgotten}
        </Link>
      }
    >
      <Field label={t.email} name="email" type="email" autoComplete="username" required />
      <Field label={t.password} name="password" type="password" autoComplete="current-password" required />
    </Form>
  )
}

function Register({ submit }: { submit: string }) {
  const { t, language } = useText(accountTexts)
  return (
    <Form
      key="register"
      submit={submit}
      onSubmit={({ email = '', password = '', fullName = '', phone }) =>
        register({ email, password, fullName, ...(phone && { phone }), preferredLanguage: language })
      }
    >
      <Field label={t.name} name="fullName" autoComplete="name" required />
      <Field label={t.email} name="email" type="email" autoComplete="username" required />
      <Field label={`${t.phone} (${t.optional})`} name="phone" type="tel" autoComplete="tel" />
      <NewPasswordField label={t.password} />
    </Form>
  )
}
