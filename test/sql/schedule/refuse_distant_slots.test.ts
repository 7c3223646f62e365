import { describe, expect, it } from '@jest/globals'
import { createSlot } from '../../helpers/clinic/operations.ts'
import { aPractice, aTemplate, aTimeSlot } from '../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../helpers/database/database.ts'

// A mistyped year, such as 20271 for 2027: a slot starts at most three years from now, however it is made.

const inYears = (years: number, days: number) => {
  const day = new Date()
  day.setUTCFullYear(day.getUTCFullYear() + years, day.getUTCMonth(), day.getUTCDate() + days)
  return day.toISOString().slice(0, 10)
}

describe('a slot', () => {
  it.each([inYears(3, 2), '9999-12-31', '20271-03-04'])(
    'more than three years from now is refused when the desk makes it, on %s',
    (date) =>
      inTransaction(async (db) => {
        const { clinicId, doctorId, receptionist } = await aPractice(db)
        const timeSlotId = await aTimeSlot(db, clinicId)
        await db.as(receptionist.claims)
        const { detail } = await expectRefusal(
          createSlot(db, clinicId, doctorId, timeSlotId, date),
          'slot_too_far_ahead',
        )
        expect(JSON.parse(detail ?? '')).toEqual({
          slotDate: date,
          latestStart: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        })
      }),
  )

  it('more than three years from now is refused when a DBA inserts it', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aPractice(db, 'UTC')
      const insert = async (start: string) =>
        db.query(
          `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
           select $1, $2, $3, (at at time zone 'UTC')::date, tstzrange(at, at + interval '20 minutes') from (select ${start} as at) t`,
          [clinicId, doctorId, await aTimeSlot(db, clinicId)],
        )
      const limit = `(now() at time zone 'UTC' + interval '3 years') at time zone 'UTC'`
      await expectRefusal(insert(`${limit} + interval '1 second'`), 'slot_too_far_ahead')
      await insert(limit)
    }))

  it('more than three years from now is refused when a manager generates it, and so is the range of dates without a slot', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, manager } = await aPractice(db)
      const generate = (from: string, to: string) =>
        db.query('select app_public.generate_booking_slots($1, $2, $3)', [clinicId, from, to])
      await db.as(manager.claims, async () => {
        await expectRefusal(generate('9999-01-01', '9999-12-31'), 'slot_too_far_ahead')
        await expectRefusal(generate(inYears(3, -3), inYears(3, 3)), 'slot_too_far_ahead')
      })
      await aTemplate(db, clinicId, doctorId, await aTimeSlot(db, clinicId), 1)
      await db.as(manager.claims, () => expectRefusal(generate(inYears(3, -3), inYears(3, 8)), 'slot_too_far_ahead'))
      expect(await db.query('select from app_public.slot_generation_runs where clinic_id = $1', [clinicId])).toEqual([])
    }))

  it('may lie up to three years from now', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, receptionist } = await aPractice(db)
      const timeSlotId = await aTimeSlot(db, clinicId)
      await db.as(receptionist.claims)
      expect(await createSlot(db, clinicId, doctorId, timeSlotId, inYears(3, -2))).toMatchObject({ status: 'open' })
    }))
})
