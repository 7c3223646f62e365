import type { IntervalInput } from '../../data/generated/graphql.ts'
import { Labelled } from '../../parts/form/field.tsx'
import { useText } from '../../text/language.ts'
import { policyTexts, type Unit } from '../../text/manage/policy.ts'

/** A length of time in a single unit. */
export interface Duration {
  amount: number
  unit: Unit
}

interface Interval {
  years: number | null
  months: number | null
  days: number | null
  hours: number | null
  minutes: number | null
  seconds: number | null
}

/** Converts the API's interval to the largest unit that represents it exactly. Seconds are rounded up to a minute. */
export function durationOf({ years, months, days, hours, minutes, seconds }: Interval): Duration {
  const allMonths = (years ?? 0) * 12 + (months ?? 0)
  const allMinutes = ((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0) + Math.ceil((seconds ?? 0) / 60)
  if (allMonths > 0 && allMinutes === 0) return { amount: allMonths, unit: 'months' }
  // A month combined with days has no exact length; PostgreSQL compares it as thirty days.
  const total = allMonths * 30 * 1440 + allMinutes
  // "24 hours" stays in hours: on the day of a clock change it is not one day.
  if (total % 1440 === 0 && (hours ?? 0) === 0 && total > 0) return { amount: total / 1440, unit: 'days' }
  if (total % 60 === 0 && total > 0) return { amount: total / 60, unit: 'hours' }
  return { amount: total, unit: 'minutes' }
}

export const intervalOf = ({ amount, unit }: Duration): IntervalInput => ({ [unit]: amount })

export const sameDuration = (a: Duration, b: Duration): boolean => a.amount === b.amount && a.unit === b.unit

interface DurationFieldProps {
  label: string
  hint?: string
  value: Duration
  change(value: Duration): void
  min?: number
  max?: number
  /** The names of its two parts in a form that is read when it is sent: `<name>-amount` and `<name>-unit`. */
  name?: string
  units?: readonly Unit[]
  error?: string | undefined
}

/** Input for a length of time: a number and its unit. */
export function DurationField({
  label,
  hint,
  value,
  change,
  min = 0,
  max = 100_000,
  name,
  units = ['minutes', 'hours', 'days'],
  error,
}: DurationFieldProps) {
  const { t } = useText(policyTexts)
  const names = t.units(value.amount)
  const offered = units.includes(value.unit) ? units : [...units, value.unit]
  return (
    <Labelled label={label} hint={hint} error={error} className="field duration">
      {(ties) => (
        <div className="duration-parts">
          <input
            {...ties}
            name={name && `${name}-amount`}
            type="number"
            inputMode="numeric"
            min={min}
            max={max}
            step={1}
            required
            value={Number.isNaN(value.amount) ? '' : value.amount}
            onChange={({ target }) => change({ ...value, amount: target.valueAsNumber })}
          />
          <select
            aria-label={t.unitOf(label)}
            name={name && `${name}-unit`}
            value={value.unit}
            onChange={({ target }) => change({ ...value, unit: target.value as Unit })}
          >
            {offered.map((unit) => (
              <option key={unit} value={unit}>
                {names[unit]}
              </option>
            ))}
          </select>
        </div>
      )}
    </Labelled>
  )
}
