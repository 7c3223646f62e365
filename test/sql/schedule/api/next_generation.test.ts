import { describe, expect, it } from '@jest/globals'
import { aClinic, anEmployee } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'

interface Next {
  due_at: Date
  from_date: string
  to_date: string
}

const nextOf = (db: Db, clinicId: string) =>
  db.one<Next>(
    'select due_at, from_date::text, to_date::text from app_public.next_generation($1) where clinic_id is not null',
    [clinicId],
  )

describe('next_generation', () => {
  it('returns a time within a week, at the schedule’s local time, and the weeks that the job will make', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db, 'America/New_York')
      const manager = await anEmployee(db, clinicId, 'manager')
      await db.query('update app_public.policies set generation_weeks = 3 where clinic_id = $1', [clinicId])
      const next = await db.as(manager.claims, () => nextOf(db, clinicId))
      const [local] = await db.query(
        `select extract(isodow from t.due)::int as weekday, t.due::time::text as time, $1 > now() as ahead,
                t.due::date - (now() at time zone 'America/New_York')::date <= 7 as soon
         from (select $1::timestamptz at time zone 'America/New_York' as due) t`,
        [next.due_at],
      )
      expect(local).toEqual({ weekday: 4, time: '22:00:00', ahead: true, soon: true })
      const [dates] = await db.query(
        `select extract(isodow from $1::date)::int as first, extract(isodow from $2::date)::int as last, $2::date - $1::date + 1 as days`,
        [next.from_date, next.to_date],
      )
      expect(dates).toEqual({ first: 1, last: 7, days: 21 })
    }))

  it('returns the run that is due until a worker has made it, then the next one', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db, 'Asia/Dubai')
      await db.query(`update app_public.clinics set created_at = now() - interval '1 year' where id = $1`, [clinicId])
      const due = await nextOf(db, clinicId)
      expect(due.due_at.getTime()).toBeLessThanOrEqual(Date.now())
      const run = await db.one(
        'select from_date::text, to_date::text, due_at from app_private.generate_due_slots($1)',
        [clinicId],
      )
      expect(run).toEqual(due)
      const after = await nextOf(db, clinicId)
      // Dubai's clock never changes.
      expect(after.due_at.getTime() - due.due_at.getTime()).toBe(7 * 24 * 3600 * 1000)
    }))

  it('returns the same local time after the clocks have changed', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      await db.query(`update app_public.policies set generation_weekday = $2 where clinic_id = $1`, [
        clinicId,
        // Yesterday's weekday: the last generation was due yesterday, and the next one is in six days.
        (
          await db.one<{ day: number }>(
            `select extract(isodow from now() at time zone 'UTC' - interval '1 day')::int as day`,
          )
        ).day,
      ])
      // A zone whose clock goes forward the day after tomorrow; PostgreSQL takes such rules as well as names, and clinics do not.
      const { zone } = await db.one<{ zone: string }>(
        `select format('AAA0BBB,%s/2,%s/2', extract(doy from today + 2) - 1, extract(doy from today + 40) - 1) as zone
         from (select (now() at time zone 'UTC')::date as today) t`,
      )
      await db.query('alter table app_public.clinics disable trigger user')
      await db.query('update app_public.clinics set time_zone = $2, created_at = now() where id = $1', [clinicId, zone])
      const { due_at } = await nextOf(db, clinicId)
      expect(
        await db.one(
          `select (t.due at time zone $2)::time::text as local, (t.due at time zone 'UTC')::time::text as utc
           from (select $1::timestamptz as due) t`,
          [due_at, zone],
        ),
      ).toEqual({ local: '22:00:00', utc: '21:00:00' })
    }))

  it('returns nothing for an inactive clinic, and refuses callers who do not work there', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const other = await anEmployee(db, await aClinic(db), 'manager')
      await expectRefusal(
        db.as(other.claims, () => nextOf(db, clinicId)),
        'forbidden',
      )
      await db.query('update app_public.clinics set is_active = false where id = $1', [clinicId])
      expect(await db.query('select due_at from app_public.next_generation($1)', [clinicId])).toEqual([
        { due_at: null },
      ])
    }))
})
