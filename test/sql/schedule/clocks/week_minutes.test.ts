import { expect, it } from '@jest/globals'
import { inTransaction } from '../../../helpers/database/database.ts'

const weekMinutes = (weekday: number, start: string, end: string) =>
  inTransaction(async (db) => {
    const { minutes } = await db.one<{ minutes: string }>(
      'select app_hidden.week_minutes($1, $2, $3)::text as minutes',
      [weekday, start, end],
    )
    return minutes
  })

it.each([
  ['the first of the week', 1, '00:00', '00:30', '{[0,30)}'],
  ['Monday morning', 1, '09:00', '09:30', '{[540,570)}'],
  ['Wednesday across midnight', 3, '22:00', '06:00', '{[4200,4680)}'],
  ['up to midnight', 2, '23:30', '00:00', '{[2850,2880)}'],
  ['up to midnight, written the other way', 2, '23:30', '24:00', '{[2850,2880)}'],
  ['a whole day', 4, '00:00', '24:00', '{[4320,5760)}'],
  ['Sunday up to midnight', 7, '23:00', '00:00', '{[10020,10080)}'],
  ['Sunday across midnight, which goes on on Monday', 7, '23:00', '01:00', '{[0,60),[10020,10080)}'],
  ['a day less a minute, from Sunday noon on', 7, '12:00', '11:59', '{[0,719),[9360,10080)}'],
])('%s', async (_, weekday, start, end, minutes) => {
  expect(await weekMinutes(weekday, start, end)).toBe(minutes)
})

it('is as long as the time slot and lies in the week, for every weekday and every pair of half hours', () =>
  inTransaction(async (db) => {
    const wrong = await db.query(
      `with place as (
         select w, s, e, app_hidden.week_minutes(w, time '00:00' + make_interval(mins => s), time '00:00' + make_interval(mins => e)) as minutes
         from generate_series(1, 7) w, generate_series(0, 1410, 30) s, generate_series(0, 1410, 30) e where s <> e
       )
       select w, s, e, minutes::text from place
       where (select sum(upper(r) - lower(r)) from unnest(minutes) r) <> (e - s + 1440) % 1440
          or not minutes <@ int4range(0, 10080)
          or not minutes @> ((w - 1) * 1440 + s)
          or minutes @> (((w - 1) * 1440 + s + (e - s + 1440) % 1440) % 10080)
       limit 5`,
    )
    expect(wrong).toEqual([])
  }))
