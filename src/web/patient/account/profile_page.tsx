import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import type { ProfileQuery } from '../../data/generated/graphql.ts'
import { loadCurrentPerson, type Person, request, useCurrentPerson } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { AccountForms } from '../../parts/account_forms.tsx'
import { CalendarLink } from '../../parts/calendar_link.tsx'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Field, NewPasswordField, Select } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { profileTexts } from '../../text/patient/profile.ts'
import { accountTexts } from '../../text/shared/account.ts'
import { calendarLinkTexts } from '../../text/shared/calendar_link.ts'
import { contactErrorTexts } from '../../text/shared/errors/contact_errors.ts'
import { EmailAddress } from './email_address.tsx'
import { MyFamily } from './family.tsx'
import { OwnAccounts } from './own_accounts.tsx'
import { OwnData } from './own_data.tsx'
import { useCurrentPassword } from './use_current_password.ts'

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

/** The profile of a patient with their preferences for messages, and the password of every user. */
export default function ProfilePage() {
  const { t } = useText(profileTexts)
  const person = useCurrentPerson()
  const lead = person === null ? t.signInFirst : person?.email ? t.lead(person.email) : undefined
  return (
    <Page title={t.title} lead={lead} narrow>
      {person === null && (
        <div className="card padded">
          <AccountForms newFirst={false} />
        </div>
      )}
      {person?.customerId && <OwnProfile id={person.customerId} person={person} />}
      {person && !person.customerId && (
        <div className="profile">
          <Notice tone="plain">{<p>{t.noCustomer}</p>}</Notice>
          <EmailAddress person={person} />
          <Password />
        </div>
      )}
    </Page>
  )
}

function OwnProfile({ id, person }: { id: string; person: Person }) {
  const { t: calendarText } = useText(calendarLinkTexts)
  const { data, error, refetch } = useQuery(Profile, { id })
  if (error !== undefined) return <Problem error={error} retry={refetch} />
  if (!data?.customer) return <div className="pending skeleton-bar profile-skeleton" aria-hidden="true" />
  return (
    <div className="profile">
      <AreaErrorTextsContext value={contactErrorTexts}>
        <About customer={data.customer} />
      </AreaErrorTextsContext>
      <MyFamily person={person} />
      <section className="card padded" aria-labelledby="calendar">
        <h2 id="calendar">{calendarText.title}</h2>
        <p>{calendarText.own}</p>
        <CalendarLink />
      </section>
      <EmailAddress person={person} />
      <Password />
      {person.emailIsConfirmed && <OwnAccounts id={id} />}
      <OwnData id={id} />
    </div>
  )
}

function About({ customer }: { customer: NonNullable<ProfileQuery['customer']> }) {
  const { t } = useText(profileTexts)
  const { t: account } = useText(accountTexts)
  const [saved, setSaved] = useState(false)
  const [rowVersion, setRowVersion] = useState(customer.rowVersion)
  const [language, setLanguage] = useState(customer.preferredLanguage ?? '')
  const [channel, setChannel] = useState(customer.preferredChannel ?? '')
  return (
    <section className="card padded" aria-labelledby="about">
      <h2 id="about">{t.about}</h2>
      <Form
        submit={t.save}
        onSubmit={async ({ fullName, phone = null, reminders }) => {
          setSaved(false)
          const { updateCustomer } = await request(SaveProfile, {
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
          await loadCurrentPerson()
        }}
      >
        <Field label={account.name} name="fullName" autoComplete="name" defaultValue={customer.fullName} required />
        <Field
          label={channel === 'sms' ? account.phone : `${account.phone} (${account.optional})`}
          name="phone"
          type="tel"
          autoComplete="tel"
          required={channel === 'sms'}
          defaultValue={customer.phone ?? ''}
        />
        <h2>{t.messages}</h2>
        <LanguageField value={language} choose={setLanguage} />
        <Select label={t.channel} value={channel} onChange={setChannel}>
          <option value="">{t.asClinic}</option>
          <option value="email">{t.email}</option>
          <option value="sms">{t.sms}</option>
        </Select>
        <label className="check">
          <input type="checkbox" name="reminders" defaultChecked={customer.wantsReminders} />
          {t.reminders}
        </label>
        {saved && <Notice tone="good">{<p>{t.saved}</p>}</Notice>}
      </Form>
    </section>
  )
}

function LanguageField({ value, choose }: { value: string; choose(language: string): void }) {
  const { t } = useText(profileTexts)
  return (
    <Select label={t.language} value={value} onChange={choose}>
      <option value="">{t.asClinic}</option>
      <option value="en" lang="en">
        English
      </option>
      <option value="de" lang="de">
        Deutsch
      </option>
    </Select>
  )
}

function Password() {
  const { t } = useText(profileTexts)
  // The form is reset after each change, because the new password is now the current one.
  const [changes, setChanges] = useState(0)
  const password = useCurrentPassword(t.wrong)
  return (
    <section className="card padded" aria-labelledby="password">
      <h2 id="password">{t.password}</h2>
      {changes > 0 && <Notice tone="good">{<p>{t.changed}</p>}</Notice>}
      <Form
        key={changes}
        submit={t.change}
        onSubmit={async ({ current = '', fresh = '' }) => {
          password.clear()
          await request(ChangePassword, { currentPassword: current, newPassword: fresh })
          setChanges((before) => before + 1)
        }}
        onRefusal={password.onRefusal}
      >
        <Field label={t.current} name="current" {...password.field} />
        <NewPasswordField label={t.fresh} name="fresh" />
      </Form>
    </section>
  )
}
