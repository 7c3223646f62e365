import { offsetAt, startOfDate } from './clocks.ts'

/** The browser's own IANA zone. */
export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone

const formats = new Map<string, Intl.DateTimeFormat>()

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  // Creating a format costs more than using it a hundred times.
  const key = `${locale} ${JSON.stringify(options)}`
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, options)
  formats.set(key, known)
  return known
}

/**
 * Formats an instant in the local time of a zone: a clinic's zone by the server's offsets, the reader's own by the
 * device.
 */
function shown(instant: number, timeZone: string, locale: string, options: Intl.DateTimeFormatOptions): string {
  const ahead = offsetAt(instant, timeZone)
  if (ahead === undefined) return format(locale, { ...options, timeZone }).format(instant)
  return format(locale, { ...options, timeZone: 'UTC' }).format(instant + ahead)
}

/** The local time of a zone at an instant: "14:30". */
export const clock = (instant: string, timeZone: string, locale: string): string =>
  shown(Date.parse(instant), timeZone, locale, { hour: 'numeric', minute: '2-digit' })

/** The local time of a zone at an instant, with the weekday if the date there is not `date`: "Sun 21:30". */
export function clockNear(instant: string, timeZone: string, date: string, locale: string): string {
  const away = localDate(instant, timeZone) !== date
  const options: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit' }
  return shown(Date.parse(instant), timeZone, locale, away ? { ...options, weekday: 'short' } : options)
}

/** The local date and time of a zone at an instant: "Tuesday, 24 November 2026 at 14:30"; `dateStyle` shortens it. */
export const dayAndClock = (
  instant: string,
  timeZone: string,
  locale: string,
  dateStyle: 'full' | 'medium' = 'full',
): string => shown(Date.parse(instant), timeZone, locale, { dateStyle, timeStyle: 'short' })

/** The common name of a zone at an instant: "GMT+1". */
export function zoneName(instant: string, timeZone: string, locale: string): string {
  const at = Date.parse(instant)
  const ahead = offsetAt(at, timeZone)
  const name = (timeZoneName: 'short' | 'longOffset', language: string) => {
    try {
      const parts = format(language, { timeZone, timeZoneName }).formatToParts(at)
      return parts.find(({ type }) => type === 'timeZoneName')?.value
    } catch {
      // The device does not know the zone.
      return undefined
    }
  }
  // The device's name is right if its offset is: "GMT+1", "EST".
  if (ahead === undefined || ahead === offsetIn(name('longOffset', 'en') ?? ''))
    return name('short', locale) ?? timeZone
  const minutes = Math.abs(ahead) / 60_000
  const [hour, minute] = [Math.floor(minutes / 60), Math.floor(minutes % 60)]
  if (ahead === 0) return 'GMT'
  return `GMT${ahead < 0 ? '−' : '+'}${hour}${minute ? `:${String(minute).padStart(2, '0')}` : ''}`
}

/** "GMT+05:30" in milliseconds. */
function offsetIn(name: string): number {
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)/.exec(name) ?? []
  const size = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000
  return sign === '-' ? -size : size
}

/** The city of a zone: "Lord Howe". */
export const zoneCity = (timeZone: string): string => (timeZone.split('/').at(-1) ?? timeZone).replaceAll('_', ' ')

/** The date of a zone at an instant (default now): 2026-11-24. */
export function localDate(instant: string | undefined, timeZone: string): string {
  const at = instant ? Date.parse(instant) : Date.now()
  const ahead = offsetAt(at, timeZone)
  if (ahead !== undefined) return new Date(at + ahead).toISOString().slice(0, 10)
  const parts = format('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(at)
  const part = (name: string) => parts.find(({ type }) => type === name)?.value
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** The instant at which a date begins in a clinic's zone. */
export function startOf(date: string, timeZone: string): string {
  return new Date(startOfDate(date, timeZone) ?? Date.parse(`${date}T00:00:00Z`)).toISOString()
}

/** Whether two zones have different local times at an instant. */
export function clocksDiffer(instant: string, a: string, b: string): boolean {
  const at = (timeZone: string) =>
    shown(Date.parse(instant), timeZone, 'en', { dateStyle: 'short', timeStyle: 'short' })
  return at(a) !== at(b)
}

/** The date some days later. */
export const plusDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)

/** Formats a date, which has no zone. */
export function dateText(date: string, locale: string, options: Intl.DateTimeFormatOptions): string {
  return format(locale, { ...options, timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`))
}

/** "Tuesday, 24 November" */
export const longDate = (date: string, locale: string): string =>
  dateText(date, locale, { weekday: 'long', day: 'numeric', month: 'long' })

/** Seconds as "9:05". */
export const minutesAndSeconds = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
