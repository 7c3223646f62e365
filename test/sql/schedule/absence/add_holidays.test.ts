import { describe, expect, it } from '@jest/globals'
import { removeAbsence } from '../../../helpers/clinic/absences.ts'
import { book } from '../../../helpers/clinic/operations.ts'
import { statesOf } from '../../../helpers/clinic/visits.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { aDoctorsDay, nextDay } from './a_doctors_day.ts'

interface Holiday {
  date: string
  start?: string
  name: string
}

const addHolidays = (db: Db, clinicId: string, holidays: Holiday[], region: string | null = 'DE-BE', booked = 'list') =>
  db.query<{ id: string; date: string; start_time: string | null; note: string; kind: string; source_key: string }>(
    `select id, first_date::text as date, start_time::text, note, kind, source_key
     from app_public.add_holidays($1, $2, array(
       select row(h.date, h.start, h.name)::app_public.holiday_to_add
       from jsonb_to_recordset($3) h (date date, start time, name text)), $4) order by first_date`,
    [clinicId, region, JSON.stringify(holidays), booked],
  )

describe('add_holidays', () => {
  it('adds the holidays that a manager has confirmed as absences of all doctors, each once', () =>
    inTransaction(async (db) => {
      const { clinicId, date, slotIds, manager } = await aDoctorsDay(db)
      const other = nextDay(date, 5)
      await db.as(manager.claims)
      const added = await addHolidays(db, clinicId, [
        { date: other, start: '12:00', name: 'Half a holiday' },
        { date, name: 'Spring' },
        { date, start: '12:00', name: 'Flowers' },
      ])
      expect(added).toMatchObject([
        { date, start_time: null, note: 'Flowers, Spring', kind: 'holiday', source_key: `holiday:DE-BE:${date}` },
        { date: other, start_time: '12:00:00', note: 'Half a holiday' },
      ])
      expect(await addHolidays(db, clinicId, [{ date, name: 'Spring' }])).toEqual([])
      // Removed, it can be added again.
      await removeAbsence(db, clinicId, added[0]?.id as string)
      expect(await addHolidays(db, clinicId, [{ date, name: 'Spring' }])).toHaveLength(1)
      await db.asOwner()
      expect(await statesOf(db, slotIds)).toBe('wwww')
    }))

  it('lists visits that are booked on a holiday, or refuses all holidays, as requested', () =>
    inTransaction(async (db) => {
      const { clinicId, date, slotIds, manager, customer } = await aDoctorsDay(db)
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slotIds[0] as string))
      const holidays = [
        { date: nextDay(date, -1), name: 'Eve' },
        { date, name: 'Day' },
      ]
      await db.as(manager.claims)
      await expectRefusal(addHolidays(db, clinicId, holidays, 'DE', 'refuse'), 'still_in_use')
      expect(await db.query('select from app_public.absences where clinic_id = $1', [clinicId])).toEqual([])
      expect(await addHolidays(db, clinicId, holidays, 'DE')).toHaveLength(2)
      expect(
        await db.query('select booking_id, reason from app_public.rebooking_list where clinic_id = $1', [clinicId]),
      ).toEqual([{ booking_id: id, reason: 'doctor_absent' }])
    }))

  it('refuses regions that are none, more than 100 holidays, and callers who are not managers', () =>
    inTransaction(async (db) => {
      const { clinicId, date, manager, desk } = await aDoctorsDay(db)
      await db.as(manager.claims)
      for (const region of [null, '', 'Berlin', 'de', 'DE-BE-X-Y'])
        await expectRefusal(addHolidays(db, clinicId, [{ date, name: 'Day' }], region), 'invalid_argument')
      const many = Array.from({ length: 101 }, (_, n) => ({ date: nextDay(date, n), name: 'Day' }))
      await expectRefusal(addHolidays(db, clinicId, many), 'invalid_argument')
      await db.as(desk.claims, () => expectRefusal(addHolidays(db, clinicId, []), 'forbidden'))
    }))
})
