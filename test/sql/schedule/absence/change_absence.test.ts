import { describe, expect, it } from '@jest/globals'
import { addAbsence, changeAbsence, openInAbsences, removeAbsence } from '../../../helpers/clinic/absences.ts'
import { book, bookingOf, cancel } from '../../../helpers/clinic/operations.ts'
import { aVisitPractice, statesOf } from '../../../helpers/clinic/visits.ts'
import {
  aClinic,
  aCustomer,
  aDoctor,
  anEmployee,
  aTemplate,
  aTimeSlot,
  noonZone,
} from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { aDoctorsDay, generate, localHours, nextDay, slotsOn } from './a_doctors_day.ts'

const listed = (db: Db, clinicId: string) =>
  db.query('select booking_id, reason, resolution from app_public.rebooking_list where clinic_id = $1 order by id', [
    clinicId,
  ])

/** A doctor who is absent on one of two days with slots. */
async function anAbsence(db: Db) {
  const day = await aDoctorsDay(db)
  const { clinicId, doctorId, date, desk } = day
  const next = nextDay(date)
  await generate(db, clinicId, next)
  const nextSlotIds = await slotsOn(db, clinicId, next)
  const absence = await db.as(desk.claims, () => addAbsence(db, clinicId, { doctorId, from: date, note: 'Away' }))
  return { ...day, next, nextSlotIds, absence }
}

