import { describe, expect, it } from '@jest/globals'
import { aClinic, aTimeSlot } from '../../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'

// The time is an argument, so a day of reminders takes a second.

/** Bookings of many patients that all start at one instant, with their reminders; returns the clinic. */
async function aRush(db: Db, count: number, startsAt: string, timeZone = 'UTC'): Promise<string> {
  const clinicId = await aClinic(db, timeZone)
  const timeSlotId = await aTimeSlot(db, clinicId)
  // One doctor each, because slots of a doctor cannot overlap. Inserted by the owner, since only the planning is tested.
  await db.query(
    `with d as (insert into app_public.doctors (clinic_id, full_name) select $1, 'Doctor ' || i from generate_series(1, $4::int) i returning id),
          s as (insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
                select $1, d.id, $2, ($3::timestamptz at time zone $5)::date, tstzrange($3::timestamptz, $3::timestamptz + interval '20 min') from d)
     insert into app_public.customers (full_name, email) select 'Patient ' || i, 'p' || i || '-' || $1 || '@test.example' from generate_series(1, $4::int) i`,
    [clinicId, timeSlotId, startsAt, count, timeZone],
  )
  await db.query(
    `with free as (select id, row_number() over () as n from app_public.booking_slots where clinic_id = $1),
          people as (select id, row_number() over () as n from app_public.customers where email like '%-' || $1 || '@test.example')
     select app_public.book_slot($1, free.id, people.id) from free join people using (n)`,
    [clinicId],
  )
  await db.query(`select app_private.queue_coming_reminders($1, $2::timestamptz - interval '26 hours')`, [
    clinicId,
    startsAt,
  ])
  return clinicId
}

const inDays = (days: number, hour: number) => {
  const day = new Date(Date.now() + days * 86_400_000)
  day.setUTCHours(hour, 0, 0, 0)
  return day.toISOString()
}

/** Advances the time from `from` in steps of `step` seconds, planning and sending; returns how many were sent at each step, and the largest delay in seconds. */
async function day(db: Db, clinicId: string, from: string, seconds: number, step: number) {
  const sent: number[] = []
  let latest = Number.NEGATIVE_INFINITY
  for (let passed = 0; passed <= seconds; passed += step) {
    const at = new Date(Date.parse(from) + passed * 1000).toISOString()
    if (passed % 3600 === 0) await db.query('select app_private.plan_reminders($1)', [at])
    const { count, late } = await db.one<{ count: number; late: number | null }>(
      `select count(*)::int as count, max(extract(epoch from $1::timestamptz - n.due_at))::float as late
       from app_private.claim_notifications(100000, $1, 'email') n`,
      [at],
    )
    sent.push(count)
    latest = Math.max(latest, late ?? latest)
    // They were sent.
    await db.query(
      `update app_public.notifications set state = 'sent', sent_at = $1 where clinic_id = $2 and attempts > 0 and state = 'pending'`,
      [at, clinicId],
    )
  }
  return { sent, latest }
}

describe('plan_reminders', () => {
  it('distributes many reminders ahead of their due time at the rate of the channel: none late, none much too early', () =>
    inTransaction(async (db) => {
      const startsAt = inDays(3, 9)
      const clinicId = await aRush(db, 600, startsAt)
      await db.query(`update app_public.notifications set state = 'dropped' where kind <> 'booking_reminder'`)
      await db.query(`update app_private.channels set per_second = 1 where channel = 'email'`)
      const due = new Date(Date.parse(startsAt) - 86_400_000)
      const { sent, latest } = await day(db, clinicId, new Date(due.getTime() - 7200_000).toISOString(), 7260, 60)
      expect(sent.reduce((a, b) => a + b)).toBe(600)
      // A minute at one per second, and one that rounding may add.
      expect(Math.max(...sent)).toBeLessThanOrEqual(66)
      expect(latest).toBeLessThanOrEqual(0)
      // 600 at one a second begin ten minutes before.
      const first = sent.findIndex((count) => count > 0)
      expect(first).toBeGreaterThanOrEqual(109)
    }))

  it('plans again when reminders are added, and does not change those that are planned well', () =>
    inTransaction(async (db) => {
      const startsAt = inDays(3, 9)
      await aRush(db, 50, startsAt)
      const at = new Date(Date.parse(startsAt) - 26 * 3600_000).toISOString()
      const plan = async () => (await db.one<{ n: number }>('select app_private.plan_reminders($1) as n', [at])).n
      await db.query(`update app_private.channels set per_second = 0.1 where channel = 'email'`)
      expect(await plan()).toBe(49)
      expect(await plan()).toBe(0)
      await aRush(db, 5, startsAt)
      expect(await plan()).toBeGreaterThan(0)
      const { worst } = await db.one<{ worst: number }>(
        `select min(extract(epoch from gap))::float as worst from (
           select lead(t) over (order by t) - t as gap from (
             select least(send_after, due_at) as t from app_public.notifications where kind = 'booking_reminder' and due_at = $1) x) y`,
        [new Date(Date.parse(startsAt) - 86_400_000).toISOString()],
      )
      // Ten seconds apart, within the five seconds that are not worth a write.
      expect(worst).toBeGreaterThanOrEqual(4.9)
    }))

  it('plans no reminder in the quiet hours, in the time zone of the clinic', () =>
    inTransaction(async (db) => {
      // Due at 7:10 in Berlin (summer or winter), with quiet hours until 7:00, and a rush of twenty minutes.
      // Computed once each, because midnight may pass in between.
      const [from, startsAt] = [inDays(1, 0), inDays(4, 12)]
      const clinicId = await aRush(db, 40, startsAt, 'Europe/Berlin')
      await db.query(
        `update app_public.policies set quiet_from = '21:00', quiet_until = '07:00' where clinic_id = $1`,
        [clinicId],
      )
      await db.query(
        `update app_public.notifications n set due_at = ((($2::timestamptz at time zone 'Europe/Berlin')::date - 2) + time '07:10') at time zone 'Europe/Berlin'
         where n.clinic_id = $1 and kind = 'booking_reminder'`,
        [clinicId, startsAt],
      )
      await db.query(`update app_private.channels set per_second = 1.0 / 30 where channel = 'email'`)
      await db.query(`select app_private.plan_reminders($1, '3 days')`, [from])
      const { quiet, loud, later } = await db.one(
        `select count(*) filter (where app_private.quiet_hours(t, 'Europe/Berlin', '21:00', '07:00') is not null)::int as quiet,
                count(*) filter (where app_private.quiet_hours(t, 'Europe/Berlin', '21:00', '07:00') is null)::int as loud,
                count(*) filter (where t > due_at)::int as later
         from (select least(send_after, due_at) as t, due_at from app_public.notifications where clinic_id = $1 and kind = 'booking_reminder') x`,
        [clinicId],
      )
      expect({ quiet, loud, later }).toEqual({ quiet: 0, loud: 40, later: 0 })
    }))
})
