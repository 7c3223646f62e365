import { describe, expect, it } from '@jest/globals'
import { addAbsence, openInAbsences, removeAbsence } from '../../../helpers/clinic/absences.ts'
import { book, bookingOf, cancel, createSlot, hold, slotOf, withdraw } from '../../../helpers/clinic/operations.ts'
import { aVisitPractice, statesOf } from '../../../helpers/clinic/visits.ts'
import { aClinic, aDoctor, anEmployee, aSlot, aTimeSlot, noonZone } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { aDoctorsDay, localHours, nextDay } from './a_doctors_day.ts'

const listed = (db: Db, clinicId: string) =>
  db.query('select booking_id, reason, resolution from app_public.rebooking_list where clinic_id = $1 order by id', [
    clinicId,
  ])

describe('add_absence', () => {
  it('of a whole day withdraws the open and the held slots of the doctor, and those of nobody else', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk, customer } = await aDoctorsDay(db)
      const colleagues = await aSlot(db, clinicId, await aDoctor(db, clinicId), 24 * 10)
      await db.as(customer.claims, () => hold(db, clinicId, slotIds[1] as string))
      const { id } = await db.as(desk.claims, () => addAbsence(db, clinicId, { doctorId, from: date }))
      expect(await statesOf(db, slotIds)).toBe('wwww')
      expect(await slotOf(db, slotIds[1] as string)).toMatchObject({
        withdrawn_for_absence_id: id,
        customer_id: null,
        held_until: null,
      })
      expect(await slotOf(db, colleagues)).toMatchObject({ status: 'open' })
    }))

  it('without a doctor is of all doctors', () =>
    inTransaction(async (db) => {
      const { clinicId, date, slotIds, desk } = await aDoctorsDay(db)
      const colleagues = await aSlot(db, clinicId, await aDoctor(db, clinicId), 24 * 10)
      await db.as(desk.claims, () =>
        addAbsence(db, clinicId, { kind: 'closure', from: nextDay(date, -1), until: nextDay(date) }),
      )
      expect(await statesOf(db, [...slotIds, colleagues])).toBe('wwwww')
    }))

  it('of some hours withdraws the slots that overlap these hours', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk } = await aDoctorsDay(db)
      // From the middle of the second slot to the beginning of the fourth.
      await db.as(desk.claims, () =>
        addAbsence(db, clinicId, { doctorId, from: date, start: '09:45', end: '10:30', kind: 'training' }),
      )
      expect(await statesOf(db, slotIds)).toBe('owwo')
    }))

  it('runs from a time on its first date to a time on its last one', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk } = await aDoctorsDay(db)
      await db.as(desk.claims, () =>
        addAbsence(db, clinicId, { doctorId, from: nextDay(date, -2), until: date, start: '10:30', end: '09:30' }),
      )
      expect(await statesOf(db, slotIds)).toBe('wooo')
    }))

  it('refuses when visits are booked in it, names them, and changes nothing', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk, customer } = await aDoctorsDay(db)
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slotIds[2] as string))
      await db.as(desk.claims)
      const { detail } = await expectRefusal(addAbsence(db, clinicId, { doctorId, from: date }), 'still_in_use')
      expect(JSON.parse(detail ?? '').liveBookings).toMatchObject([{ bookingId: id }])
      await db.asOwner()
      expect(await statesOf(db, slotIds)).toBe('oobo')
      expect(await db.query('select from app_public.absences where clinic_id = $1', [clinicId])).toEqual([])
    }))

  it('keeps the visits and lists them for rebooking, as requested', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk, customer } = await aDoctorsDay(db)
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slotIds[2] as string))
      const absence = await db.as(desk.claims, () => addAbsence(db, clinicId, { doctorId, from: date, booked: 'list' }))
      expect(await statesOf(db, slotIds)).toBe('wwbw')
      expect(await bookingOf(db, id)).toMatchObject({ status: 'booked' })
      expect(await listed(db, clinicId)).toEqual([{ booking_id: id, reason: 'doctor_absent', resolution: null }])
      // Templates that are applied meanwhile do not end the entry.
      await db.query('select app_private.follow_templates($1)', [clinicId])
      expect(await listed(db, clinicId)).toMatchObject([{ resolution: null }])
      await db.as(desk.claims, () => removeAbsence(db, clinicId, absence.id))
      expect(await listed(db, clinicId)).toMatchObject([{ resolution: 'fits_again' }])
      expect(await statesOf(db, slotIds)).toBe('oobo')
    }))

  it('cancels the visits, notifies the patients and lists them, as requested', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk, customer } = await aDoctorsDay(db)
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slotIds[2] as string))
      await db.as(desk.claims, () =>
        addAbsence(db, clinicId, { doctorId, from: date, kind: 'sickness', booked: 'cancel', reason: 'We are sorry.' }),
      )
      expect(await bookingOf(db, id)).toMatchObject({
        status: 'cancelled',
        cancelled_by: 'clinic',
        cancellation_reason: 'We are sorry.',
      })
      expect(await statesOf(db, slotIds)).toBe('wwww')
      expect(await listed(db, clinicId)).toEqual([{ booking_id: id, reason: 'slot_withdrawn', resolution: null }])
      expect(
        await db.query(`select kind from app_public.notifications where booking_id = $1 and state = 'pending'`, [id]),
      ).toEqual([{ kind: 'slot_withdrawn' }])
    }))

  it('finds visits of several slots by any of their slots, and opens the slots outside when it cancels them', () =>
    inTransaction(async (db) => {
      // In this zone no slot extends past midnight.
      const { clinicId, doctorId, slotIds, longVisit, firstVisit, customer, receptionist } = await aVisitPractice(
        db,
        noonZone(),
      )
      // The absence lies in the third slot. A long visit takes the first four slots, and a hold the last two.
      const { id } = await db.as(customer.claims, () =>
        book(db, clinicId, slotIds[0] as string, { serviceId: longVisit }),
      )
      const { date, start, end } = await localHours(db, slotIds[2] as string)
      await db.as(receptionist.claims)
      await expectRefusal(addAbsence(db, clinicId, { doctorId, from: date, start, end, until: date }), 'still_in_use')
      await db.as(receptionist.claims, () =>
        addAbsence(db, clinicId, { doctorId, from: date, start, end, booked: 'cancel' }),
      )
      expect(await statesOf(db, slotIds)).toBe('oowooo')
      expect(await bookingOf(db, id)).toMatchObject({ status: 'cancelled' })
      // A hold that loses one of its slots ends.
      await db.as(customer.claims, () => hold(db, clinicId, slotIds[4] as string, { serviceId: firstVisit }))
      const last = await localHours(db, slotIds[5] as string)
      await db.as(receptionist.claims, () =>
        addAbsence(db, clinicId, { doctorId, from: last.date, start: last.start, end: last.end }),
      )
      expect(await statesOf(db, slotIds)).toBe('oowoow')
    }))

  it('refuses dates and times that are not in order, too long or too far ahead', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, desk } = await aDoctorsDay(db)
      await db.as(desk.claims)
      for (const wrong of [
        { from: date, until: nextDay(date, -1) },
        { from: date, until: nextDay(date, 1200) },
        { from: nextDay(date, 1200) },
        { from: null as never },
        { from: date, until: 'infinity' },
        { from: date, start: '10:00', end: '10:00' },
        { from: date, kind: null as never },
        { from: date, booked: null as never },
      ])
        await expectRefusal(addAbsence(db, clinicId, { doctorId, ...wrong }), 'invalid_argument')
    }))

  it('refuses a doctor of another clinic, and a source that was imported before', () =>
    inTransaction(async (db) => {
      const { clinicId, date, desk } = await aDoctorsDay(db)
      const foreign = await aDoctor(db, await aClinic(db))
      await db.as(desk.claims)
      await expectRefusal(addAbsence(db, clinicId, { doctorId: foreign, from: date }), 'doctor_not_found')
      await addAbsence(db, clinicId, { from: date, sourceKey: 'x' })
      await expectRefusal(addAbsence(db, clinicId, { from: date, sourceKey: 'x' }), 'absence_exists')
    }))

  it('returns the same absence under the same key', () =>
    inTransaction(async (db) => {
      const { clinicId, date, desk } = await aDoctorsDay(db)
      await db.as(desk.claims)
      const first = await addAbsence(db, clinicId, { from: date, key: 'a1' })
      expect(await addAbsence(db, clinicId, { from: date, key: 'a1' })).toEqual(first)
      await expectRefusal(addAbsence(db, clinicId, { from: nextDay(date), key: 'a1' }), 'idempotency_key_reused')
    }))

  it('lets doctors add and remove their own absences, and nobody but the desk those of others', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, doctor, desk } = await aDoctorsDay(db)
      const colleagueId = await aDoctor(db, clinicId)
      const colleague = await anEmployee(db, clinicId, 'doctor', colleagueId)
      await db.as(doctor.claims)
      const { id } = await addAbsence(db, clinicId, { doctorId, from: date, kind: 'sickness' })
      await expectRefusal(addAbsence(db, clinicId, { doctorId: colleagueId, from: date }), 'forbidden')
      await expectRefusal(addAbsence(db, clinicId, { from: date }), 'forbidden')
      // Colleagues neither see nor remove it; the desk does.
      await db.as(colleague.claims)
      expect(await db.query('select id from app_public.absences')).toEqual([])
      await expectRefusal(removeAbsence(db, clinicId, id), 'absence_not_found')
      await db.as(desk.claims)
      expect(await db.query('select id from app_public.absences')).toEqual([{ id }])
      await removeAbsence(db, clinicId, id)
      await expectRefusal(removeAbsence(db, clinicId, id), 'absence_not_found')
    }))
})

