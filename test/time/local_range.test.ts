import { beforeAll, describe, expect, it } from '@jest/globals'
import { Temporal } from '@js-temporal/polyfill'
import { type Db, inTransaction } from '../helpers/database/database.ts'
import { sessionSettings } from '../helpers/database/session_settings.ts'
import {
  agreedYears,
  changes,
  instantsByClock,
  localInstant,
  localInstants,
  localRange,
  once,
  sides,
} from './oracle.ts'
import { moreZones } from './zones.ts'

// app_hidden.local_instant and local_range, compared with Temporal around every clock change of some zones from 2020 to
// 2035.

const fromYear = 2020
const toYear = 2035

let agreed: Map<string, Set<number>>
let comparedSkips = 0
let comparedDoubles = 0

beforeAll(async () => {
  agreed = await inTransaction((db) => agreedYears(db, moreZones, fromYear, toYear))
})

/** The clock changes of a zone in the years for which PostgreSQL and Node agree. */
const agreedChanges = (zone: string) =>
  changes(zone, fromYear, toYear).filter(({ year }) => agreed.get(zone)?.has(year))

/** Local times around a change: every quarter hour from two hours before to two hours after, and the seconds at its edges. */
function around(change: Temporal.ZonedDateTime): Temporal.PlainDateTime[] {
  const [first, last] = sides(change).toSorted(Temporal.PlainDateTime.compare) as [
    Temporal.PlainDateTime,
    Temporal.PlainDateTime,
  ]
  const times = [first, last].flatMap((edge) => [edge.subtract({ seconds: 1 }), edge, edge.add({ seconds: 1 })])
  const end = last.add({ hours: 2 })
  for (
    let time = first.subtract({ hours: 2 });
    Temporal.PlainDateTime.compare(time, end) <= 0;
    time = time.add({ minutes: 15 })
  )
    times.push(time)
  return times
}

/** The result of local_instant for each, in seconds since 1970 or null. */
async function instants(db: Db, locals: string[], zone: string): Promise<(number | null)[]> {
  const rows = await db.query<{ at: number | null }>(
    `select extract(epoch from app_hidden.local_instant(l.local_time, $2))::float8 as at
     from unnest($1::timestamp[]) with ordinality as l (local_time, n) order by l.n`,
    [locals, zone],
  )
  return rows.map(({ at }) => at)
}

/** All local times to check in a zone, as text. */
const localsIn = once((zone) => agreedChanges(zone).flatMap(around).map(String))

/**
 * All time slots to check in a zone: into each change, out of it, within it, around it, across midnight, and a whole
 * day.
 */
const slotsIn = once((zone) =>
  agreedChanges(zone).flatMap((change) => {
    const [before, after] = sides(change)
    const time = (at: Temporal.PlainDateTime, minutes: number) =>
      at.add({ minutes }).toPlainTime().toString({ smallestUnit: 'minute' })
    const slots = [
      [time(before, -30), time(before, 15)],
      [time(before, 0), time(before, 15)],
      [time(before, 15), time(before, 30)],
      [time(after, -15), time(after, 15)],
      [time(after, 0), time(after, 15)],
      [time(before, -45), time(after, 45)],
      ['22:00', '06:00'],
      ['23:30', '00:00'],
      ['00:00', '00:30'],
      ['12:00', '11:59'],
    ] as const
    const days = [before.toPlainDate(), after.toPlainDate()].toSorted(Temporal.PlainDate.compare)
    const dates = new Set([days[0]?.subtract({ days: 1 }), ...days, days[1]?.add({ days: 1 })].map(String))
    return [...dates].flatMap((date) => slots.map(([start, end]) => ({ date, start, end })))
  }),
)

/** The first few rows in which the two columns differ; empty if they agree. */
const different = <T>(asked: T[], given: unknown[], expected: unknown[]) =>
  asked
    .map((what, i) => ({ what: String(what), given: given[i], expected: expected[i] }))
    .filter(({ given, expected }) => JSON.stringify(given) !== JSON.stringify(expected))
    .slice(0, 5)

