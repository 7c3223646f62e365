import { describe, expect, it } from '@jest/globals'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database.ts'
import { book, createSlot, hold, slotOf, withdraw } from '../../helpers/operations.ts'
import { aClinic, aCustomer, aDoctor, anAccount, anEmployee, aPractice, aTimeSlot } from '../../helpers/world.ts'

/** A practice that wants its nine o'clock slot on a day ahead. */
async function aWish(db: Db, timeZone?: string) {
  const practice = await aPractice(db, timeZone)
  const { date } = await db.one<{ date: string }>('select (current_date + 14)::text as date')
  return { ...practice, timeSlotId: await aTimeSlot(db, practice.clinicId, '09:00', '10:00'), date }
}

describe('create_booking_slot', () => {
  it("makes one open slot at the time slot's place on the clinic's day, and tells of it", () =>
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

  it('makes a slot that has begun but is not over: a walk-in can still have it', () =>
    inTransaction(async (db) => {
      // Where clocks never change: in the second pass of a doubled hour every time of it is over.
      const { clinicId, doctorId } = await aWish(db, 'Asia/Dubai')
      const clock = await db.one<{ date: string; start: string; end: string }>(
        `select t::date::text as date, to_char(t, 'HH24:MI') as start, to_char(t + interval '2 minutes', 'HH24:MI') as end
         from (select date_trunc('minute', now() at time zone 'Asia/Dubai')) as clock (t)`,
      )
      const timeSlotId = await aTimeSlot(db, clinicId, clock.start, clock.end)
      expect(await createSlot(db, clinicId, doctorId, timeSlotId, clock.date)).toMatchObject({ status: 'open' })
    }))

  it('refuses one that is there: open, held or booked', () =>
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

  it('refuses what is over', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotId } = await aWish(db)
      const { date } = await db.one<{ date: string }>('select (current_date - 2)::text as date')
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

  it('refuses no date, and one beyond all calendars', () =>
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