describe('inside an absence', () => {
  it('no slot is made or opened, by a function or by SQL', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotIds, date, slotIds, desk } = await aDoctorsDay(db)
      const other = nextDay(date)
      await addAbsence(db, clinicId, { doctorId, from: date, until: other })
      await db.as(desk.claims)
      for (const day of [date, other])
        await expectRefusal(createSlot(db, clinicId, doctorId, timeSlotIds[0] as string, day), 'doctor_absent')
      await db.asOwner()
      await expectRefusal(
        db.query(`update app_public.booking_slots set status = 'open' where id = $1`, [slotIds[0]]),
        'doctor_absent',
      )
      const insert = (status: string, customerId: string | null) =>
        db.query(
          `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, status, customer_id, held_until)
           select $1, $2, $3, $4, app_hidden.local_range($4, '09:00', '09:30', 'Europe/Berlin'), $5::app_public.slot_status, $6,
             case when $5 = 'held' then now() + interval '5 minutes' end`,
          [clinicId, doctorId, timeSlotIds[0], other, status, customerId],
        )
      await expectRefusal(insert('open', null), 'doctor_absent')
      const { id } = await db.one<{ id: string }>('select min(id) as id from app_public.customers')
      await expectRefusal(insert('held', id), 'doctor_absent')
    }))

  it('an absence that SQL inserts or deletes does the same as the functions', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, customer } = await aDoctorsDay(db)
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slotIds[0] as string))
      await db.query(
        `insert into app_public.absences (clinic_id, doctor_id, kind, first_date, last_date, during)
         values ($1, $2, 'vacation', $3, $3, 'empty')`,
        [clinicId, doctorId, date],
      )
      expect(await statesOf(db, slotIds)).toBe('bwww')
      expect(await listed(db, clinicId)).toMatchObject([{ booking_id: id, reason: 'doctor_absent' }])
      await db.query('delete from app_public.absences where clinic_id = $1', [clinicId])
      expect(await statesOf(db, slotIds)).toBe('booo')
    }))

  it('a cancelled visit leaves a withdrawn slot, which is open when the absence is removed', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk, customer } = await aDoctorsDay(db)
      const slot = slotIds[1] as string
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slot))
      const absence = await db.as(desk.claims, () => addAbsence(db, clinicId, { doctorId, from: date, booked: 'list' }))
      await db.as(customer.claims, () => cancel(db, clinicId, id))
      expect(await slotOf(db, slot)).toMatchObject({ status: 'withdrawn', withdrawn_for_absence_id: absence.id })
      expect(await listed(db, clinicId)).toMatchObject([{ reason: 'doctor_absent', resolution: 'ended' }])
      await db.as(desk.claims, () => removeAbsence(db, clinicId, absence.id))
      expect(await statesOf(db, slotIds)).toBe('oooo')
    }))
})

