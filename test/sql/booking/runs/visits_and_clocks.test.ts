import { describe, expect, it } from '@jest/globals'
import { book, createSlot, reschedule } from '../../../helpers/clinic/operations.ts'
import { aService } from '../../../helpers/clinic/services.ts'
import { aRowOfSlots, slotsOf, statesOf } from '../../../helpers/clinic/visits.ts'
import { aPractice, aTimeSlot } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { judgeAsCommit } from '../claiming.ts'

// Visits whose slots lie on both sides of midnight, or of a moment at which the clocks of the clinic are changed.

const zone = 'Europe/Berlin'
const hours = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 3_600_000

/** The Sundays of next year on which the clocks of the clinic go forward, at 2:00, and back, at 3:00. */
const sundays = (db: Db) =>
  db.one<{ spring: string; autumn: string }>(
    `select max(d.day) filter (where extract(month from d.day) = 3)::text as spring,
       max(d.day) filter (where extract(month from d.day) = 10)::text as autumn
     from (select date_trunc('year', now() at time zone 'UTC')::date + 365 + n as day from generate_series(0, 366) n) d
     where extract(isodow from d.day) = 7
       and extract(year from d.day) = extract(year from now() at time zone 'UTC') + 1`,
  )

/** A practice in Berlin whose doctor has slots of half an hour from 1:00 to 4:00 on a date, without those that do not exist. */
async function aNight(db: Db, date: string, duration: string) {
  const practice = await aPractice(db, zone)
  const { clinicId, doctorId } = practice
  await db.query(`update app_public.policies set horizon = '800 days' where clinic_id = $1`, [clinicId])
  const serviceId = await aService(db, clinicId, { doctors: [doctorId], duration })
  const slotIds = new Map<string, string>()
  for (const [start, end] of [
    ['01:00', '01:30'],
    ['01:30', '02:00'],
    ['02:00', '02:30'],
    ['02:30', '03:00'],
    ['03:00', '03:30'],
    ['03:30', '04:00'],
  ] as const) {
    const timeSlotId = await aTimeSlot(db, clinicId, start, end)
    const exists = await db.one<{ during: string | null }>(
      'select app_hidden.local_range($1, $2, $3, $4)::text as during',
      [date, start, end, zone],
    )
    if (exists.during) slotIds.set(start, (await createSlot(db, clinicId, doctorId, timeSlotId, date)).id)
  }
  return { ...practice, serviceId, slotIds }
}

describe('a visit in the night in which the clocks go forward', () => {
  it('is refused from before the hour that does not exist, and takes slots after it', () =>
    inTransaction(async (db) => {
      const { spring } = await sundays(db)
      const { clinicId, slotIds, serviceId, customer } = await aNight(db, spring, '1 hour')
      expect([...slotIds.keys()]).toEqual(['01:00', '03:00', '03:30'])
      const from = (start: string) =>
        db.as(customer.claims, () => book(db, clinicId, slotIds.get(start) as string, { serviceId }))
      await db.undone(() => expectRefusal(from('01:00'), 'run_not_free'))
      expect(await from('03:00')).toMatchObject({ slot_date: expect.anything() })
      expect(await statesOf(db, [...slotIds.values()])).toBe('obb')
      await judgeAsCommit(db)
    }))
})

describe('a visit in the night in which the clocks go back', () => {
  it('lasts as long as it does on other days, over the hour that occurs twice', () =>
    inTransaction(async (db) => {
      const { autumn } = await sundays(db)
      const { clinicId, slotIds, serviceId, customer } = await aNight(db, autumn, '150 minutes')
      // The slot from 2:30 to 3:00 lasts an hour and a half: from 2:30 for the first time to 3:00, which is an hour later.
      const booking = await db.as(customer.claims, () =>
        book(db, clinicId, slotIds.get('01:30') as string, { serviceId }),
      )
      expect(await statesOf(db, [...slotIds.values()])).toBe('obbboo')
      expect(hours(booking.visit_starts_at, booking.visit_ends_at)).toBe(2.5)
      const clock = await db.one(
        `select to_char($1::timestamptz at time zone $3, 'HH24:MI') as start, to_char($2::timestamptz at time zone $3, 'HH24:MI') as end`,
        [booking.visit_starts_at, booking.visit_ends_at, zone],
      )
      expect(clock).toEqual({ start: '01:30', end: '03:00' })
      await judgeAsCommit(db)
    }))
})

describe('a visit across midnight', () => {
  it('is of the date on which it begins, and moves to slots of one date as a whole', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer } = await aPractice(db, zone)
      const serviceId = await aService(db, clinicId, { doctors: [doctorId], duration: '2 hours' })
      const { day, before } = await db.one<{ day: string; before: string }>(
        `select d.day::text, (d.day - 1)::text as before from (select (now() at time zone $1)::date + 5 as day) d`,
        [zone],
      )
      const midnight = `date '${day}'::timestamp at time zone '${zone}'`
      const slotIds = await aRowOfSlots(db, clinicId, doctorId, 8, { from: `${midnight} - interval '1 hour'` })
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slotIds[0] as string, { serviceId }))
      expect(await statesOf(db, slotIds)).toBe('bbbboooo')
      const dates = () =>
        db.one(
          `select b.slot_date::text as of_visit, array_agg(distinct bs.slot_date::text order by bs.slot_date::text) as of_slots
           from app_public.bookings b
           join app_public.booking_slots bs on bs.clinic_id = b.clinic_id and b.booking_slot_id in (bs.id, bs.head_slot_id)
           where b.id = $1 group by b.slot_date`,
          [id],
        )
      expect(await dates()).toEqual({ of_visit: before, of_slots: [before, day] })
      await judgeAsCommit(db)

      await db.as(customer.claims, () => reschedule(db, clinicId, id, slotIds[2] as string))
      expect(await statesOf(db, slotIds)).toBe('oobbbboo')
      expect(await dates()).toEqual({ of_visit: day, of_slots: [day] })
      expect(new Set((await slotsOf(db, slotIds.slice(2, 6))).map(({ customer_id }) => customer_id)).size).toBe(1)
      await judgeAsCommit(db)
    }))
})
