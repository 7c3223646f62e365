/** The browser's own IANA zone. */
export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone

const formats = new Map<string, Intl.DateTimeFormat>()

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  // Making one costs more than using it a hundred times.
  const key = `${locale} ${JSON.stringify(options)}`
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, options)
  formats.set(key, known)
  return known
}

/** The clock of a zone at an instant: "14:30". */
export const clock = (instant: string, timeZone: string, locale: string): string =>
  format(locale, { timeZone, hour: 'numeric', minute: '2-digit' }).format(new Date(instant))

/** The clock of a zone at an instant, with the weekday when the date there is not `date`: "Sun 21:30". */
export function clockNear(instant: string, timeZone: string, date: string, locale: string): string {
  const away = localDate(instant, timeZone) !== date
  const options: Intl.DateTimeFormatOptions = { timeZone, hour: 'numeric', minute: '2-digit' }
  return format(locale, away ? { ...options, weekday: 'short' } : options).format(new Date(instant))
}

/** Date and clock of a zone at an instant: "Tuesday, 24 November 2026 at 14:30". */
export const dayAndClock = (instant: string, timeZone: string, locale: string): string =>
  format(locale, { timeZone, dateStyle: 'full', timeStyle: 'short' }).format(new Date(instant))

/** A zone as people call it, at an instant: "GMT+1". */
export function zoneName(instant: string, timeZone: string, locale: string): string {
  const parts = format(locale, { timeZone, timeZoneName: 'short' }).formatToParts(new Date(instant))
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
}

/** The city of a zone: "Lord Howe". */
export const zoneCity = (timeZone: string): string => (timeZone.split('/').at(-1) ?? timeZone).replaceAll('_', ' ')

/** The date of a zone at an instant (default now): 2026-11-24. */
export function localDate(instant: string | undefined, timeZone: string): string {
  const parts = format('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(
    instant ? new Date(instant) : new Date(),
  )
  const part = (name: string) => parts.find(({ type }) => type === name)?.value
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** Whether two zones show another time at an instant. */
export const clocksDiffer = (instant: string, a: string, b: string): boolean =>
  format('en', { timeZone: a, dateStyle: 'short', timeStyle: 'short' }).format(new Date(instant)) !==
  format('en', { timeZone: b, dateStyle: 'short', timeStyle: 'short' }).format(new Date(instant))

/** The date some days later. */
export const plusDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)

/** A date in words; a date has no zone. */
export function dateText(date: string, locale: string, options: Intl.DateTimeFormatOptions): string {
  return format(locale, { ...options, timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`))
}

/** "Tuesday, 24 November" */
export const longDate = (date: string, locale: string): string =>
  dateText(date, locale, { weekday: 'long', day: 'numeric', month: 'long' })

/** Seconds as "9:05". */
export const minutesAndSeconds = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
