import { describe, expect, it } from '@jest/globals'
import { addAbsence, openInAbsences, removeAbsence } from '../../../helpers/clinic/absences.ts'
import { statesOf } from '../../../helpers/clinic/visits.ts'
import { inTransaction } from '../../../helpers/database/database.ts'
import { aDoctorsDay, generate, nextDay, slotsOn } from './a_doctors_day.ts'

describe('generation', () => {
  it('makes no slots in an absence, and reports how many', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date } = await aDoctorsDay(db)
      const [first, second] = [nextDay(date, 1), nextDay(date, 2)]
      await addAbsence(db, clinicId, { doctorId, from: first, start: '10:00', until: second, end: '09:30' })
      expect(await generate(db, clinicId, first, second)).toMatchObject({
        slots_made: 5,
        templates_passed_over: 3,
        doctor_absent: 3,
        examples: [],
      })
      expect(await statesOf(db, await slotsOn(db, clinicId, first))).toBe('oo')
      expect(await statesOf(db, await slotsOn(db, clinicId, second))).toBe('ooo')
    }))

  it('counts slots that were made before the absence as existing', () =>
    inTransaction(async (db) => {
      const { clinicId, date } = await aDoctorsDay(db)
      await addAbsence(db, clinicId, { from: date, kind: 'holiday' })
      expect(await generate(db, clinicId, date)).toMatchObject({ slots_made: 0, doctor_absent: 0 })
    }))

  it('makes the slots that it left out when the absence has been removed', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date } = await aDoctorsDay(db)
      const day = nextDay(date)
      const { id } = await addAbsence(db, clinicId, { doctorId, from: day })
      await generate(db, clinicId, day)
      await removeAbsence(db, clinicId, id)
      // A minute later the job applies the change.
      expect(
        await db.query(
          `select clinic_id from app_private.clinics_with_changed_templates(now() + interval '2 minutes')`,
        ),
      ).toContainEqual({ clinic_id: clinicId })
      await db.query('select app_private.follow_templates($1)', [clinicId])
      expect(await statesOf(db, await slotsOn(db, clinicId, day))).toBe('oooo')
      expect(await db.query(openInAbsences, [[clinicId]])).toEqual([])
    }))
})
