import { Temporal } from '@js-temporal/polyfill'
import type { Db } from '../helpers/database.ts'

// What local times mean, by somebody else: Temporal, on Node's own time zone data.

/** The instant of a local time in a zone: null when the clocks skip it, the first when it occurs twice. */
export function localInstant(local: Temporal.PlainDateTime, zone: string): Temporal.Instant | null {
  // 'earlier' also gives something for a skipped time; going back shows that it is another one.
  const zoned = local.toZonedDateTime(zone, { disambiguation: 'earlier' })
  return zoned.toPlainDateTime().equals(local) ? zoned.toInstant() : null
}

/** The instants of a time slot ('23:00' to '01:00', an end not after the start lies on the next day): null when there is no such slot. */
export function localRange(
  date: Temporal.PlainDate,
  start: string,
  end: string,
  zone: string,
): { starts: Temporal.Instant; ends: Temporal.Instant } | null {
  const startTime = Temporal.PlainTime.from(start)
  const endTime = Temporal.PlainTime.from(end)
  const endDate = Temporal.PlainTime.compare(endTime, startTime) <= 0 ? date.add({ days: 1 }) : date
  const starts = localInstant(date.toPlainDateTime(startTime), zone)
  const ends = localInstant(endDate.toPlainDateTime(endTime), zone)
  // An end that lies in the first pass of a doubled hour may come before a start that is only in the second.
  return starts && ends && Temporal.Instant.compare(starts, ends) < 0 ? { starts, ends } : null
}

/** Every clock change of a zone in these years. */
export function changes(zone: string, fromYear: number, toYear: number): Temporal.ZonedDateTime[] {
  const found: Temporal.ZonedDateTime[] = []
  let at = Temporal.ZonedDateTime.from(`${fromYear}-01-01T00:00[${zone}]`).getTimeZoneTransition('next')
  for (; at && at.year <= toYear; at = at.getTimeZoneTransition('next')) found.push(at)
  return found
}

/** The local time on each side of a clock change: what the clocks showed, and what they were put to. */
export function sides(change: Temporal.ZonedDateTime): [Temporal.PlainDateTime, Temporal.PlainDateTime] {
  const before = change.subtract({ nanoseconds: 1 }).offsetNanoseconds
  return [
    change.toInstant().toZonedDateTimeISO('UTC').toPlainDateTime().add({ nanoseconds: before }),
    change.toPlainDateTime(),
  ]
}

/**
 * The years of these zones in which PostgreSQL's and Node's time zone data say the same about offsets, asked every four weeks and
 * on both sides of each change. Their editions are not the same: laws change, and each program learns of it with its own update.
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
 * The instants of local times by the other direction of PostgreSQL's own data (what the clocks show at an instant), in seconds since
 * 1970: of all instants at which they show it the first, null when there is none. For zones whose laws Node knows otherwise.
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
         -- Whatever offset was in force some hour around.
         select distinct l.local_time at time zone 'UTC' - ((h at time zone $2) - (h at time zone 'UTC')) as at
         from generate_series(l.local_time at time zone 'UTC' - interval '36 hours', l.local_time at time zone 'UTC' + interval '36 hours', '1 hour') h
       ) candidate
       where candidate.at at time zone $2 = l.local_time) as at
     from unnest($1::timestamp[]) with ordinality as l (local_time, n) order by l.n`,
    [locals, zone],
  )
  return rows.map(({ at }) => at)
}
