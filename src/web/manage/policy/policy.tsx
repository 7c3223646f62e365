import { useState } from 'react'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import type { ManagePolicyQuery, PolicyPatch } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Field, Select } from '../../parts/form/field.tsx'
import { type Fields, Form } from '../../parts/form/form.tsx'
import { useForm } from '../../parts/form/form_context.ts'
import { Icon } from '../../parts/icon.tsx'
import { Loaded } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { policyTexts } from '../../text/manage/policy.ts'
import { Section } from '../parts/section.tsx'
import { BookingRules, type Durations, durations } from './booking_rules.tsx'
import { type Duration, DurationField, durationOf, intervalOf, sameDuration } from './duration.tsx'

const ManagePolicy = graphql(`
  query ManagePolicy($clinicId: BigInt!) {
    policy(clinicId: $clinicId) {
      leadTime { years months days hours minutes seconds }
      horizon { years months days hours minutes seconds }
      cancellationCutoff { years months days hours minutes seconds }
      holdTime { years months days hours minutes seconds }
      guestHoldTime { years months days hours minutes seconds }
      consultationOpensBefore { years months days hours minutes seconds }
      consultationClosesAfter { years months days hours minutes seconds }
      waitingHeadStart { years months days hours minutes seconds }
      waitingNotice { years months days hours minutes seconds }
      recordingsKeptFor { years months days hours minutes seconds }
      reminderLeadTimes { years months days hours minutes seconds }
      maxLiveBookings language senderName quietFrom quietUntil mailsEventHead acceptsGuests feedsShowNames consultationProvider recordsVisits rowVersion
    }
  }
`)
export const EditPolicy = graphql(`
  mutation EditPolicy($clinicId: BigInt!, $patch: PolicyPatch!) {
    updatePolicy(input: { clinicId: $clinicId, patch: $patch }) { policy { rowVersion } }
  }
`)

type Policy = NonNullable<ManagePolicyQuery['policy']>

