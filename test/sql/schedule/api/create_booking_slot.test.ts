import { describe, expect, it } from '@jest/globals'
import { book, createSlot, hold, slotOf, withdraw } from '../../../helpers/clinic/operations.ts'
import {
  aClinic,
  aCustomer,
  aDoctor,
  anAccount,
  anEmployee,
  aPractice,
  aTemplate,
  aTimeSlot,
  noonZone,
} from '../../../helpers/clinic/world.ts'
import { expectViolation } from '../../../helpers/database/constraints.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { clinicDate } from '../../../helpers/time/dates.ts'

/** A practice that wants its nine o'clock slot on a day ahead. */
async function aWish(db: Db, timeZone?: string) {
  const practice = await aPractice(db, timeZone)
  const date = clinicDate(14)
  return { ...practice, timeSlotId: await aTimeSlot(db, practice.clinicId, '09:00', '10:00'), date }
}

/** A slot's local start and end by the clock of its clinic. */
const hours = async (db: Db, slotId: string) =>
  (
    await db.one<{ hours: string }>(
      `select to_char(bs.starts_at at time zone c.time_zone, 'HH24:MI-') || to_char(bs.ends_at at time zone c.time_zone, 'HH24:MI') as hours
       from app_public.booking_slots bs join app_public.clinics c on c.id = bs.clinic_id where bs.id = $1`,
      [slotId],
    )
  ).hours

const moveTimeSlot = (db: Db, timeSlotId: string, start: string, end: string) =>
  db.query('update app_public.time_slots set start_time = $2, end_time = $3 where id = $1', [timeSlotId, start, end])

describe('a withdrawn slot that is opened again', () => {
  it('gets the hours to which its time slot was moved: another slot takes its place', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId, date } = await aWish(db)
      const first = await createSlot(db, clinicId, doctorId, timeSlotId, date)
      await withdraw(db, clinicId, first.id)
      await moveTimeSlot(db, timeSlotId, '14:00', '14:45')
      const again = await createSlot(db, clinicId, doctorId, timeSlotId, date)
      expect(again).toMatchObject({ status: 'open', superseded: false })
      expect(await hours(db, again.id)).toBe('14:00-14:45')
      expect(await slotOf(db, first.id)).toMatchObject({ status: 'withdrawn', superseded: true })
      expect(await hours(db, first.id)).toBe('09:00-10:00')
      // The opened slot is now the existing one.
      await expectRefusal(createSlot(db, clinicId, doctorId, timeSlotId, date), 'slot_exists')
    }))

  it("gets its hours by the clock of the clinic's corrected time zone", () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId, date, slotId } = await aWish(db)
      const first = await createSlot(db, clinicId, doctorId, timeSlotId, date)
      for (const id of [first.id, slotId]) await withdraw(db, clinicId, id)
      await db.query(`update app_public.clinics set time_zone = 'America/New_York' where id = $1`, [clinicId])
      const again = await createSlot(db, clinicId, doctorId, timeSlotId, date)
      expect(await hours(db, again.id)).toBe('09:00-10:00')
      expect(again).toMatchObject({ status: 'open' })
    }))

  it('may be opened when another slot has its old time, but not when one has the new time', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId, date } = await aWish(db)
      const first = await createSlot(db, clinicId, doctorId, timeSlotId, date)
      await withdraw(db, clinicId, first.id)
      await createSlot(db, clinicId, doctorId, await aTimeSlot(db, clinicId, '09:30', '10:30'), date)
      await createSlot(db, clinicId, doctorId, await aTimeSlot(db, clinicId, '16:00', '17:00'), date)
      await moveTimeSlot(db, timeSlotId, '15:30', '16:30')
      await expectRefusal(createSlot(db, clinicId, doctorId, timeSlotId, date), 'slot_overlaps')
      expect(await slotOf(db, first.id)).toMatchObject({ status: 'withdrawn', superseded: false })
      await moveTimeSlot(db, timeSlotId, '14:00', '15:00')
      expect(await createSlot(db, clinicId, doctorId, timeSlotId, date)).toMatchObject({ status: 'open' })
    }))

  it('is refused when the hours of its time slot have passed', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aWish(db, noonZone())
      const timeSlotId = await aTimeSlot(db, clinicId, '18:00', '18:30')
      const { today } = await db.one<{ today: string }>('select (now() at time zone $1)::date::text as today', [
        noonZone(),
      ])
      const { id } = await createSlot(db, clinicId, doctorId, timeSlotId, today)
      await withdraw(db, clinicId, id)
      await moveTimeSlot(db, timeSlotId, '04:00', '04:30')
      await expectRefusal(createSlot(db, clinicId, doctorId, timeSlotId, today), 'slot_in_the_past')
      // No template asks for a slot made by hand, and applying templates must not withdraw it.
      await moveTimeSlot(db, timeSlotId, '19:00', '19:30')
      expect(await createSlot(db, clinicId, doctorId, timeSlotId, today)).toMatchObject({ status: 'open' })
    }))

  it('cannot be opened by a plain update in the past or at old hours', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId, date } = await aWish(db)
      const open = (id: string) =>
        db.query(`update app_public.booking_slots set status = 'open' where id = $1 returning id`, [id])
      const { id } = await createSlot(db, clinicId, doctorId, timeSlotId, date)
      await withdraw(db, clinicId, id)
      expect(await open(id)).toHaveLength(1)
      await withdraw(db, clinicId, id)
      await moveTimeSlot(db, timeSlotId, '14:00', '14:45')
      await expectViolation(open(id), 'check_violation', 'slots_are_opened_again_at_the_hours_of_their_time_slot')
      const { past } = await db.one<{ past: string }>(
        `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, status)
         select $1, $2, $3, d, app_hidden.local_range(d, '14:00', '14:45', 'Europe/Berlin'), 'withdrawn'
         from (select current_date - 2) t (d) returning id as past`,
        [clinicId, doctorId, timeSlotId],
      )
      await expectRefusal(open(past), 'slot_in_the_past')
    }))

  it.each([
    ['follows its template again', true],
    ['is one made by hand when its template has gone', false],
  ])('%s', (_, hasTemplate) =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId, date } = await aWish(db)
      const { weekday } = await db.one<{ weekday: number }>('select extract(isodow from $1::date)::int as weekday', [
        date,
      ])
      const templateId = await aTemplate(db, clinicId, doctorId, timeSlotId, weekday)
      await db.query('select app_public.generate_booking_slots($1, $2, $2)', [clinicId, date])
      const { id } = await db.one<{ id: string }>(
        'select id from app_public.booking_slots where clinic_id = $1 and time_slot_id = $2',
        [clinicId, timeSlotId],
      )
      await withdraw(db, clinicId, id)
      await moveTimeSlot(db, timeSlotId, '11:00', '12:00')
      if (!hasTemplate) await db.query('delete from app_public.doctor_slot_templates where id = $1', [templateId])
      const again = await createSlot(db, clinicId, doctorId, timeSlotId, date)
      await moveTimeSlot(db, timeSlotId, '13:00', '14:00')
      await db.query('select app_public.apply_templates($1)', [clinicId])
      const open = await db.query<{ id: string }>(
        `select id from app_public.booking_slots where clinic_id = $1 and time_slot_id = $2 and status = 'open'`,
        [clinicId, timeSlotId],
      )
      expect(open).toHaveLength(1)
      expect(await hours(db, open[0]?.id as string)).toBe(hasTemplate ? '13:00-14:00' : '11:00-12:00')
      expect(open[0]?.id === again.id).toBe(!hasTemplate)
    }),
  )
})