// For any settings of the session.
describe.each(sessionSettings)('with $timezone and $datestyle', (settings) => {
  describe.each(moreZones)('%s', (zone) => {
    it('maps local times around each change to the same instants as Temporal, or to null if they are skipped', () =>
      inTransaction(async (db) => {
        const locals = localsIn(zone)
        const expected = locals.map((local) => localInstant(local, zone))
        comparedSkips += expected.filter((at) => at === null).length
        comparedDoubles += locals.filter((local) => localInstants(local, zone).length === 2).length
        const given = await instants(db, locals, zone)
        expect(different(locals, given, expected)).toEqual([])
      }, settings))

    it('maps time slots around each change to the same ranges as Temporal, or to null if they do not exist', () =>
      inTransaction(async (db) => {
        const wanted = slotsIn(zone)
        const rows = await db.query<{ starts: number | null; ends: number | null; seconds: number | null }>(
          `select extract(epoch from lower(r.during))::float8 as starts, extract(epoch from upper(r.during))::float8 as ends,
                extract(epoch from upper(r.during) - lower(r.during))::float8 as seconds
         from jsonb_to_recordset($1) as w (n int, date date, start time, "end" time)
         cross join lateral (select app_hidden.local_range(w.date, w.start, w."end", $2) as during) r
         order by w.n`,
          [JSON.stringify(wanted.map((slot, n) => ({ n, ...slot }))), zone],
        )
        const expected = wanted.map(({ date, start, end }) => {
          const range = localRange(date, start, end, zone)
          return {
            starts: range?.starts ?? null,
            ends: range?.ends ?? null,
            seconds: range ? range.ends - range.starts : null,
          }
        })
        expect(
          different(
            wanted.map(({ date, start, end }) => `${date} ${start}–${end}`),
            rows,
            expected,
          ),
        ).toEqual([])
      }, settings))
  })
})

it('the date that Samoa skipped has no local times, and the dates before and after it have all of theirs', () =>
  inTransaction(async (db) => {
    for (const [date, exists] of [
      ['2011-12-29', true],
      ['2011-12-30', false],
      ['2011-12-31', true],
    ] as const) {
      const midnight = Temporal.PlainDateTime.from(`${date}T00:00`)
      const locals = Array.from({ length: 96 }, (_, quarter) => midnight.add({ minutes: 15 * quarter }))
      const expected = locals.map((local) => localInstant(local, 'Pacific/Apia'))
      expect(expected.every((at) => (at !== null) === exists)).toBe(true)
      expect(
        await instants(
          db,
          locals.map((local) => local.toString()),
          'Pacific/Apia',
        ),
      ).toEqual(expected)
    }
    // A night slot that begins on the day before the skipped date and ends on that date, which does not exist.
    const { during } = await db.one(
      `select app_hidden.local_range('2011-12-29', '22:00', '06:00', 'Pacific/Apia') as during`,
    )
    expect(during).toBeNull()
  }))

it('maps a time to the first instant at which clocks show it, in every zone, around each future change', () =>
  inTransaction(async (db) => {
    // Compared with PostgreSQL's inverse conversion, so independent of the version of its data. This includes Morocco.
    const changed = await db.query<{ zone: string; day: string }>(
      `select z.name as zone, to_char(d at time zone z.name, 'YYYY-MM-DD') as day
       from pg_timezone_names z
       cross join generate_series(date_trunc('day', now()), now() + interval '2 years', interval '1 day') d
       where z.name ~ '^(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/'
         and (d at time zone z.name) - (d at time zone 'UTC')
           <> (d + interval '1 day') at time zone z.name - ((d + interval '1 day') at time zone 'UTC')`,
    )
    const byZone = Map.groupBy(changed, ({ zone }) => zone)
    expect(byZone.size).toBeGreaterThan(50)
    // Zones with the same changes behave alike: one of each kind is enough.
    const kinds = Map.groupBy(byZone, ([, days]) => days.map(({ day }) => day).join())
    expect(kinds.size).toBeGreaterThan(10)
    for (const [[zone, days]] of kinds.values() as Iterable<[[string, typeof changed]]>) {
      const locals = days.flatMap(({ day }) => {
        const midnight = Temporal.PlainDateTime.from(`${day}T00:00`)
        return Array.from({ length: 96 }, (_, half) => midnight.add({ minutes: 30 * half }).toString())
      })
      const expected = await instantsByClock(db, locals, zone)
      const given = await instants(db, locals, zone)
      expect([zone, different(locals, given, expected)]).toEqual([zone, []])
    }
  }))

it('the tests above have checked a minimum number of times and changes', () => {
  expect(comparedSkips).toBeGreaterThan(1000)
  expect(comparedDoubles).toBeGreaterThan(1000)
  // The data for future years may differ between versions, but not for these past years.
  for (const [zone, years] of agreed)
    expect([zone, [...years]]).toEqual([zone, expect.arrayContaining([2020, 2022, 2024])])
})