describe('change_absence', () => {
  it('moves an absence to another day: its slots are open again, and those of the other day are withdrawn', () =>
    inTransaction(async (db) => {
      const { clinicId, next, slotIds, nextSlotIds, absence, desk } = await anAbsence(db)
      expect(await statesOf(db, [...slotIds, ...nextSlotIds])).toBe('wwwwoooo')
      const changed = await db.as(desk.claims, () =>
        changeAbsence(db, clinicId, absence.id, { from: next, kind: 'training' }),
      )
      expect(changed).toMatchObject({ id: absence.id, kind: 'training', note: null, row_version: 2 })
      expect(await statesOf(db, [...slotIds, ...nextSlotIds])).toBe('oooowwww')
      await db.as(desk.claims, () => removeAbsence(db, clinicId, absence.id))
      expect(await statesOf(db, [...slotIds, ...nextSlotIds])).toBe('oooooooo')
    }))

  it.each([
    ['to some hours', { start: '09:30', end: '10:30' }, 'owwo'],
    ['to the rest of the day', { start: '10:00' }, 'ooww'],
    ['to its beginning', { end: '09:30' }, 'wooo'],
  ])('shortens an absence %s, and lengthens it again', (_, hours, states) =>
    inTransaction(async (db) => {
      const { clinicId, date, slotIds, absence, desk } = await anAbsence(db)
      await db.as(desk.claims, () => changeAbsence(db, clinicId, absence.id, { from: date, ...hours }))
      expect(await statesOf(db, slotIds)).toBe(states)
      expect(await db.query(openInAbsences, [[clinicId]])).toEqual([])
      await db.as(desk.claims, () => changeAbsence(db, clinicId, absence.id, { from: date }))
      expect(await statesOf(db, slotIds)).toBe('wwww')
    }),
  )

  it('changes the kind and the note only, and touches no slot', () =>
    inTransaction(async (db) => {
      const { clinicId, date, slotIds, absence, desk } = await anAbsence(db)
      const events = 'select count(*)::int as n from app_public.events where clinic_id = $1'
      const { n } = await db.one<{ n: number }>(events, [clinicId])
      await db.as(desk.claims, () =>
        changeAbsence(db, clinicId, absence.id, { from: date, kind: 'sickness', note: 'Ill' }),
      )
      expect(await statesOf(db, slotIds)).toBe('wwww')
      expect(await db.one(events, [clinicId])).toEqual({ n })
      expect(await db.one('select kind, note from app_public.absences where id = $1', [absence.id])).toEqual({
        kind: 'sickness',
        note: 'Ill',
      })
    }))

  it('leaves slots withdrawn that another absence covers', () =>
    inTransaction(async (db) => {
      const { clinicId, date, next, slotIds, absence, desk } = await anAbsence(db)
      const closure = await db.as(desk.claims, () =>
        addAbsence(db, clinicId, { from: date, start: '10:00', kind: 'closure' }),
      )
      await db.as(desk.claims, () => changeAbsence(db, clinicId, absence.id, { from: next }))
      expect(await statesOf(db, slotIds)).toBe('ooww')
      await db.as(desk.claims, () => removeAbsence(db, clinicId, closure.id))
      expect(await statesOf(db, slotIds)).toBe('oooo')
    }))

  it('is left out by later generations, and slots that were left out before are made', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, desk } = await aDoctorsDay(db)
      const [one, two] = [nextDay(date, 2), nextDay(date, 3)]
      const { id } = await db.as(desk.claims, () => addAbsence(db, clinicId, { doctorId, from: one }))
      expect(await generate(db, clinicId, one)).toMatchObject({ slots_made: 0, doctor_absent: 4 })
      await db.as(desk.claims, () => changeAbsence(db, clinicId, id, { from: two }))
      expect(await generate(db, clinicId, two)).toMatchObject({ slots_made: 0, doctor_absent: 4 })
      await db.query('select app_private.follow_templates($1)', [clinicId])
      expect(await statesOf(db, await slotsOn(db, clinicId, one))).toBe('oooo')
    }))

  it('refuses to cover other booked visits, lists only these, and changes nothing', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk } = await aDoctorsDay(db)
      const next = nextDay(date)
      await generate(db, clinicId, next)
      const nextSlotIds = await slotsOn(db, clinicId, next)
      const [ann, bob] = [await aCustomer(db), await aCustomer(db)]
      await db.as(ann.claims, () => book(db, clinicId, slotIds[0] as string))
      const { id: later } = await db.as(bob.claims, () => book(db, clinicId, nextSlotIds[0] as string))
      const { id } = await db.as(desk.claims, () => addAbsence(db, clinicId, { doctorId, from: date, booked: 'list' }))
      const refusal = await db.as(desk.claims, () =>
        expectRefusal(changeAbsence(db, clinicId, id, { from: date, until: next }), 'still_in_use'),
      )
      expect(JSON.parse(refusal.detail ?? '')).toMatchObject({ liveBookings: [{ bookingId: later }] })
      expect(await statesOf(db, [...slotIds, ...nextSlotIds])).toBe('bwwwbooo')
      // The visit that was kept before is no reason to refuse.
      await db.as(desk.claims, () => changeAbsence(db, clinicId, id, { from: date, end: '10:00' }))
      expect(await statesOf(db, slotIds)).toBe('bwoo')
    }))

  it('lists the visits that it now covers, and takes those that it no longer covers off the list', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk } = await aDoctorsDay(db)
      const [ann, bob] = [await aCustomer(db), await aCustomer(db)]
      const first = await db.as(ann.claims, () => book(db, clinicId, slotIds[0] as string))
      const last = await db.as(bob.claims, () => book(db, clinicId, slotIds[3] as string))
      const { id } = await db.as(desk.claims, () =>
        addAbsence(db, clinicId, { doctorId, from: date, end: '10:00', booked: 'list' }),
      )
      await db.as(desk.claims, () => changeAbsence(db, clinicId, id, { from: date, start: '10:00', booked: 'list' }))
      expect(await listed(db, clinicId)).toEqual([
        { booking_id: first.id, reason: 'doctor_absent', resolution: 'fits_again' },
        { booking_id: last.id, reason: 'doctor_absent', resolution: null },
      ])
    }))

  it('does not list a visit again that it covered before and that the desk has dismissed', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk, customer } = await aDoctorsDay(db)
      await db.as(customer.claims, () => book(db, clinicId, slotIds[0] as string))
      const { id } = await db.as(desk.claims, () => addAbsence(db, clinicId, { doctorId, from: date, booked: 'list' }))
      await db.query(
        'select app_public.dismiss_rebooking($1, id) from app_public.rebooking_list where clinic_id = $1',
        [clinicId],
      )
      await db.as(desk.claims, () =>
        changeAbsence(db, clinicId, id, { from: date, until: nextDay(date), booked: 'list' }),
      )
      expect(await listed(db, clinicId)).toMatchObject([{ resolution: 'dismissed' }])
    }))

  it('cancels the visits in it as requested, also those that were kept before, and lists them', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk } = await aDoctorsDay(db)
      const [ann, bob] = [await aCustomer(db), await aCustomer(db)]
      const kept = await db.as(ann.claims, () => book(db, clinicId, slotIds[0] as string))
      const other = await db.as(bob.claims, () => book(db, clinicId, slotIds[3] as string))
      const { id } = await db.as(desk.claims, () =>
        addAbsence(db, clinicId, { doctorId, from: date, end: '10:00', booked: 'list' }),
      )
      await db.as(desk.claims, () => changeAbsence(db, clinicId, id, { from: date, booked: 'cancel', reason: 'Ill' }))
      for (const booking of [kept, other])
        expect(await bookingOf(db, booking.id)).toMatchObject({ status: 'cancelled', cancellation_reason: 'Ill' })
      expect(await statesOf(db, slotIds)).toBe('wwww')
      expect(await listed(db, clinicId)).toMatchObject([
        { booking_id: kept.id, reason: 'doctor_absent', resolution: 'ended' },
        { booking_id: kept.id, reason: 'slot_withdrawn', resolution: null },
        { booking_id: other.id, reason: 'slot_withdrawn', resolution: null },
      ])
    }))

  it('opens the slots of a longer visit that lie outside when it cancels it', () =>
    inTransaction(async (db) => {
      // In this zone no slot extends past midnight.
      const { clinicId, doctorId, slotIds, customer, receptionist, firstVisit } = await aVisitPractice(db, noonZone())
      await db.as(customer.claims, () => book(db, clinicId, slotIds[0] as string, { serviceId: firstVisit }))
      const { date, end } = await localHours(db, slotIds[0] as string)
      const { id } = await db.as(receptionist.claims, () =>
        addAbsence(db, clinicId, { doctorId, from: nextDay(date, 30) }),
      )
      await db.as(receptionist.claims, () => changeAbsence(db, clinicId, id, { from: date, end, booked: 'cancel' }))
      expect(await statesOf(db, slotIds)).toBe('wooooo')
    }))

  it('a cancelled visit in the changed absence leaves a withdrawn slot, one outside leaves an open one', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, desk } = await aDoctorsDay(db)
      const [ann, bob] = [await aCustomer(db), await aCustomer(db)]
      const first = await db.as(ann.claims, () => book(db, clinicId, slotIds[0] as string))
      const last = await db.as(bob.claims, () => book(db, clinicId, slotIds[3] as string))
      const { id } = await db.as(desk.claims, () => addAbsence(db, clinicId, { doctorId, from: date, booked: 'list' }))
      await db.as(desk.claims, () => changeAbsence(db, clinicId, id, { from: date, start: '10:00' }))
      await db.as(ann.claims, () => cancel(db, clinicId, first.id))
      await db.as(bob.claims, () => cancel(db, clinicId, last.id))
      expect(await statesOf(db, slotIds)).toBe('ooww')
    }))

  it('refuses a stale version, dates out of order, and an unknown absence', () =>
    inTransaction(async (db) => {
      const { clinicId, date, absence, desk } = await anAbsence(db)
      await db.as(desk.claims)
      await changeAbsence(db, clinicId, absence.id, { from: date, version: 1 })
      await expectRefusal(changeAbsence(db, clinicId, absence.id, { from: date, version: 1 }), 'stale_row_version')
      for (const given of [
        { from: date, until: nextDay(date, -1) },
        { from: date, start: '10:00', end: '10:00' },
        { from: '2099-01-01' },
      ])
        await expectRefusal(changeAbsence(db, clinicId, absence.id, given), 'invalid_argument')
      await expectRefusal(changeAbsence(db, clinicId, '0', { from: date }), 'absence_not_found')
      await expectRefusal(
        changeAbsence(db, clinicId, absence.id, { from: date, note: 'n'.repeat(501) }),
        'text_too_long',
      )
    }))

  it('lets doctors change their own absences, and nobody but the desk those of others', () =>
    inTransaction(async (db) => {
      const { clinicId, date, next, absence, doctor, desk } = await anAbsence(db)
      await db.as(doctor.claims, () => changeAbsence(db, clinicId, absence.id, { from: next }))
      const { id: closure } = await db.as(desk.claims, () => addAbsence(db, clinicId, { from: date, kind: 'closure' }))
      await db.as(doctor.claims, () => expectRefusal(changeAbsence(db, clinicId, closure, { from: next }), 'forbidden'))
    }))
})

