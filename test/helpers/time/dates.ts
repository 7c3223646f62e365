/** The date so many days after another one. */
export const daysAfter = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)

/** The date in so many days, in UTC, whatever the time zone of a session is. */
export const inDays = (days: number): string => daysAfter(new Date().toISOString().slice(0, 10), days)

/**
 * The date in so many days on the calendar of a clinic, by default of one that `aClinic` makes. `current_date` is the date of
 * the session, which may be the clinic's yesterday, so that its tomorrow has begun there.
 */
export const clinicDate = (days: number, timeZone = 'Europe/Berlin'): string =>
  daysAfter(new Intl.DateTimeFormat('sv-SE', { timeZone }).format(), days)

/** The next Sunday, three days ahead at least, that is the first, second … or last of its month (1 is January): clocks change on one. */
export function comingSunday(which: 1 | 2 | 'last', month: number): string {
  const year = new Date().getUTCFullYear()
  const sundays = [year, year + 1].map((of) => {
    // The seventh of the month is not before its first Sunday, and its last day is not before its last one.
    const latest = new Date(which === 'last' ? Date.UTC(of, month, 0) : Date.UTC(of, month - 1, 7 * which))
    return daysAfter(latest.toISOString().slice(0, 10), -latest.getUTCDay())
  })
  return sundays.find((date) => date >= inDays(3)) as string
}
