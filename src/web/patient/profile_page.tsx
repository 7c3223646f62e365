import { useState } from 'react'
import { Refusal } from '../graphql/client.ts'
import { graphql } from '../graphql/generated/gql.ts'
import type { ProfileQuery } from '../graphql/generated/graphql.ts'
import { AccountForms } from '../parts/account_forms.tsx'
import { Choice, Field, NewPasswordField } from '../parts/field.tsx'
import { Form } from '../parts/form.tsx'
import { Notice, Problem } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { ask, findOutWho, useWho } from '../session.ts'
import { useText } from '../text/language.ts'
import { useQuery } from '../use_query.ts'
import { OwnData } from './own_data.tsx'

const Profile = graphql(`
  query Profile($id: BigInt!) {
    customer(id: $id) { id fullName phone preferredLanguage preferredChannel wantsReminders rowVersion }
  }
`)
const SaveProfile = graphql(`
  mutation SaveProfile($id: BigInt!, $patch: CustomerPatch!) {
    updateCustomer(input: { id: $id, patch: $patch }) { customer { rowVersion } }
  }
`)
const ChangePassword = graphql(`
  mutation ChangePassword($currentPassword: String!, $newPassword: String!) {
    changePassword(input: { currentPassword: $currentPassword, newPassword: $newPassword }) { clientMutationId }
  }
`)

/** What the platform knows of a patient, and how clinics shall write to them. */
export default function ProfilePage() {
  const { t } = useText()
  const who = useWho()
  const lead = who === null ? t.profile.signInFirst : who?.email ? t.profile.lead(who.email) : undefined
  return (
    <Page title={t.profile.title} lead={lead} narrow>
      {who === null && (
        <div className="card padded">
          <AccountForms newFirst={false} />
        </div>
      )}
      {who?.customerId && <OwnProfile id={who.customerId} />}
      {who && !who.customerId && <Notice tone="plain">{<p>{t.profile.noCustomer}</p>}</Notice>}
    </Page>
  )
}

function OwnProfile({ id }: { id: string }) {
  const { data, error, again } = useQuery(Profile, { id })
  if (error !== undefined) return <Problem error={error} again={again} />
  if (!data?.customer) return <div className="bone profile-bone" aria-hidden="true" />
  return (
    <div className="profile">
      <About customer={data.customer} />
      <Password />
      <OwnData id={id} />
    </div>
  )
}

function About({ customer }: { customer: NonNullable<ProfileQuery['customer']> }) {
  const { t } = useText()
  const [saved, setSaved] = useState(false)
  const [rowVersion, setRowVersion] = useState(customer.rowVersion)
  const [language, setLanguage] = useState(customer.preferredLanguage ?? '')
  const [channel, setChannel] = useState(customer.preferredChannel ?? '')
  return (
    <section className="card padded" aria-labelledby="about">
      <h2 id="about">{t.profile.about}</h2>
      <Form
        submit={t.profile.save}
        onSubmit={async ({ fullName, phone = null, reminders }) => {
          setSaved(false)
          const { updateCustomer } = await ask(SaveProfile, {
            id: customer.id,
            patch: {
              fullName,
              phone,
              preferredLanguage: language || null,
              preferredChannel: channel || null,
              wantsReminders: reminders !== undefined,
              rowVersion,
            },
          })
          setRowVersion((before) => updateCustomer?.customer?.rowVersion ?? before)
          setSaved(true)
          await findOutWho()
        }}
      >
        <Field label={t.account.name} name="fullName" autoComplete="name" defaultValue={customer.fullName} required />
        <Field
          label={channel === 'sms' ? t.account.phone : `${t.account.phone} (${t.account.optional})`}
          name="phone"
          type="tel"
          autoComplete="tel"
          required={channel === 'sms'}
          defaultValue={customer.phone ?? ''}
        />
        <h2>{t.profile.messages}</h2>
        <Choice label={t.profile.language} value={language} onChange={setLanguage}>
          <option value="">{t.profile.asClinic}</option>
          <option value="en" lang="en">
            English
          </option>
          <option value="de" lang="de">
            Deutsch
          </option>
        </Choice>
        <Choice label={t.profile.channel} value={channel} onChange={setChannel}>
          <option value="">{t.profile.asClinic}</option>
          <option value="email">{t.profile.email}</option>
          <option value="sms">{t.profile.sms}</option>
        </Choice>
        <label className="check">
          <input type="checkbox" name="reminders" defaultChecked={customer.wantsReminders} />
          {t.profile.reminders}
        </label>
        {saved && <Notice tone="good">{<p>{t.profile.saved}</p>}</Notice>}
      </Form>
    </section>
  )
}

function Password() {
  const { t } = useText()
  // Each change empties the form: what was the new password is now the present one.
  const [changes, setChanges] = useState(0)
  const [wrong, setWrong] = useState(false)
  return (
    <section className="card padded" aria-labelledby="password">
      <h2 id="password">{t.profile.password}</h2>
      {changes > 0 && <Notice tone="good">{<p>{t.profile.changed}</p>}</Notice>}
      <Form
        key={changes}
        submit={t.profile.change}
        onSubmit={async ({ current = '', fresh = '' }) => {
          setWrong(false)
          await ask(ChangePassword, { currentPassword: current, newPassword: fresh })
          setChanges((before) => before + 1)
        }}
        onRefusal={(refusal) => {
          const isWrong = refusal instanceof Refusal && refusal.code === 'wrong_credentials'
          setWrong(isWrong)
          return isWrong
        }}
      >
        <Field
          label={t.profile.current}
          name="current"
          type="password"
          autoComplete="current-password"
          error={wrong ? t.profile.wrong : undefined}
          required
        />
        <NewPasswordField label={t.profile.fresh} name="fresh" />
      </Form>
    </section>
  )
}
