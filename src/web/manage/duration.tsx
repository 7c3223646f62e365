import type { IntervalInput } from '../graphql/generated/graphql.ts'
import { Labelled } from '../parts/field.tsx'
import { type Unit, usePolicyText } from './text/policy.ts'

/** A length of time in one unit, as people say it. */
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

/** The API's interval in the largest unit that says it exactly; what is less than a minute is rounded up. */
export function durationOf({ years, months, days, hours, minutes, seconds }: Interval): Duration {
  const allMonths = (years ?? 0) * 12 + (months ?? 0)
  const allMinutes = ((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0) + Math.ceil((seconds ?? 0) / 60)
  if (allMonths > 0 && allMinutes === 0) return { amount: allMonths, unit: 'months' }
  // A month beside days has no length of its own; PostgreSQL compares with one of thirty days.
  const total = allMonths * 30 * 1440 + allMinutes
  // "24 hours" stays that: on the day of a clock change it is not one day.
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
  units?: readonly Unit[]
  error?: string | undefined
}

/** How long: a number and its unit. */
export function DurationField({
  label,
  hint,
  value,
  change,
  min = 0,
  units = ['minutes', 'hours', 'days'],
  error,
}: DurationFieldProps) {
  const { t } = usePolicyText()
  const names = t.units(value.amount)
  const offered = units.includes(value.unit) ? units : [...units, value.unit]
  return (
    <Labelled label={label} hint={hint} error={error} className="field duration">
      {(ties) => (
        <div className="duration-parts">
          <input
            {...ties}
            type="number"
            inputMode="numeric"
            min={min}
            max={100_000}
            step={1}
            required
            value={Number.isNaN(value.amount) ? '' : value.amount}
            onChange={({ target }) => change({ ...value, amount: target.valueAsNumber })}
          />
          <select
            aria-label={t.unitOf(label)}
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
