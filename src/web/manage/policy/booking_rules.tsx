import { Field, Select } from '../../parts/form/field.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { policyTexts } from '../../text/manage/policy.ts'
import { localDate } from '../../time/time.ts'
import { type Duration, DurationField } from './duration.tsx'
import { deadlineExample, holdExample, windowExample } from './rule_example.ts'

/** The rules that are intervals. */
export const durations = [
  'leadTime',
  'horizon',
  'cancellationCutoff',
  'holdTime',
  'guestHoldTime',
  'consultationOpensBefore',
  'consultationClosesAfter',
  'waitingHeadStart',
  'waitingNotice',
  'recordingsKeptFor',
] as const
type DurationName = (typeof durations)[number]

export type Durations = Record<DurationName, Duration>

/** The services that can provide the rooms of online visits. */
const providers = ['presence', 'link', 'jitsi', 'daily'] as const

/** The stored rules that are no intervals. */
interface StoredRules {
  maxLiveBookings: number
  acceptsGuests: boolean
  consultationProvider: string
  recordsVisits: boolean
}

interface BookingRulesProps {
  policy: StoredRules
  values: Durations
  change(name: DurationName, value: Duration): void
}

interface RulesProps {
  policy: StoredRules
  values: Durations
  /** How the field of an interval is shown. */
  field(name: DurationName): { label: string; value: Duration; change(value: Duration): void }
}

/** What patients can do online, each rule with an example that is computed from its value. */
export function BookingRules({ policy, values, change }: BookingRulesProps) {
  const { t } = useText(policyTexts)
  const field = (name: DurationName) => ({
    label: t[name],
    value: values[name],
    change: (value: Duration) => change(name, value),
  })
  const rules = { policy, values, field }
  return (
    <>
      <BookingTimes {...rules} />
      <Guests {...rules} />
      <OnlineVisits {...rules} />
      <Recordings {...rules} />
      <WaitingList {...rules} />
      <Changes {...rules} />
    </>
  )
}

function BookingTimes({ policy, values, field }: RulesProps) {
  const { t, locale } = useText(policyTexts)
  const { clinic } = useWorkplace()
  return (
    <fieldset className="group">
      <legend>{t.booking}</legend>
      <DurationField {...field('leadTime')} hint={t.leadTimeHint(deadlineExample(values.leadTime, locale))} />
      <DurationField
        {...field('horizon')}
        hint={t.horizonHint(windowExample(values.horizon, localDate(undefined, clinic.timeZone), locale))}
        min={1}
        units={['days', 'months']}
      />
      <DurationField
        {...field('holdTime')}
        hint={t.holdTimeHint(holdExample(values.holdTime, locale))}
        min={1}
        units={['minutes', 'hours']}
      />
      <Field
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
  )
}

function Guests({ policy, field }: RulesProps) {
  const { t } = useText(policyTexts)
  return (
    <fieldset className="group checks one-column">
      <legend>{t.guests}</legend>
      <label className="check">
        <input type="checkbox" name="acceptsGuests" defaultChecked={policy.acceptsGuests} />
        <span>{t.acceptsGuests}</span>
      </label>
      <p className="hint">{t.acceptsGuestsHint}</p>
      <DurationField {...field('guestHoldTime')} hint={t.guestHoldTimeHint} min={5} units={['minutes', 'hours']} />
    </fieldset>
  )
}

function OnlineVisits({ policy, field }: RulesProps) {
  const { t } = useText(policyTexts)
  return (
    <fieldset className="group">
      <legend>{t.online}</legend>
      <Select
        label={t.provider}
        name="consultationProvider"
        defaultValue={policy.consultationProvider}
        hint={t.providerHint}
      >
        {providers.map((name) => (
          <option key={name} value={name}>
            {t.providers[name]}
          </option>
        ))}
      </Select>
      <DurationField {...field('consultationOpensBefore')} units={['minutes', 'hours']} />
      <DurationField {...field('consultationClosesAfter')} min={1} units={['minutes', 'hours']} />
    </fieldset>
  )
}

function Recordings({ policy, field }: RulesProps) {
  const { t } = useText(policyTexts)
  return (
    <fieldset className="group checks one-column">
      <legend>{t.recordings}</legend>
      <label className="check">
        <input type="checkbox" name="recordsVisits" defaultChecked={policy.recordsVisits} />
        <span>{t.recordsVisits}</span>
      </label>
      <p className="hint">{t.recordsVisitsHint}</p>
      <DurationField
        {...field('recordingsKeptFor')}
        hint={t.recordingsKeptForHint}
        min={1}
        units={['days', 'months']}
      />
    </fieldset>
  )
}

function WaitingList({ field }: RulesProps) {
  const { t } = useText(policyTexts)
  return (
    <fieldset className="group">
      <legend>{t.waitingList}</legend>
      <DurationField
        {...field('waitingHeadStart')}
        hint={t.waitingHeadStartHint}
        min={1}
        units={['minutes', 'hours']}
      />
      <DurationField {...field('waitingNotice')} hint={t.waitingNoticeHint} />
    </fieldset>
  )
}

function Changes({ values, field }: RulesProps) {
  const { t, locale } = useText(policyTexts)
  return (
    <fieldset className="group">
      <legend>{t.changing}</legend>
      <DurationField
        {...field('cancellationCutoff')}
        hint={t.cutoffHint(deadlineExample(values.cancellationCutoff, locale))}
      />
    </fieldset>
  )
}
