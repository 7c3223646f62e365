/** Settings of a session by which PostgreSQL reads and writes dates, times and intervals, and by which it counts days. */
export type SessionSettings = Partial<Record<'timezone' | 'datestyle' | 'intervalstyle', string>>

/**
 * Three sessions that nothing may depend on. Their clocks change at midnight, so that a day begins at one o'clock; by half an hour; and
 * in the southern summer. Each has another order of day, month and year, and another way to write an interval.
 */
export const sessionSettings: Required<SessionSettings>[] = [
  { timezone: 'Asia/Beirut', datestyle: 'German,DMY', intervalstyle: 'sql_standard' },
  { timezone: 'Australia/Lord_Howe', datestyle: 'SQL,MDY', intervalstyle: 'iso_8601' },
  { timezone: 'America/Santiago', datestyle: 'Postgres,YMD', intervalstyle: 'postgres_verbose' },
]
