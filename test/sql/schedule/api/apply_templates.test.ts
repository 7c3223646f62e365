import { describe, expect, it } from '@jest/globals'
import { book, cancel, createSlot, hold, reschedule, withdraw } from '../../../helpers/clinic/operations.ts'
import { aClinic, aCustomer, aDoctor, anEmployee, aTemplate, aTimeSlot } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { clinicDate } from '../../../helpers/time/dates.ts'

const generate = (db: Db, clinicId: string, from: string, to: string) =>
  db.query('select app_public.generate_booking_slots($1, $2, $3)', [clinicId, from, to])

/** A clinic whose doctor works every day at nine and at ten, with slots for the coming week from tomorrow on. */
async function aWeek(db: Db) {
  const clinicId = await aClinic(db)
  const doctorId = await aDoctor(db, clinicId)
  const nine = await aTimeSlot(db, clinicId, '09:00', '09:30')
  const ten = await aTimeSlot(db, clinicId, '10:00', '10:30')
  for (let weekday = 1; weekday <= 7; weekday++)
    for (const timeSlot of [nine, ten]) await aTemplate(db, clinicId, doctorId, timeSlot, weekday)
  await generate(db, clinicId, clinicDate(1), clinicDate(7))
  const slotsAt = async (timeSlot: string) =>
    (
      await db.query<{ id: string }>(
        'select id from app_public.booking_slots where clinic_id = $1 and time_slot_id = $2 and not superseded and slot_date >= $3 order by slot_date',
        [clinicId, timeSlot, clinicDate(1)],
      )
    ).map(({ id }) => id)
  const { customerId } = await aCustomer(db)
  const desk = await anEmployee(db, clinicId, 'receptionist')
  return { clinicId, doctorId, nine, ten, slotsAt, customerId, desk }
}

const apply = (db: Db, clinicId: string) =>
  db.one<{ slots_made: number; overlapping: number }>('select * from app_public.apply_templates($1)', [clinicId])
const list = (db: Db, clinicId: string) =>
  db.query(
    'select id, booking_id, reason, resolution from app_public.rebooking_list where clinic_id = $1 order by booking_id, id',
    [clinicId],
  )
/** The number of slots from tomorrow on, by local start and state. */
const calendar = (db: Db, clinicId: string) =>
  db.query(
    `select (bs.starts_at at time zone c.time_zone)::time::text as at, bs.status, count(*)::int from app_public.booking_slots bs join app_public.clinics c on c.id = bs.clinic_id
     where bs.clinic_id = $1 and bs.slot_date between $2 and $3 group by 1, 2 order by 1, 2`,
    [clinicId, clinicDate(1), clinicDate(7)],
  )
const isNoted = async (db: Db, clinicId: string) =>
  (
    await db.query(
      `select from app_private.clinics_with_changed_templates(now() + interval '2 minutes') where clinic_id = $1`,
      [clinicId],
    )
  ).length === 1

describe('a time slot that moves', () => {
  it('moves free slots, leaves booked ones, and lists their bookings', () =>
    inTransaction(async (db) => {
      const { clinicId, nine, slotsAt, customerId, desk } = await aWeek(db)
      const [first, second, third] = await slotsAt(nine)
      const kept = await book(db, clinicId, first as string, { customerId })
      // A slot that was booked and is free again: its booking still refers to it.
      await cancel(db, clinicId, (await book(db, clinicId, second as string, { customerId })).id)
      await withdraw(db, clinicId, third as string)
      await db.query(`update app_public.time_slots set start_time = '09:15', end_time = '09:45' where id = $1`, [nine])
      expect(await isNoted(db, clinicId)).toBe(true)

      expect(await apply(db, clinicId)).toMatchObject({ overlapping: 0 })
      expect((await calendar(db, clinicId)).filter(({ at }) => at < '10')).toEqual([
        { at: '09:00:00', status: 'booked', count: 1 },
        { at: '09:00:00', status: 'withdrawn', count: 6 },
        // No new slot is made where a booking takes the place, or where the clinic withdrew the slot by hand.
        { at: '09:15:00', status: 'open', count: 5 },
      ])
      const [entry] = await list(db, clinicId)
      expect(entry).toMatchObject({ booking_id: kept.id, reason: 'time_moved', resolution: null })
      expect(await isNoted(db, clinicId)).toBe(false)
      // The desk sees it; running again changes nothing.
      expect(await db.as(desk.claims, () => list(db, clinicId))).toHaveLength(1)
      const before = await calendar(db, clinicId)
      expect(await apply(db, clinicId)).toMatchObject({ slots_made: 0 })
      expect(await calendar(db, clinicId)).toEqual(before)
      expect(await list(db, clinicId)).toHaveLength(1)

      // After the rebooking the entry is resolved, and the new slot replaces the old one.
      await reschedule(db, clinicId, kept.id, (await slotsAt(nine))[4] as string)
      expect(await list(db, clinicId)).toMatchObject([{ resolution: 'rebooked' }])
      expect(await isNoted(db, clinicId)).toBe(true)
      await apply(db, clinicId)
      expect((await calendar(db, clinicId)).filter(({ at, status }) => at < '10' && status !== 'withdrawn')).toEqual(
        [
          { at: '09:15:00', status: 'open', count: 5 },
          { at: '09:15:00', status: 'booked', count: 1 },
        ].sort((a, b) => (a.status === 'open' ? -1 : b.status === 'open' ? 1 : 0)),
      )
    }))
})

