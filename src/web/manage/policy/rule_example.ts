import type { DeadlineExample, HoldExample } from '../../text/manage/policy.ts'
import type { Duration } from './duration.tsx'

// Any Wednesday: an example has no time zone.
const appointmentAt = Date.UTC(2025, 0, 8, 8)
const minutesIn = { minutes: 1, hours: 60, days: 1440, months: undefined }

/**
 * What a rule such as "two hours before the start" means for an appointment at eight: the appointment and the latest
 * time to act, with weekdays if they differ. Undefined if the rule has no number or is a week or longer, where weekdays
 * are ambiguous.
 */
export function deadlineExample({ amount, unit }: Duration, locale: string): DeadlineExample {
  const minutes = amount * (minutesIn[unit] ?? Number.NaN)
  if (!(minutes < 7 * 1440)) return undefined
  const deadlineAt = appointmentAt - minutes * 60_000
  const weekday = (at: number) => new Intl.DateTimeFormat(locale, { timeZone: 'UTC', weekday: 'long' }).format(at)
  const differ = weekday(deadlineAt) !== weekday(appointmentAt)
  const shown = (at: number) => ({ time: clockOf(at, locale), ...(differ && { weekday: weekday(at) }) })
  return { appointment: shown(appointmentAt), deadline: shown(deadlineAt) }
}

/** When a hold that begins at eight ends: "8:10". Undefined without a number, and for half a day or longer. */
export function holdExample({ amount, unit }: Duration, locale: string): HoldExample {
  const minutes = amount * (minutesIn[unit] ?? Number.NaN)
  if (!(minutes < 720)) return undefined
  return { chosen: clockOf(appointmentAt, locale), until: clockOf(appointmentAt + minutes * 60_000, locale) }
}

/** The last date that a booking window counted from `today` reaches: "26 February 2027". Undefined without a number. */
export function windowExample({ amount, unit }: Duration, today: string, locale: string): string | undefined {
  if (!(amount > 0 && amount < 5000)) return undefined
  const last = new Date(`${today}T00:00:00Z`)
  if (unit === 'months') last.setUTCMonth(last.getUTCMonth() + amount)
  else last.setTime(last.getTime() + amount * (minutesIn[unit] as number) * 60_000)
  return new Intl.DateTimeFormat(locale, { timeZone: 'UTC', dateStyle: 'long' }).format(last)
}

const clockOf = (at: number, locale: string) =>
  new Intl.DateTimeFormat(locale, { timeZone: 'UTC', hour: 'numeric', minute: '2-digit' }).format(at)
