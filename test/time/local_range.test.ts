import { beforeAll, describe, expect, it } from '@jest/globals'
import { Temporal } from '@js-temporal/polyfill'
import { type Db, inTransaction } from '../helpers/database.ts'
import { sessionSettings } from '../helpers/session_settings.ts'
import { agreedYears, changes, instantsByClock, localInstant, localRange, sides } from './oracle.ts'
import { moreZones } from './zones.ts'

// app_hidden.local_instant and local_range, around every clock change of some zones from 2020 to 2035, against Temporal.

const fromYear = 2020
const toYear = 2035

let agreed: Map<string, Set<number>>
let comparedSkips = 0
let comparedDoubles = 0

beforeAll(async () => {
  agreed = await inTransaction((db) => agreedYears(db, moreZones, fromYear, toYear))
})

/** The changes of a zone in the years of which PostgreSQL and Node have the same idea. */
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

/** What local_instant gives for each, in seconds since 1970 or null. */
async function instants(db: Db, locals: string[], zone: string): Promise<(number | null)[]> {
  const rows = await db.query<{ at: number | null }>(
    `select extract(epoch from app_hidden.local_instant(l.local_time, $2))::float8 as at
     from unnest($1::timestamp[]) with ordinality as l (local_time, n) order by l.n`,
    [locals, zone],
  )
  return rows.map(({ at }) => at)
}

const seconds = (instant: Temporal.Instant | null | undefined) => (instant ? instant.epochMilliseconds / 1000 : null)

/** Those of which the two columns say different things: nothing to see when all is well, the first few otherwise. */
const different = <T>(asked: T[], given: unknown[], expected: unknown[]) =>
  asked
    .map((what, i) => ({ what: String(what), given: given[i], expected: expected[i] }))
    .filter(({ given, expected }) => JSON.stringify(given) !== JSON.stringify(expected))
    .slice(0, 5)

// Whatever the session's settings are.
describe.each(sessionSettings)('with $timezone and $datestyle', (settings) => {
  describe.each(moreZones)('%s', (zone) => {
    it('around each change a local time means what Temporal says, or nothing', () =>
      inTransaction(async (db) => {
        const locals = agreedChanges(zone).flatMap(around)
        const expected = locals.map((local) => seconds(localInstant(local, zone)))
        comparedSkips += expected.filter((at) => at === null).length
        comparedDoubles += locals.filter(
          (local) =>
            !local
              .toZonedDateTime(zone, { disambiguation: 'earlier' })
              .equals(local.toZonedDateTime(zone, { disambiguation: 'later' })),
        ).length
        const given = await instants(
          db,
          locals.map((local) => local.toString()),
          zone,
        )
        expect(different(locals, given, expected)).toEqual([])
      }, settings))

    it('around each change a time slot lies where Temporal says, as long as it really is, or nowhere', () =>
      inTransaction(async (db) => {
        const wanted = agreedChanges(zone).flatMap((change) => {
          const [before, after] = sides(change)
          const time = (at: Temporal.PlainDateTime, minutes: number) =>
            at.add({ minutes }).toPlainTime().toString({ smallestUnit: 'minute' })
          // Into the change, out of it, within, around it, across midnight, and a whole day of it.
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
          const dates = [days[0]?.subtract({ days: 1 }), ...days, days[1]?.add({ days: 1 })].filter(
            (date, i, all) => date !== undefined && !all.slice(0, i).some((other) => other?.equals(date)),
          ) as Temporal.PlainDate[]
          return dates.flatMap((date) => slots.map(([start, end]) => ({ date, start, end })))
        })
        const rows = await db.query<{ starts: number | null; ends: number | null; seconds: number | null }>(
          `select extract(epoch from lower(r.during))::float8 as starts, extract(epoch from upper(r.during))::float8 as ends,
                extract(epoch from upper(r.during) - lower(r.during))::float8 as seconds
         from jsonb_to_recordset($1) as w (n int, date date, start time, "end" time)
         cross join lateral (select app_hidden.local_range(w.date, w.start, w."end", $2) as during) r
         order by w.n`,
          [JSON.stringify(wanted.map(({ date, ...slot }, n) => ({ n, date: date.toString(), ...slot }))), zone],
        )
        const expected = wanted.map(({ date, start, end }) => {
          const range = localRange(date, start, end, zone)
          return {
            starts: seconds(range?.starts),
            ends: seconds(range?.ends),
            seconds: range ? range.starts.until(range.ends).total('seconds') : null,
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

it('the day that Samoa left out has no time at all, and those beside it have all of theirs', () =>
  inTransaction(async (db) => {
    for (const [date, exists] of [
      ['2011-12-29', true],
      ['2011-12-30', false],
      ['2011-12-31', true],
    ] as const) {
      const midnight = Temporal.PlainDateTime.from(`${date}T00:00`)
      const locals = Array.from({ length: 96 }, (_, quarter) => midnight.add({ minutes: 15 * quarter }))
      const expected = locals.map((local) => seconds(localInstant(local, 'Pacific/Apia')))
      expect(expected.every((at) => (at !== null) === exists)).toBe(true)
      expect(
        await instants(
          db,
          locals.map((local) => local.toString()),
          'Pacific/Apia',
        ),
      ).toEqual(expected)
    }
    // A night that begins on the last day before it and ends on no day.
    const { during } = await db.one(
      `select app_hidden.local_range('2011-12-29', '22:00', '06:00', 'Pacific/Apia') as during`,
    )
    expect(during).toBeNull()
  }))

it('in every zone that PostgreSQL knows, around the changes of the years ahead, the first instant at which the clocks show a time', () =>
  inTransaction(async (db) => {
    // By PostgreSQL's other direction, so whatever its edition of the data says. Morocco's laws are tried here too.
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
    // Zones that change alike are alike: one of each kind will do.
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

it('and that was not about nothing', () => {
  expect(comparedSkips).toBeGreaterThan(1000)
  expect(comparedDoubles).toBeGreaterThan(1000)
  // Years to come may be disagreed upon with any edition of the data, these not any more.
  for (const [zone, years] of agreed)
    expect([zone, [...years]]).toEqual([zone, expect.arrayContaining([2020, 2022, 2024])])
})
