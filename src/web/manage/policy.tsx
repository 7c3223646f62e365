import { useState } from 'react'
import { Refusal } from '../graphql/client.ts'
import { graphql } from '../graphql/generated/gql.ts'
import type { ManagePolicyQuery, PolicyPatch } from '../graphql/generated/graphql.ts'
import { Icon } from '../parts/icon.tsx'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { localDate } from '../time.ts'
import { useQuery } from '../use_query.ts'
import { type Duration, DurationField, durationOf, intervalOf, sameDuration } from './duration.tsx'
import { EditForm, type Fields, Input, Select, useTouch } from './form.tsx'
import { deadlineExample, holdExample, windowExample } from './rule_example.ts'
import { say } from './say.tsx'
import { Loaded, Section } from './section.tsx'
import { useManageText } from './text/common.ts'
import { usePolicyText } from './text/policy.ts'

const ManagePolicy = graphql(`
  query ManagePolicy($clinicId: BigInt!) {
    policy(clinicId: $clinicId) {
      leadTime { years months days hours minutes seconds }
      horizon { years months days hours minutes seconds }
      cancellationCutoff { years months days hours minutes seconds }
      holdTime { years months days hours minutes seconds }
      reminderLeadTimes { years months days hours minutes seconds }
      maxLiveBookings language senderName quietFrom quietUntil mailsEventHead rowVersion
    }
  }
`)
export const EditPolicy = graphql(`
  mutation EditPolicy($clinicId: BigInt!, $patch: PolicyPatch!) {
    updatePolicy(input: { clinicId: $clinicId, patch: $patch }) { policy { rowVersion } }
  }
`)

type Policy = NonNullable<ManagePolicyQuery['policy']>

const durations = ['leadTime', 'horizon', 'cancellationCutoff', 'holdTime'] as const
type DurationName = (typeof durations)[number]

/** What a clinic allows its patients, and how it writes to them. */
export function PolicySection() {
  const { t } = usePolicyText()
  const { t: common } = useManageText()
  const { clinic } = useWorkplace()
  const asked = useQuery(ManagePolicy, { clinicId: clinic.id })
  return (
    <Section title={common.section.policy} lead={t.lead}>
      <Loaded asked={asked} bones="block">
        {({ policy }) => policy && <PolicyForm key={policy.rowVersion} policy={policy} changed={asked.again} />}
      </Loaded>
    </Section>
  )
}

function PolicyForm({ policy, changed }: { policy: Policy; changed(): void }) {
  const { t, locale } = usePolicyText()
  const { t: common } = useManageText()
  const { clinic } = useWorkplace()
  const stored = Object.fromEntries(durations.map((name) => [name, durationOf(policy[name])])) as Record<
    DurationName,
    Duration
  >
  const storedReminders = policy.reminderLeadTimes.flatMap((each) => (each ? [durationOf(each)] : []))
  const [values, setValues] = useState(stored)
  const [reminders, setReminders] = useState(storedReminders)
  const duration = (name: DurationName) => ({
    label: t[name],
    value: values[name],
    change: (value: Duration) => setValues((before) => ({ ...before, [name]: value })),
  })

  async function save({ maxLiveBookings, language, senderName, quietFrom, quietUntil, mailsEventHead }: Fields) {
    if (!quietFrom !== !quietUntil || (quietFrom && quietFrom === quietUntil)) {
      throw new Refusal(t.bothQuiet, 'quiet_hours')
    }
    // What was not touched is not sent: a mixed interval, such as a day and a half, stays as it is.
    const changedOnes = durations.filter((name) => !sameDuration(values[name], stored[name]))
    const remindersChanged =
      reminders.length !== storedReminders.length ||
      reminders.some((each, n) => !sameDuration(each, storedReminders[n] as Duration))
    const patch: PolicyPatch = {
      ...Object.fromEntries(changedOnes.map((name) => [name, intervalOf(values[name])])),
      ...(remindersChanged && { reminderLeadTimes: reminders.map(intervalOf) }),
      maxLiveBookings: Number(maxLiveBookings),
      language: language ?? policy.language,
      senderName: senderName ?? null,
      quietFrom: quietFrom ?? null,
      quietUntil: quietUntil ?? null,
      mailsEventHead: mailsEventHead !== undefined,
      rowVersion: policy.rowVersion,
    }
    await ask(EditPolicy, { clinicId: clinic.id, patch })
    say(common.saved)
    changed()
  }

  return (
    <div className="card padded">
      <EditForm
        submit={common.save}
        save={save}
        reload={changed}
        fieldOf={({ code }) => (code === 'quiet_hours' ? 'quietUntil' : undefined)}
      >
        <fieldset className="group">
          <legend>{t.booking}</legend>
          <DurationField {...duration('leadTime')} hint={t.leadTimeHint(deadlineExample(values.leadTime, locale))} />
          <DurationField
            {...duration('horizon')}
            hint={t.horizonHint(windowExample(values.horizon, localDate(undefined, clinic.timeZone), locale))}
            min={1}
            units={['days', 'months']}
          />
          <DurationField
            {...duration('holdTime')}
            hint={t.holdTimeHint(holdExample(values.holdTime, locale))}
            min={1}
            units={['minutes', 'hours']}
          />
          <Input
            label={t.maxLiveBookings}
            name="maxLiveBookings"
            type="number"
            min={1}
            max={1000}
            defaultValue={policy.maxLiveBookings}
            hint={t.maxHint}
            required
          />
        </fieldset>
        <fieldset className="group">
          <legend>{t.changing}</legend>
          <DurationField
            {...duration('cancellationCutoff')}
            hint={t.cutoffHint(deadlineExample(values.cancellationCutoff, locale))}
          />
        </fieldset>
        <fieldset className="group">
          <legend>{t.notifications}</legend>
          <Reminders reminders={reminders} change={setReminders} />
          <Select label={t.language} name="language" defaultValue={policy.language} hint={t.languageHint}>
            <option value="en">{t.english}</option>
            <option value="de">{t.german}</option>
          </Select>
          <Input
            label={`${t.senderName} (${common.optional})`}
            name="senderName"
            defaultValue={policy.senderName ?? ''}
            hint={t.senderHint}
            placeholder=""
            maxLength={100}
          />
          <Input
            label={`${t.quietFrom} (${common.optional})`}
            name="quietFrom"
            type="time"
            defaultValue={policy.quietFrom?.slice(0, 5)}
            hint={t.quietHint}
          />
          <Input
            label={`${t.quietUntil} (${common.optional})`}
            name="quietUntil"
            type="time"
            defaultValue={policy.quietUntil?.slice(0, 5)}
          />
        </fieldset>
        <fieldset className="group checks one-column">
          <legend>{t.records}</legend>
          <label className="check">
            <input type="checkbox" name="mailsEventHead" defaultChecked={policy.mailsEventHead} />
            <span>{t.mailsEventHead}</span>
          </label>
          <p className="hint">{t.mailsEventHeadHint}</p>
        </fieldset>
      </EditForm>
    </div>
  )
}

function Reminders({ reminders, change }: { reminders: Duration[]; change(reminders: Duration[]): void }) {
  const { t } = usePolicyText()
  const touch = useTouch()
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
              touch()
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
            touch()
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