it('a change of an absence by SQL does the same as the function', () =>
  inTransaction(async (db) => {
    const { clinicId, next, slotIds, nextSlotIds, absence } = await anAbsence(db)
    await db.query('update app_public.absences set first_date = $2, last_date = $2 where id = $1', [absence.id, next])
    expect(await statesOf(db, [...slotIds, ...nextSlotIds])).toBe('oooowwww')
    expect(await db.query(openInAbsences, [[clinicId]])).toEqual([])
    await expectRefusal(
      db.query('update app_public.absences set doctor_id = null where id = $1', [absence.id]),
      'immutable_column',
    )
  }))

it.each([
  ['spring', 3],
  ['autumn', 10],
])('an absence of some hours on the day of the clock change in %s covers the slots of these hours', (_, month) =>
  inTransaction(async (db) => {
    // The next last Sunday of that month, on which Berlin changes its clocks.
    const { date } = await db.one<{ date: string }>(
      `select min(d - extract(dow from d)::int)::text as date
       from generate_series(0, 1) n
       cross join lateral (select make_date(extract(year from current_date)::int + n, $1, 31) as d) last
       where d - extract(dow from d)::int > current_date + 1`,
      [month],
    )
    const clinicId = await aClinic(db)
    const doctorId = await aDoctor(db, clinicId)
    const hours = ['00:00', '03:00', '04:00'] as const
    for (const hour of hours) {
      const timeSlotId = await aTimeSlot(db, clinicId, hour, hour.replace(':00', ':45'))
      await aTemplate(db, clinicId, doctorId, timeSlotId, 7)
    }
    const desk = await anEmployee(db, clinicId, 'receptionist')
    const { id } = await db.as(desk.claims, () =>
      addAbsence(db, clinicId, { doctorId, from: date, start: '03:00', end: '04:00' }),
    )
    const states = async () =>
      Object.fromEntries(
        (
          await db.query<{ start: string; status: string }>(
            `select to_char(starts_at at time zone 'Europe/Berlin', 'HH24:MI') as start, status
             from app_public.booking_slots where clinic_id = $1 and not superseded`,
            [clinicId],
          )
        ).map(({ start, status }) => [start, status]),
      )
    expect(await generate(db, clinicId, date)).toMatchObject({ slots_made: 2, doctor_absent: 1 })
    expect(await states()).toEqual({ '00:00': 'open', '04:00': 'open' })
    await db.as(desk.claims, () => changeAbsence(db, clinicId, id, { from: date, start: '04:00' }))
    await db.query('select app_private.follow_templates($1)', [clinicId])
    expect(await states()).toEqual({ '00:00': 'open', '03:00': 'open', '04:00': 'withdrawn' })
  }),
)