describe('a template that is removed', () => {
  it('removes its free slots; bookings are listed, and leave the list by themselves', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, ten, slotsAt, customerId } = await aWeek(db)
      const [first, second, third, fourth] = await slotsAt(ten)
      const cancelled = await book(db, clinicId, first as string, { customerId })
      const dismissed = await book(db, clinicId, second as string, { customerId })
      const back = await book(db, clinicId, third as string, { customerId })
      await hold(db, clinicId, fourth as string, { customerId })
      await db.query('delete from app_public.doctor_slot_templates where clinic_id = $1 and time_slot_id = $2', [
        clinicId,
        ten,
      ])
      await apply(db, clinicId)
      expect((await calendar(db, clinicId)).filter(({ at }) => at > '10')).toEqual([
        { at: '10:00:00', status: 'held', count: 1 },
        { at: '10:00:00', status: 'booked', count: 3 },
        { at: '10:00:00', status: 'withdrawn', count: 3 },
      ])
      expect((await list(db, clinicId)).map((row) => [row.booking_id, row.reason])).toEqual(
        [cancelled, dismissed, back].map(({ id }) => [id, 'template_gone']),
      )
      // A patient holds a slot, so the clinic stays noted and is looked at again when the hold is over.
      expect(await isNoted(db, clinicId)).toBe(true)

      await cancel(db, clinicId, cancelled.id)
      const entries = await list(db, clinicId)
      const entry = entries.find(({ booking_id }) => booking_id === dismissed.id)
      await db.query('select app_public.dismiss_rebooking($1, $2)', [clinicId, entry?.id])
      await expectRefusal(
        db.query('select app_public.dismiss_rebooking($1, $2)', [clinicId, entry?.id]),
        'rebooking_not_found',
      )
      await apply(db, clinicId)
      expect((await list(db, clinicId)).map(({ resolution }) => resolution)).toEqual(['ended', 'dismissed', null])
      // The slot of the cancelled booking is not offered to anybody.
      expect((await calendar(db, clinicId)).filter(({ at, status }) => at > '10' && status === 'open')).toEqual([])

      for (let weekday = 1; weekday <= 7; weekday++) await aTemplate(db, clinicId, doctorId, ten, weekday)
      await apply(db, clinicId)
      expect((await list(db, clinicId)).map(({ resolution }) => resolution)).toEqual([
        'ended',
        'dismissed',
        'fits_again',
      ])
      expect((await calendar(db, clinicId)).filter(({ at, status }) => at > '10' && status === 'open')).toEqual([
        { at: '10:00:00', status: 'open', count: 4 },
      ])
    }))
})