describe('remove_absence', () => {
  it('opens exactly what the absence withdrew', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk } = await aDoctorsDay(db)
      await db.as(desk.claims)
      await withdraw(db, clinicId, slotIds[0] as string)
      const { id } = await addAbsence(db, clinicId, { doctorId, from: date })
      // By hand, during the absence.
      await withdraw(db, clinicId, slotIds[1] as string)
      await removeAbsence(db, clinicId, id)
      await db.asOwner()
      expect(await statesOf(db, slotIds)).toBe('wwoo')
    }))

  it('leaves a slot withdrawn that was withdrawn by hand with the visit in it', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk, customer } = await aDoctorsDay(db)
      await db.as(customer.claims, () => book(db, clinicId, slotIds[0] as string))
      await db.as(desk.claims)
      const { id } = await addAbsence(db, clinicId, { doctorId, from: date, booked: 'list' })
      await withdraw(db, clinicId, slotIds[0] as string, { cascade: true })
      await removeAbsence(db, clinicId, id)
      await db.asOwner()
      expect(await statesOf(db, slotIds)).toBe('wooo')
    }))

  it('leaves slots withdrawn that another absence covers, until that one is removed as well', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk } = await aDoctorsDay(db)
      await db.as(desk.claims)
      const { id: vacation } = await addAbsence(db, clinicId, { doctorId, from: date })
      const { id: closure } = await addAbsence(db, clinicId, { from: date, start: '10:00', kind: 'closure' })
      await removeAbsence(db, clinicId, vacation)
      await db.asOwner()
      expect(await statesOf(db, slotIds)).toBe('ooww')
      await db.as(desk.claims, () => removeAbsence(db, clinicId, closure))
      expect(await statesOf(db, slotIds)).toBe('oooo')
    }))

  it('opens one of two slots that overlap and were withdrawn in different absences', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk } = await aDoctorsDay(db)
      const shorter = await aTimeSlot(db, clinicId, '09:15', '09:30')
      await db.as(desk.claims)
      const { id: first } = await addAbsence(db, clinicId, { doctorId, from: date, start: '09:00', end: '09:15' })
      const { id: made } = await createSlot(db, clinicId, doctorId, shorter, date)
      const { id: second } = await addAbsence(db, clinicId, { doctorId, from: date, start: '09:15', end: '09:30' })
      await removeAbsence(db, clinicId, first)
      await removeAbsence(db, clinicId, second)
      await db.asOwner()
      expect(await statesOf(db, [...slotIds, made])).toBe('oooow')
    }))

  it('keeps a visit listed that another absence covers', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk, customer } = await aDoctorsDay(db)
      await db.as(customer.claims, () => book(db, clinicId, slotIds[3] as string))
      await db.as(desk.claims)
      const { id: vacation } = await addAbsence(db, clinicId, { doctorId, from: date, booked: 'list' })
      const { id: closure } = await addAbsence(db, clinicId, { from: date, booked: 'list' })
      await removeAbsence(db, clinicId, closure)
      expect(await listed(db, clinicId)).toMatchObject([{ resolution: null }])
      await removeAbsence(db, clinicId, vacation)
      expect(await listed(db, clinicId)).toMatchObject([{ resolution: 'fits_again' }])
    }))

  it('leaves slots withdrawn whose template is gone or whose hours have changed, and generation makes the new ones', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotIds, date, slotIds, desk } = await aDoctorsDay(db)
      const { id } = await db.as(desk.claims, () => addAbsence(db, clinicId, { doctorId, from: date }))
      await db.query('delete from app_public.doctor_slot_templates where clinic_id = $1 and time_slot_id = $2', [
        clinicId,
        timeSlotIds[0],
      ])
      await db.query(`update app_public.time_slots set start_time = '12:00', end_time = '12:30' where id = $1`, [
        timeSlotIds[1],
      ])
      await db.as(desk.claims, () => removeAbsence(db, clinicId, id))
      expect(await statesOf(db, slotIds)).toBe('wwoo')
      await db.query('select app_private.follow_templates($1)', [clinicId])
      expect(await localStarts(db, clinicId, date)).toEqual(['10:00', '10:30', '12:00'])
    }))

  it('makes room for a time slot that moved out of the absence while it lasted', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, timeSlotIds, date, desk } = await aDoctorsDay(db)
      await db.as(desk.claims, () => addAbsence(db, clinicId, { doctorId, from: date, end: '11:00' }))
      await db.query(`update app_public.time_slots set start_time = '12:00', end_time = '12:30' where id = $1`, [
        timeSlotIds[1],
      ])
      await db.query('select app_private.follow_templates($1)', [clinicId])
      expect(await localStarts(db, clinicId, date)).toEqual(['12:00'])
    }))

  it('leaves a slot withdrawn where the doctor has another one now, and while the doctor is inactive', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk } = await aDoctorsDay(db)
      const { id } = await db.as(desk.claims, () =>
        addAbsence(db, clinicId, { doctorId, from: date, start: '09:15', end: '09:30' }),
      )
      const { id: earlier } = await db.one<{ id: string }>(
        `insert into app_public.time_slots (clinic_id, name, start_time, end_time)
         values ($1, 'early', '08:45', '09:15') returning id`,
        [clinicId],
      )
      await db.as(desk.claims, () => createSlot(db, clinicId, doctorId, earlier, date))
      await db.as(desk.claims, () => removeAbsence(db, clinicId, id))
      expect(await slotOf(db, slotIds[0] as string)).toMatchObject({ status: 'withdrawn' })

      const { id: vacation } = await db.as(desk.claims, () => addAbsence(db, clinicId, { doctorId, from: date }))
      await db.query('select app_public.deactivate_doctor($1, $2, true)', [clinicId, doctorId])
      await db.as(desk.claims, () => removeAbsence(db, clinicId, vacation))
      expect(await statesOf(db, slotIds)).toBe('wwww')
    }))
})