/** The booking rules of a clinic, and how it sends messages. */
export function PolicySection() {
  const { t } = useText(policyTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const query = useQuery(ManagePolicy, { clinicId: clinic.id })
  return (
    <Section title={common.section.policy} lead={t.lead}>
      <Loaded query={query} skeleton="block">
        {({ policy }) => policy && <PolicyForm key={policy.rowVersion} policy={policy} changed={query.refetch} />}
      </Loaded>
    </Section>
  )
}

const reminderTimesOf = (policy: Policy): Duration[] =>
  policy.reminderLeadTimes.flatMap((each) => (each ? [durationOf(each)] : []))

/**
 * What the form changes. An unchanged interval is left out, so that one that the form cannot show exactly, such as a day and a
 * half, keeps its value.
 */
function patchOf(
  policy: Policy,
  fields: Fields,
  stored: Durations,
  values: Durations,
  reminders: Duration[],
): PolicyPatch {
  const storedReminders = reminderTimesOf(policy)
  const remindersChanged =
    reminders.length !== storedReminders.length ||
    reminders.some((each, n) => !sameDuration(each, storedReminders[n] as Duration))
  const changed = durations.filter((name) => !sameDuration(values[name], stored[name]))
  return {
    ...Object.fromEntries(changed.map((name) => [name, intervalOf(values[name])])),
    ...(remindersChanged && { reminderLeadTimes: reminders.map(intervalOf) }),
    maxLiveBookings: Number(fields.maxLiveBookings),
    language: fields.language ?? policy.language,
    senderName: fields.senderName ?? null,
    quietFrom: fields.quietFrom ?? null,
    quietUntil: fields.quietUntil ?? null,
    mailsEventHead: fields.mailsEventHead !== undefined,
    acceptsGuests: fields.acceptsGuests !== undefined,
    feedsShowNames: fields.feedsShowNames !== undefined,
    recordsVisits: fields.recordsVisits !== undefined,
    consultationProvider: fields.consultationProvider ?? policy.consultationProvider,
    rowVersion: policy.rowVersion,
  }
}

function PolicyForm({ policy, changed }: { policy: Policy; changed(): void }) {
  const { t } = useText(policyTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const stored = Object.fromEntries(durations.map((name) => [name, durationOf(policy[name])])) as Durations
  const [values, setValues] = useState(stored)
  const [reminders, setReminders] = useState(reminderTimesOf(policy))

  async function save(fields: Fields) {
    const { quietFrom, quietUntil } = fields
    if (!quietFrom !== !quietUntil || (quietFrom && quietFrom === quietUntil)) {
      throw new Refusal(t.bothQuiet, 'quiet_hours')
    }
    await request(EditPolicy, { clinicId: clinic.id, patch: patchOf(policy, fields, stored, values, reminders) })
    showToast(common.saved)
    changed()
  }

  return (
    <div className="card padded">
      <Form
        guarded
        submit={common.save}
        onSubmit={save}
        reload={changed}
        fieldOf={({ code }) => (code === 'quiet_hours' ? 'quietUntil' : undefined)}
      >
        <BookingRules
          policy={policy}
          values={values}
          change={(name, value) => setValues((before) => ({ ...before, [name]: value }))}
        />
        <fieldset className="group">
          <legend>{t.notifications}</legend>
          <Reminders reminders={reminders} change={setReminders} />
          <MessageRules policy={policy} />
        </fieldset>
        <fieldset className="group checks one-column">
          <legend>{t.records}</legend>
          <label className="check">
            <input type="checkbox" name="mailsEventHead" defaultChecked={policy.mailsEventHead} />
            <span>{t.mailsEventHead}</span>
          </label>
          <p className="hint">{t.mailsEventHeadHint}</p>
        </fieldset>
        <fieldset className="group checks one-column">
          <legend>{t.calendars}</legend>
          <label className="check">
            <input type="checkbox" name="feedsShowNames" defaultChecked={policy.feedsShowNames} />
            <span>{t.feedsShowNames}</span>
          </label>
          <p className="hint">{t.feedsShowNamesHint}</p>
        </fieldset>
      </Form>
    </div>
  )
}

/** The language, the sender and the quiet hours of messages. */
function MessageRules({ policy }: { policy: Policy }) {
  const { t } = useText(policyTexts)
  const { t: common } = useText(manageTexts)
  return (
    <>
      <Select label={t.language} name="language" defaultValue={policy.language} hint={t.languageHint}>
        <option value="en">{t.english}</option>
        <option value="de">{t.german}</option>
      </Select>
      <Field
        label={`${t.senderName} (${common.optional})`}
        name="senderName"
        defaultValue={policy.senderName ?? ''}
        hint={t.senderHint}
        placeholder=""
        maxLength={100}
      />
      <Field
        label={`${t.quietFrom} (${common.optional})`}
        name="quietFrom"
        type="time"
        defaultValue={policy.quietFrom?.slice(0, 5)}
        hint={t.quietHint}
      />
      <Field
        label={`${t.quietUntil} (${common.optional})`}
        name="quietUntil"
        type="time"
        defaultValue={policy.quietUntil?.slice(0, 5)}
      />
    </>
  )
}

function Reminders({ reminders, change }: { reminders: Duration[]; change(reminders: Duration[]): void }) {
  const { t } = useText(policyTexts)
  const { markDirty } = useForm()
  return (
    <div className="reminders">
      <p className="field-label">{t.reminders}</p>
      {reminders.length === 0 && <p className="missing">{t.noReminder}</p>}
      {reminders.map((reminder, n) => (
        <div key={n} className="reminder">
          <DurationField
            label={t.reminder(n + 1)}
            value={reminder}
            min={1}
            change={(value) => change(reminders.with(n, value))}
          />
          <button
            type="button"
            className="icon-button"
            aria-label={t.removeReminder(n + 1)}
            onClick={() => {
              markDirty()
              change(reminders.toSpliced(n, 1))
            }}
          >
            <Icon name="cross" />
          </button>
        </div>
      ))}
      {reminders.length < 5 && (
        <button
          type="button"
          className="button small"
          onClick={() => {
            markDirty()
            change([...reminders, { amount: 2, unit: 'hours' }])
          }}
        >
          {t.addReminder}
        </button>
      )}
      <p className="hint">{t.remindersHint}</p>
    </div>
  )
}
