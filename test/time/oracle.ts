import { Temporal } from '@js-temporal/polyfill'
import type { Db } from '../helpers/database/database.ts'

// The meaning of local times by Temporal, with Node's time zone data instead of PostgreSQL's. The polyfill needs 0.25
// ms per call, so it only computes the changes of a zone; oracle.test.ts compares the results derived from them with
// Temporal.

/** A period with one offset from UTC: from `since` until the next period begins. Both are in milliseconds. */
interface Period {
  since: number
  offset: number
}

/** Caches the results of a function by its argument. */
export function once<Result>(compute: (argument: string) => Result): (argument: string) => Result {
  const known = new Map<string, Result>()
  return (argument) => {
    if (!known.has(argument)) known.set(argument, compute(argument))
    return known.get(argument) as Result
  }
}

const [firstYear, lastYear] = [2009, 2040]

const periodsOf = once((zone): Period[] => {
  const first = Temporal.ZonedDateTime.from(`${firstYear}-01-01T00:00[${zone}]`)
  return [first, ...changes(zone, firstYear, lastYear)].map(({ epochMilliseconds, offsetNanoseconds }) => ({
    since: epochMilliseconds,
    offset: offsetNanoseconds / 1e6,
  }))
})

/** Every instant at which the clocks of a zone show a local time of the years 2010 to 2040, in seconds since 1970. */
export function localInstants(local: Temporal.PlainDateTime | string, zone: string): number[] {
  const clocks = Date.parse(`${local}Z`)
  const year = new Date(clocks).getUTCFullYear()
  if (!(year > firstYear && year <= lastYear)) throw new Error(`${local} is not in the years of the oracle`)
  const periods = periodsOf(zone)
  return periods.flatMap(({ since, offset }, i) => {
    const at = clocks - offset
    return at >= since && at < (periods[i + 1]?.since ?? Number.POSITIVE_INFINITY) ? [at / 1000] : []
  })
}

/** The instant of a local time in a zone: null for a skipped time, the first for a time that occurs twice. */
export const localInstant = (local: Temporal.PlainDateTime | string, zone: string): number | null =>
  localInstants(local, zone)[0] ?? null

/**
 * The instants of a time slot ('23:00' to '01:00'; an end not after the start is on the next day), in seconds since
 * 1970: null if there is no such slot. The date has the form '2027-03-28'.
 */
export function localRange(
  date: string,
  start: string,
  end: string,
  zone: string,
): { starts: number; ends: number } | null {
  const starts = localInstant(`${date}T${start}`, zone)
  const ends = localInstant(`${end <= start ? nextDay(date) : date}T${end}`, zone)
  // An end in the first pass of a repeated hour may come before a start in the second pass.
  return starts !== null && ends !== null && starts < ends ? { starts, ends } : null
}

export const nextDay = (date: string) => new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10)

/** All clock changes of a zone in these years. */
export function changes(zone: string, fromYear: number, toYear: number): Temporal.ZonedDateTime[] {
  const found: Temporal.ZonedDateTime[] = []
  let at = Temporal.ZonedDateTime.from(`${fromYear}-01-01T00:00[${zone}]`).getTimeZoneTransition('next')
  for (; at && at.year <= toYear; at = at.getTimeZoneTransition('next')) found.push(at)
  return found
}

/** The local times before and after a clock change. */
export function sides(change: Temporal.ZonedDateTime): [Temporal.PlainDateTime, Temporal.PlainDateTime] {
  const before = change.subtract({ nanoseconds: 1 }).offsetNanoseconds
  return [
    change.toInstant().toZonedDateTimeISO('UTC').toPlainDateTime().add({ nanoseconds: before }),
    change.toPlainDateTime(),
  ]
}

/**
 * The years of these zones for which PostgreSQL and Node have the same offsets, compared every four weeks and
 * on both sides of each change. Their data differ when a law has changed and only one of them has been updated.
 */
export async function agreedYears(
  db: Pick<Db, 'query'>,
  zones: string[],
  fromYear: number,
  toYear: number,
): Promise<Map<string, Set<number>>> {
  const probes: { zone: string; year: number; at: string; offset: number }[] = []
  for (const zone of zones) {
    const at: Temporal.Instant[] = []
    const end = Temporal.Instant.from(`${toYear + 1}-01-02T00:00Z`)
    for (
      let day = Temporal.Instant.from(`${fromYear - 1}-12-31T00:00Z`);
      Temporal.Instant.compare(day, end) < 0;
      day = day.add({ hours: 28 * 24 })
    )
      at.push(day)
    for (const change of changes(zone, fromYear, toYear))
      at.push(change.toInstant(), change.toInstant().subtract({ seconds: 1 }))
    for (const instant of at) {
      const zoned = instant.toZonedDateTimeISO(zone)
      probes.push({ zone, year: zoned.year, at: instant.toString(), offset: zoned.offsetNanoseconds / 1e9 })
    }
  }
  const disagreements = await db.query<{ zone: string; year: number }>(
    `select distinct p.zone, p.year from jsonb_to_recordset($1) as p (zone text, year int, at timestamptz, "offset" int)
     where extract(epoch from (p.at at time zone p.zone) - (p.at at time zone 'UTC')) <> p."offset"`,
    [JSON.stringify(probes)],
  )
  const agreed = new Map<string, Set<number>>()
  for (const zone of zones) {
    const years = new Set(Array.from({ length: toYear - fromYear + 1 }, (_, i) => fromYear + i))
    for (const other of disagreements) if (other.zone === zone) years.delete(other.year)
    agreed.set(zone, years)
  }
  return agreed
}

/**
 * The instants of local times by PostgreSQL's inverse conversion (from instant to local time), in seconds since
 * 1970: the first instant at which clocks show the time, or null. For zones in which Node has other data.
 */
export async function instantsByClock(
  db: Pick<Db, 'query'>,
  locals: string[],
  zone: string,
): Promise<(number | null)[]> {
  const rows = await db.query<{ at: number | null }>(
    `select (
       select extract(epoch from min(candidate.at))::float8
       from (
         -- All offsets in force within some hours.
         select distinct l.local_time at time zone 'UTC' - ((h at time zone $2) - (h at time zone 'UTC')) as at
         from generate_series(l.local_time at time zone 'UTC' - interval '36 hours', l.local_time at time zone 'UTC' + interval '36 hours', '1 hour') h
       ) candidate
       where candidate.at at time zone $2 = l.local_time) as at
     from unnest($1::timestamp[]) with ordinality as l (local_time, n) order by l.n`,
    [locals, zone],
  )
  return rows.map(({ at }) => at)
}
