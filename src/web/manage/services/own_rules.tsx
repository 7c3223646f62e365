import { useState } from 'react'
import { useText } from '../../text/language.ts'
import { policyTexts } from '../../text/manage/policy.ts'
import { servicesTexts } from '../../text/manage/services.ts'
import { type Duration, DurationField, durationOf } from '../policy/duration.tsx'
import type { ManagedService } from './managed_service.ts'

/** The booking rules that a service can have of its own. */
export const ownRules = ['leadTime', 'horizon', 'cancellationCutoff'] as const
type OwnRule = (typeof ownRules)[number]

export const storedRule = (rule: Parameters<typeof durationOf>[0] | null | undefined): Duration | undefined =>
  rule ? durationOf(rule) : undefined

export function OwnRules({ service }: { service: ManagedService | undefined }) {
  const { t } = useText(servicesTexts)
  return (
    <fieldset className="group one-column">
      <legend>{t.rules}</legend>
      <p className="hint">{t.rulesHint}</p>
      {ownRules.map((name) => (
        <OwnRuleField key={name} name={name} stored={storedRule(service?.[name])} />
      ))}
    </fieldset>
  )
}

const longest = { leadTime: 365, horizon: 800, cancellationCutoff: 365 }
const minutesIn = { minutes: 1, hours: 60, days: 1440, months: 30 * 1440 }

/** A rule that replaces the clinic's when it is ticked. */
function OwnRuleField({ name, stored }: { name: OwnRule; stored: Duration | undefined }) {
  const { t } = useText(servicesTexts)
  const { t: rules } = useText(policyTexts)
  const [isOwn, setOwn] = useState(stored !== undefined)
  const [value, setValue] = useState<Duration>(stored ?? { amount: 1, unit: 'days' })
  return (
    <div className="optional-field">
      <label className="check">
        <input type="checkbox" checked={isOwn} onChange={({ target }) => setOwn(target.checked)} />
        <span>{t.own[name]}</span>
      </label>
      {isOwn && (
        <DurationField
          label={rules[name]}
          name={name}
          value={value}
          change={setValue}
          min={name === 'horizon' ? 1 : 0}
          max={Math.floor((longest[name] * 1440) / minutesIn[value.unit])}
          {...(name === 'horizon' && { units: ['days', 'months'] as const })}
        />
      )}
    </div>
  )
}