it('a clinic that moves to another time zone keeps its absences at their local times', () =>
  inTransaction(async (db) => {
    const { clinicId, doctorId, date, desk } = await aDoctorsDay(db)
    const { id } = await db.as(desk.claims, () =>
      addAbsence(db, clinicId, { doctorId, from: date, start: '09:30', end: '10:30' }),
    )
    await db.query(`update app_public.clinics set time_zone = 'America/New_York' where id = $1`, [clinicId])
    expect(await localStarts(db, clinicId, date)).toEqual(['09:00', '10:30'])
    expect(await db.query(openInAbsences, [[clinicId]])).toEqual([])
    await db.as(desk.claims, () => removeAbsence(db, clinicId, id))
    expect(await localStarts(db, clinicId, date)).toEqual(['09:00', '09:30', '10:00', '10:30'])
  }))

/** The local starts of the open slots of a date. */
const localStarts = async (db: Db, clinicId: string, date: string): Promise<string[]> =>
  (
    await db.query<{ start: string }>(
      `select to_char(bs.starts_at at time zone c.time_zone, 'HH24:MI') as start
       from app_public.booking_slots bs join app_public.clinics c on c.id = bs.clinic_id
       where bs.clinic_id = $1 and bs.slot_date = $2 and bs.status = 'open' order by bs.starts_at`,
      [clinicId, date],
    )
  ).map(({ start }) => start)
