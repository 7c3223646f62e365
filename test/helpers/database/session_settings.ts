/** Session settings that determine how PostgreSQL reads and writes dates, times and intervals, and where days begin. */
export type SessionSettings = Partial<Record<'timezone' | 'datestyle' | 'intervalstyle', string>>

/**
 * Three sessions with different settings; no result may depend on them. Their clocks change at midnight, so that a day
 * begins at 1:00; by half an hour; and in the southern summer. Each has another order of day, month and year, and
 * another interval style.
 */
export const sessionSettings: Required<SessionSettings>[] = [
  { timezone: 'Asia/Beirut', datestyle: 'German,DMY', intervalstyle: 'sql_standard' },
  { timezone: 'Australia/Lord_Howe', datestyle: 'SQL,MDY', intervalstyle: 'iso_8601' },
  { timezone: 'America/Santiago', datestyle: 'Postgres,YMD', intervalstyle: 'postgres_verbose' },
]