describe('create_booking_slot', () => {
  it("makes one open slot at the time slot's hours on the clinic's local date, and records an event", () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId, date, receptionist } = await aWish(db)
      const slot = await db.as(receptionist.claims, () => createSlot(db, clinicId, doctorId, timeSlotId, date))
      expect(slot).toMatchObject({ status: 'open', customer_id: null, held_until: null, doctor_id: doctorId })
      expect(
        await db.one(
          `select slot_date::text, to_char(starts_at at time zone 'Europe/Berlin', 'YYYY-MM-DD HH24:MI') as local_start,
                  ends_at - starts_at = '1 hour' as is_an_hour
           from app_public.booking_slots where id = $1`,
          [slot.id],
        ),
      ).toEqual({ slot_date: date, local_start: `${date} 09:00`, is_an_hour: true })
      expect(
        await db.query('select from_state, to_state, actor from app_public.events where booking_slot_id = $1', [
          slot.id,
        ]),
      ).toEqual([{ from_state: null, to_state: 'open', actor: 'staff' }])
    }))

  it('opens a withdrawn one again: the same slot', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId, date } = await aWish(db)
      const first = await createSlot(db, clinicId, doctorId, timeSlotId, date)
      await withdraw(db, clinicId, first.id)
      const again = await createSlot(db, clinicId, doctorId, timeSlotId, date)
      expect(again).toMatchObject({ id: first.id, status: 'open' })
    }))

  it('under one idempotency key, makes or reopens one slot and returns it as it was then', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId, date, receptionist } = await aWish(db)
      const elsewhere = await aWish(db)
      await db.as(receptionist.claims)
      const create = (key: string, day = date) => createSlot(db, clinicId, doctorId, timeSlotId, day, key)
      const made = await create('make')
      expect(await create('make')).toEqual(made)
      await withdraw(db, clinicId, made.id)
      const reopened = await create('reopen')
      await withdraw(db, clinicId, made.id)
      expect([await create('make'), await create('reopen')]).toEqual([made, reopened])
      await db.asOwner()
      expect(await slotOf(db, made.id)).toMatchObject({ status: 'withdrawn' })
      await db.as(receptionist.claims)
      const { next } = await db.one<{ next: string }>('select ($1::date + 1)::text as next', [date])
      await expectRefusal(create('make', next), 'idempotency_key_reused')
      await db.as(elsewhere.receptionist.claims, () => expectRefusal(create('make'), 'forbidden'))
    }))

  it('makes a slot that has begun but is not over: a walk-in can still have it', () =>
    inTransaction(async (db) => {
      // In a zone without clock changes: in the second occurrence of a repeated hour, all its local times are over.
      const { clinicId, doctorId } = await aWish(db, 'Asia/Dubai')
      const clock = await db.one<{ date: string; start: string; end: string }>(
        `select t::date::text as date, to_char(t, 'HH24:MI') as start, to_char(t + interval '2 minutes', 'HH24:MI') as end
         from (select date_trunc('minute', now() at time zone 'Asia/Dubai')) as clock (t)`,
      )
      const timeSlotId = await aTimeSlot(db, clinicId, clock.start, clock.end)
      expect(await createSlot(db, clinicId, doctorId, timeSlotId, clock.date)).toMatchObject({ status: 'open' })
    }))

  it('refuses a slot that exists: open, held or booked', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId, date, customer } = await aWish(db)
      const again = () => expectRefusal(createSlot(db, clinicId, doctorId, timeSlotId, date), 'slot_exists')
      const { id } = await createSlot(db, clinicId, doctorId, timeSlotId, date)
      expect(JSON.parse((await again()).detail ?? '')).toEqual({ bookingSlotId: id })
      await db.as(customer.claims, () => hold(db, clinicId, id))
      await again()
      await db.as(customer.claims, () => book(db, clinicId, id))
      await again()
      expect(await slotOf(db, id)).toMatchObject({ status: 'booked' })
    }))

  it('refuses one that overlaps another of the doctor, new or opened again', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId, date } = await aWish(db)
      const first = await createSlot(db, clinicId, doctorId, timeSlotId, date)
      const half = await aTimeSlot(db, clinicId, '09:30', '10:30')
      await expectRefusal(createSlot(db, clinicId, doctorId, half, date), 'slot_overlaps')
      await withdraw(db, clinicId, first.id)
      await createSlot(db, clinicId, doctorId, half, date)
      await expectRefusal(createSlot(db, clinicId, doctorId, timeSlotId, date), 'slot_overlaps')
      // Another doctor is free then.
      await createSlot(db, clinicId, await aDoctor(db, clinicId), timeSlotId, date)
    }))

  it('refuses a doctor who is unknown, of another clinic, or not active', () =>
    inTransaction(async (db) => {
      const { clinicId, timeSlotId, date } = await aWish(db)
      const elsewhere = await aDoctor(db, await aClinic(db))
      const inactive = await aDoctor(db, clinicId)
      await db.query('select app_public.deactivate_doctor($1, $2)', [clinicId, inactive])
      for (const doctorId of ['0', elsewhere, inactive, null])
        await expectRefusal(createSlot(db, clinicId, doctorId as string, timeSlotId, date), 'doctor_not_found')
    }))

  it('refuses a time slot that is unknown, of another clinic, or not active', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId, date } = await aWish(db)
      const elsewhere = await aTimeSlot(db, await aClinic(db))
      await db.query('update app_public.time_slots set is_active = false where id = $1', [timeSlotId])
      for (const id of ['0', elsewhere, timeSlotId, null])
        await expectRefusal(createSlot(db, clinicId, doctorId, id as string, date), 'time_slot_not_found')
    }))

  it('refuses a time that has passed', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId } = await aWish(db)
      const date = clinicDate(-2)
      await expectRefusal(createSlot(db, clinicId, doctorId, timeSlotId, date), 'slot_in_the_past')
    }))

  it('refuses a time that the clocks skip', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aWish(db)
      const timeSlotId = await aTimeSlot(db, clinicId, '02:30', '03:30')
      // The last Sunday of March, next year.
      const { date } = await db.one<{ date: string }>(
        `select (d - extract(dow from d)::int)::text as date
         from make_date(extract(year from now())::int + 1, 3, 31) d`,
      )
      await expectRefusal(createSlot(db, clinicId, doctorId, timeSlotId, date), 'skipped_local_time')
    }))

  it('refuses a missing date, and one outside the range of dates', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId } = await aWish(db)
      await expectRefusal(createSlot(db, clinicId, doctorId, timeSlotId, null), 'invalid_argument')
      await expectRefusal(createSlot(db, clinicId, doctorId, timeSlotId, 'infinity'), 'datetime_field_overflow')
    }))

  it('is for the desk of the clinic', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId, date, manager } = await aWish(db)
      const create = () => createSlot(db, clinicId, doctorId, timeSlotId, date)
      for (const claims of [
        (await anEmployee(db, clinicId, 'doctor', doctorId)).claims,
        (await anEmployee(db, await aClinic(db), 'manager')).claims,
      ])
        await db.as(claims, () => expectRefusal(create(), 'forbidden'))
      for (const claims of [(await aCustomer(db)).claims, {}])
        await db.as(claims, () => expectRefusal(create(), 'insufficient_privilege'))
      await db.as(manager.claims, create)
      await db.as((await anAccount(db, { isAdmin: true })).claims, async () => {
        await expectRefusal(create(), 'slot_exists')
        await expectRefusal(createSlot(db, '0', doctorId, timeSlotId, date), 'clinic_not_found')
      })
    }))
})
