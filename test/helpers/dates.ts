/** The date in so many days, in UTC, whatever the time zone of a session is. */
export const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