describe('apply_templates', () => {
  it('leaves slots made by hand, and makes the slots of a new template for the dates that have slots', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aWeek(db)
      const evening = await aTimeSlot(db, clinicId, '19:00', '19:30')
      await createSlot(db, clinicId, doctorId, evening, clinicDate(1))
      const noon = await aTimeSlot(db, clinicId, '12:00', '12:30')
      for (let weekday = 1; weekday <= 7; weekday++) await aTemplate(db, clinicId, doctorId, noon, weekday)
      expect(await apply(db, clinicId)).toMatchObject({ slots_made: expect.any(Number) })
      expect((await calendar(db, clinicId)).filter(({ at }) => at > '11')).toEqual([
        { at: '12:00:00', status: 'open', count: 7 },
        { at: '19:00:00', status: 'open', count: 1 },
      ])
    }))

  it('fills no gap between the dates that generations covered', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const doctorId = await aDoctor(db, clinicId)
      const nine = await aTimeSlot(db, clinicId)
      for (let weekday = 1; weekday <= 7; weekday++) await aTemplate(db, clinicId, doctorId, nine, weekday)
      const dates = async () =>
        (
          await db.query<{ day: number }>(
            `select slot_date - $2::date as day from app_public.booking_slots
             where clinic_id = $1 and status = 'open' order by slot_date`,
            [clinicId, clinicDate(0)],
          )
        ).map(({ day }) => day)
      for (const day of [3, 30, 31]) await generate(db, clinicId, clinicDate(day), clinicDate(day))
      // A slot made by hand does not count as generated.
      await createSlot(db, clinicId, doctorId, nine, clinicDate(20))
      for (const [from, to] of [
        ['11:00', '11:30'],
        ['12:00', '12:30'],
      ]) {
        await db.query('update app_public.time_slots set start_time = $2, end_time = $3 where id = $1', [
          nine,
          from,
          to,
        ])
        await apply(db, clinicId)
        expect(await dates()).toEqual([3, 20, 30, 31])
      }
      await db.query('delete from app_public.doctor_slot_templates where clinic_id = $1', [clinicId])
      await apply(db, clinicId)
      expect(await dates()).toEqual([20])
      for (let weekday = 1; weekday <= 7; weekday++) await aTemplate(db, clinicId, doctorId, nine, weekday)
      await apply(db, clinicId)
      expect(await dates()).toEqual([3, 20, 30, 31])
    }))

  it('removes slots of removed templates also more than a year ahead, where it makes none', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aWeek(db)
      await generate(db, clinicId, clinicDate(400), clinicDate(401))
      const far = () =>
        db.query(`select from app_public.booking_slots where clinic_id = $1 and status = 'open' and slot_date > $2`, [
          clinicId,
          clinicDate(300),
        ])
      expect(await far()).toHaveLength(4)
      await db.query('delete from app_public.doctor_slot_templates where doctor_id = $1', [doctorId])
      await apply(db, clinicId)
      expect(await far()).toHaveLength(0)
    }))

  it('gives a doctor who is active again the slots of the days ahead, except those withdrawn by hand', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, slotsAt } = await aWeek(db)
      await withdraw(db, clinicId, (await slotsAt(nine))[2] as string)
      const before = await calendar(db, clinicId)
      await apply(db, clinicId)
      await db.query('select app_public.deactivate_doctor($1, $2, true)', [clinicId, doctorId])
      await db.query('update app_public.doctors set is_active = true where id = $1', [doctorId])
      expect(await isNoted(db, clinicId)).toBe(true)
      expect(await apply(db, clinicId)).toMatchObject({ slots_made: 13, overlapping: 0 })
      const open = (rows: Record<string, unknown>[]) => rows.filter(({ status }) => status === 'open')
      expect(open(await calendar(db, clinicId))).toEqual(open(before))
    }))

  it('does the same after the whole clinic was closed', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aWeek(db)
      const before = await calendar(db, clinicId)
      await db.query('select app_public.deactivate_clinic($1, true)', [clinicId])
      await db.query('update app_public.clinics set is_active = true where id = $1', [clinicId])
      await db.query('update app_public.doctors set is_active = true where id = $1', [doctorId])
      await apply(db, clinicId)
      expect((await calendar(db, clinicId)).filter(({ status }) => status === 'open')).toEqual(before)
    }))

  it('does nothing for dates without generated slots', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      await aTemplate(db, clinicId, await aDoctor(db, clinicId), await aTimeSlot(db, clinicId), 1)
      expect(await apply(db, clinicId)).toMatchObject({ slots_made: null })
      expect(await isNoted(db, clinicId)).toBe(false)
    }))

  it('waits for a minute after the last change if it is not called', () =>
    inTransaction(async (db) => {
      const { clinicId, ten } = await aWeek(db)
      await db.query(`update app_public.time_slots set end_time = '10:45' where id = $1`, [ten])
      const due = async (after: string) =>
        (
          await db.query(
            'select from app_private.clinics_with_changed_templates(now() + $2::interval) where clinic_id = $1',
            [clinicId, after],
          )
        ).length
      expect([await due('59 seconds'), await due('60 seconds')]).toEqual([0, 1])
    }))
})
