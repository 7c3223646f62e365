const plus = (date: string, days: number) => new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)

/** The date in so many days, in UTC, whatever the time zone of a session is. */
export const inDays = (days: number): string => plus(new Date().toISOString().slice(0, 10), days)

/**
 * The date in so many days on the calendar of a clinic, by default of one that `aClinic` makes. `current_date` is the date of
 * the session, which may be the clinic's yesterday, so that its tomorrow has begun there.
 */
export const clinicDate = (days: number, timeZone = 'Europe/Berlin'): string =>
  plus(new Intl.DateTimeFormat('sv-SE', { timeZone }).format(), days)
