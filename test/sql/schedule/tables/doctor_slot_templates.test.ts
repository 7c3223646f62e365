import { describe, expect, it } from '@jest/globals'
import { aClinic, aDoctor, anEmployee, aTemplate, aTimeSlot } from '../../../helpers/clinic/world.ts'
import { expectViolation } from '../../../helpers/database/constraints.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'

type Hours = [start: string, end: string, weekday: number]

const overlap = 'templates_of_a_doctor_never_overlap'

async function aDoctorsWeek(db: Db) {
  const clinicId = await aClinic(db)
  const doctorId = await aDoctor(db, clinicId)
  const template = async (start: string, end: string, weekday: number, from?: string | null, until?: string | null) =>
    aTemplate(db, clinicId, doctorId, await aTimeSlot(db, clinicId, start, end), weekday, from, until)
  return { clinicId, doctorId, template }
}

describe('templates of a doctor never overlap', () => {
  it.each<[string, Hours, Hours]>([
    ['the same time', ['09:00', '10:00', 1], ['09:00', '10:00', 1]],
    ['a part of the time', ['09:00', '10:00', 1], ['09:30', '10:30', 1]],
    ['a time within', ['09:00', '12:00', 5], ['10:00', '10:30', 5]],
    ['a night and the next morning', ['22:00', '06:00', 2], ['05:30', '06:30', 3]],
    ['Sunday night and Monday morning', ['23:00', '01:00', 7], ['00:30', '01:30', 1]],
    ['Monday morning and the Sunday night before', ['00:00', '00:30', 1], ['23:30', '00:15', 7]],
  ])('%s is refused', (_, first, second) =>
    inTransaction(async (db) => {
      const { template } = await aDoctorsWeek(db)
      await template(...first)
      await expectViolation(template(...second), 'exclusion_violation', overlap)
    }),
  )

  it.each<[string, Hours, Hours]>([
    ['one after the other', ['09:00', '10:00', 1], ['10:00', '11:00', 1]],
    ['the same time on another weekday', ['09:00', '10:00', 1], ['09:00', '10:00', 2]],
    ['a night and what begins when it ends', ['22:00', '06:00', 2], ['06:00', '07:00', 3]],
    ['up to midnight and from midnight on', ['23:00', '00:00', 7], ['00:00', '01:00', 1]],
    ['Sunday night and Monday after it', ['23:00', '01:00', 7], ['01:00', '02:00', 1]],
    ['a night and the evening of its own day', ['22:00', '06:00', 2], ['20:00', '22:00', 2]],
  ])('%s is fine', (_, first, second) =>
    inTransaction(async (db) => {
      const { template } = await aDoctorsWeek(db)
      await template(...first)
      await template(...second)
    }),
  )

  it('while both are valid: the first may end on the day before the second begins', () =>
    inTransaction(async (db) => {
      const { template } = await aDoctorsWeek(db)
      await template('09:00', '10:00', 1, null, '2027-03-31')
      await expectViolation(template('09:00', '10:00', 1, '2027-03-31'), 'exclusion_violation', overlap)
      await template('09:00', '10:00', 1, '2027-04-01', '2027-04-30')
      await expectViolation(template('09:30', '09:45', 1, null, '2027-01-01'), 'exclusion_violation', overlap)
      await expectViolation(template('09:30', '09:45', 1, '2027-04-30', null), 'exclusion_violation', overlap)
      await template('09:30', '09:45', 1, '2027-05-01', null)
    }))

  it('but two doctors may have the same hours', () =>
    inTransaction(async (db) => {
      const { clinicId, template } = await aDoctorsWeek(db)
      await template('09:00', '10:00', 1)
      await aTemplate(db, clinicId, await aDoctor(db, clinicId), await aTimeSlot(db, clinicId, '09:00', '10:00'), 1)
    }))

  it('even when a template is moved to another weekday or time slot', () =>
    inTransaction(async (db) => {
      const { clinicId, template } = await aDoctorsWeek(db)
      await template('09:00', '10:00', 1)
      const id = await template('09:30', '10:30', 2)
      await expectViolation(
        db.query('update app_public.doctor_slot_templates set weekday = 1 where id = $1', [id]),
        'exclusion_violation',
        overlap,
      )
      const night = await aTimeSlot(db, clinicId, '23:00', '10:00')
      await expectViolation(
        db.query('update app_public.doctor_slot_templates set weekday = 7, time_slot_id = $2 where id = $1', [
          id,
          night,
        ]),
        'exclusion_violation',
        overlap,
      )
    }))

  it('ignores what a DBA writes into week_minutes', () =>
    inTransaction(async (db) => {
      const { template } = await aDoctorsWeek(db)
      const id = await template('09:00', '10:00', 1)
      expect(
        await db.one(
          `update app_public.doctor_slot_templates set week_minutes = '{}' where id = $1 returning week_minutes::text`,
          [id],
        ),
      ).toEqual({ week_minutes: '{[540,600)}' })
    }))
})

describe('a time slot that moves', () => {
  const move = (db: Db, timeSlotId: string, start: string, end: string) =>
    db.query('update app_public.time_slots set start_time = $2, end_time = $3 where id = $1', [timeSlotId, start, end])

  it('moves its templates', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aDoctorsWeek(db)
      const timeSlotId = await aTimeSlot(db, clinicId, '09:00', '10:00')
      for (const weekday of [1, 7]) await aTemplate(db, clinicId, doctorId, timeSlotId, weekday)
      await move(db, timeSlotId, '23:30', '00:30')
      expect(
        await db.query(
          'select week_minutes::text from app_public.doctor_slot_templates where time_slot_id = $1 order by weekday',
          [timeSlotId],
        ),
      ).toEqual([{ week_minutes: '{[1410,1470)}' }, { week_minutes: '{[0,30),[10050,10080)}' }])
    }))

  it('is refused when two templates of a doctor would then overlap, also for its manager', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, template } = await aDoctorsWeek(db)
      const timeSlotId = await aTimeSlot(db, clinicId, '09:00', '10:00')
      await aTemplate(db, clinicId, doctorId, timeSlotId, 1)
      await template('10:00', '11:00', 1)
      await db.as((await anEmployee(db, clinicId, 'manager')).claims)
      await expectViolation(move(db, timeSlotId, '09:30', '10:30'), 'exclusion_violation', overlap)
      await move(db, timeSlotId, '08:30', '10:00')
    }))

  it('does not move slots that were made before', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aDoctorsWeek(db)
      const timeSlotId = await aTimeSlot(db, clinicId, '09:00', '10:00')
      await db.query('select app_public.create_booking_slot($1, $2, $3, current_date + 7)', [
        clinicId,
        doctorId,
        timeSlotId,
      ])
      const times = () =>
        db.query('select starts_at, ends_at from app_public.booking_slots where clinic_id = $1 order by id', [clinicId])
      const before = await times()
      await move(db, timeSlotId, '14:00', '15:00')
      expect(await times()).toEqual(before)
    }))
})

it('a template of an unknown time slot, or of one of another clinic, is refused', () =>
  inTransaction(async (db) => {
    const { clinicId, doctorId } = await aDoctorsWeek(db)
    const elsewhere = await aTimeSlot(db, await aClinic(db))
    await expectRefusal(aTemplate(db, clinicId, doctorId, elsewhere, 1), 'time_slot_not_found')
    await expectRefusal(aTemplate(db, clinicId, doctorId, '0', 1), 'time_slot_not_found')
  }))
