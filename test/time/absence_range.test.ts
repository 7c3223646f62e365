import { describe, expect, it } from '@jest/globals'
import type { Temporal } from '@js-temporal/polyfill'
import { inTransaction } from '../helpers/database/database.ts'
import { agreedYears, changes } from './oracle.ts'
import { moreZones } from './zones.ts'

// The instants of absences around the clock changes of some zones, compared with Temporal.

const fromYear = new Date().getUTCFullYear()

/** The first instant at which the clock shows this local time or a later one. */
function reached(time: Temporal.PlainDateTime, zone: string): Temporal.Instant {
  const earlier = time.toZonedDateTime(zone, { disambiguation: 'earlier' })
  if (earlier.toPlainDateTime().equals(time)) return earlier.toInstant()
  // Skipped: the transition before the instant that Temporal moves it to.
  const later = time.toZonedDateTime(zone, { disambiguation: 'later' })
  return (later.add({ nanoseconds: 1 }).getTimeZoneTransition('previous') as Temporal.ZonedDateTime).toInstant()
}

describe('absence_range', () => {
  it.each(moreZones)('of whole days and of hours around the clock changes of %s agrees with Temporal', (zone) =>
    inTransaction(async (db) => {
      const agreed = (await agreedYears(db, [zone], fromYear, fromYear + 1)).get(zone)
      const days = changes(zone, fromYear, fromYear + 1)
        .filter(({ year }) => agreed?.has(year))
        .map((change) => change.toPlainDate())
      const cases = days
        .flatMap((day) => [
          { day, start: null, end: null },
          ...['00:00', '00:30', '01:30', '02:00', '02:30', '03:00'].map((start) => ({ day, start, end: null })),
          ...['00:30', '02:00', '02:30', '03:30', '12:00'].map((end) => ({ day, start: null, end })),
        ])
        .map(({ day, start, end }) => ({
          day,
          start,
          end,
          from: reached(day.toPlainDateTime(start ?? '00:00'), zone).epochMilliseconds,
          to: reached(end ? day.toPlainDateTime(end) : day.add({ days: 1 }).toPlainDateTime('00:00'), zone)
            .epochMilliseconds,
        }))
        // Where the clocks skip the hour after midnight, that hour has no length.
        .filter(({ from, to }) => from < to)
      const rows = await db.query<{ starts: string; ends: string }>(
        `select lower(r)::text as starts, upper(r)::text as ends
         from unnest($1::date[], $2::time[], $3::time[]) with ordinality w (day, starts, ends, n)
         cross join lateral app_private.absence_range(w.day, w.day, w.starts, w.ends, $4) r order by w.n`,
        [cases.map(({ day }) => day.toString()), cases.map(({ start }) => start), cases.map(({ end }) => end), zone],
      )
      const instant = (text: string) => new Date(text).getTime()
      expect(rows.map(({ starts, ends }) => [instant(starts), instant(ends)])).toEqual(
        cases.map(({ from, to }) => [from, to]),
      )
    }),
  )

  it('an hour that the clocks skip is the moment at which they change, so the slot after it is covered', () =>
    inTransaction(async (db) => {
      // In Berlin 02:00 is followed by 03:00 on the last Sunday of March.
      expect(
        await db.one(
          `select app_private.absence_range('2027-03-28', '2027-03-28', '02:30', '03:30', 'Europe/Berlin')
             = tstzrange('2027-03-28T01:00Z', '2027-03-28T01:30Z') as same`,
        ),
      ).toEqual({ same: true })
    }))
})
