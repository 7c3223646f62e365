import { describe, expect, it } from '@jest/globals'
import { inTransaction } from '../../../helpers/database/database.ts'

// The rule, by example; test/time compares it with Temporal over years and zones.

describe('local_instant', () => {
  it.each([
    ['an ordinary time', '2026-07-01 09:00', 'Europe/Berlin', '2026-07-01T07:00:00.000Z'],
    ['the last moment before a skipped hour', '2027-03-28 01:59', 'Europe/Berlin', '2027-03-28T00:59:00.000Z'],
    ['the first moment skipped', '2027-03-28 02:00', 'Europe/Berlin', null],
    ['a skipped time', '2027-03-28 02:30', 'Europe/Berlin', null],
    ['the first moment after a skipped hour', '2027-03-28 03:00', 'Europe/Berlin', '2027-03-28T01:00:00.000Z'],
    ['a time that occurs twice, the first', '2027-10-31 02:30', 'Europe/Berlin', '2027-10-31T00:30:00.000Z'],
    ['the start of the doubled hour, the first', '2027-10-31 02:00', 'Europe/Berlin', '2027-10-31T00:00:00.000Z'],
    ['the end of the doubled hour, which occurs once', '2027-10-31 03:00', 'Europe/Berlin', '2027-10-31T02:00:00.000Z'],
    ['half an hour that is skipped', '2026-10-04 02:15', 'Australia/Lord_Howe', null],
    [
      'half an hour that occurs twice, the first',
      '2027-04-04 01:45',
      'Australia/Lord_Howe',
      '2027-04-03T14:45:00.000Z',
    ],
    ['a day that never was', '2011-12-30 12:00', 'Pacific/Apia', null],
    ['the day before it', '2011-12-29 23:59', 'Pacific/Apia', '2011-12-30T09:59:00.000Z'],
    ['the day after it', '2011-12-31 00:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['an offset of a quarter hour', '2026-01-15 09:00', 'Asia/Kathmandu', '2026-01-15T03:15:00.000Z'],
    ['three hours that occur twice', '2010-03-05 00:30', 'Antarctica/Casey', '2010-03-04T13:30:00.000Z'],
  ])('%s', (_, local, zone, instant) =>
    inTransaction(async (db) => {
      const row = await db.one<{ at: Date | null }>('select app_hidden.local_instant($1, $2) as at', [local, zone])
      expect(row.at?.toISOString() ?? null).toBe(instant)
    }),
  )
})

describe('local_range', () => {
  it.each([
    ['half an hour', '2026-07-01', '09:00', '09:30', 30],
    ['a night', '2026-07-01', '22:00', '06:00', 480],
    ['up to midnight', '2026-07-01', '23:00', '00:00', 60],
    ['up to midnight, written the other way', '2026-07-01', '23:00', '24:00', 60],
    ['a night in which an hour is skipped', '2027-03-27', '22:00', '06:00', 420],
    ['a night with an hour twice', '2027-10-30', '22:00', '06:00', 540],
    ['a start in the skipped hour', '2027-03-28', '02:30', '04:00', null],
    ['an end in the skipped hour', '2027-03-28', '01:30', '02:30', null],
    ['an end in the skipped hour of the next day', '2027-03-27', '22:00', '02:30', null],
    ['around the skipped hour', '2027-03-28', '01:30', '03:00', 30],
    ['within the doubled hour', '2027-10-31', '02:00', '02:30', 30],
    ['from before the doubled hour into it', '2027-10-31', '01:30', '02:30', 60],
    ['out of the doubled hour', '2027-10-31', '02:30', '03:30', 120],
  ])('%s', (_, date, start, end, minutes) =>
    inTransaction(async (db) => {
      const row = await db.one(
        `select extract(epoch from upper(r) - lower(r))::int / 60 as minutes, lower_inc(r) as from_start, upper_inc(r) as to_end
         from app_hidden.local_range($1, $2, $3, 'Europe/Berlin') r`,
        [date, start, end],
      )
      expect(row).toEqual({
        minutes,
        from_start: minutes === null ? null : true,
        to_end: minutes === null ? null : false,
      })
    }),
  )

  it('does not depend on the zone of the session', () =>
    inTransaction(async (db) => {
      const range = `select app_hidden.local_range('2027-03-28', '01:30', '03:30', 'Europe/Berlin')
                       = tstzrange('2027-03-28 00:30Z', '2027-03-28 01:30Z') as same`
      for (const zone of ['UTC', 'America/New_York', 'Europe/Berlin', 'Pacific/Kiritimati']) {
        await db.query(`select set_config('TimeZone', $1, true)`, [zone])
        expect(await db.one(range)).toEqual({ same: true })
      }
    }))
})
