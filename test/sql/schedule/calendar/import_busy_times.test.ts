import { describe, expect, it } from '@jest/globals'
import { addAbsence, openInAbsences } from '../../../helpers/clinic/absences.ts'
import { book, bookingOf, cancel, hold, slotOf } from '../../../helpers/clinic/operations.ts'
import { statesOf } from '../../../helpers/clinic/visits.ts'
import { aClinic, aDoctor, aSlot } from '../../../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../../../helpers/database/database.ts'
import {
  type Calendar,
  changeCalendar,
  connectCalendar,
  importBusyTimes,
} from '../../../helpers/external/external_calendars.ts'
import { inDays } from '../../../helpers/time/dates.ts'
import { aDoctorsDay, generate, nextDay, slotsOn } from '../absence/a_doctors_day.ts'

/** A doctor's day with a connected calendar. Its slots are from nine to eleven. */
async function aConnectedDay(db: Db) {
  const day = await aDoctorsDay(db)
  const { clinicId, doctorId, date, doctor } = day
  const calendar = await db.as(doctor.claims, () => connectCalendar(db, clinicId, doctorId))
  /** A busy time of the day by the clinic's clock. */
  const at = async (start: string, end: string, uid?: string) => {
    const busy = await db.one<{ start: string; end: string }>(
      `select ($1 || ' ' || $2)::timestamp at time zone 'Europe/Berlin' as start,
         ($1 || ' ' || $3)::timestamp at time zone 'Europe/Berlin' as "end"`,
      [date, start, end],
    )
    return uid === undefined ? busy : { ...busy, uid }
  }
  return { ...day, calendar, at }
}

const absencesOf = (db: Db, { id }: Calendar) =>
  db.query<Record<string, unknown>>(
    `select a.id, kind, doctor_id, note, first_date::text, start_time::text, last_date::text, end_time::text
     from app_public.absences a where calendar_id = $1 order by during`,
    [id],
  )
const listed = (db: Db, clinicId: string) =>
  db.query('select booking_id, reason, resolution from app_public.rebooking_list where clinic_id = $1 order by id', [
    clinicId,
  ])

describe('import_busy_times', () => {
  it('withdraws the free and held slots that a busy time overlaps, of this doctor only', () =>
    inTransaction(async (db) => {
      const { clinicId, date, slotIds, calendar, customer, at } = await aConnectedDay(db)
      const colleagues = await aSlot(db, clinicId, await aDoctor(db, clinicId), 24 * 10)
      await db.as(customer.claims, () => hold(db, clinicId, slotIds[1] as string))
      expect(await importBusyTimes(db, calendar, [await at('09:45', '10:15')])).toEqual([1])
      expect(await statesOf(db, slotIds)).toBe('owwo')
      expect(await slotOf(db, slotIds[1] as string)).toMatchObject({ customer_id: null, held_until: null })
      expect(await slotOf(db, colleagues)).toMatchObject({ status: 'open' })
      expect(await absencesOf(db, calendar)).toMatchObject([
        { kind: 'external', note: null, first_date: date, start_time: '09:45:00', end_time: '10:15:00' },
      ])
    }))

  it('gives the slots back when the event is gone, and changes nothing when nothing has changed', () =>
    inTransaction(async (db) => {
      const { slotIds, calendar, at } = await aConnectedDay(db)
      const busy = [await at('09:00', '09:30'), await at('10:30', '11:00')]
      expect(await importBusyTimes(db, calendar, busy)).toEqual([2])
      const before = await absencesOf(db, calendar)
      expect(await importBusyTimes(db, calendar, busy)).toEqual([])
      expect(await absencesOf(db, calendar)).toEqual(before)
      expect(await importBusyTimes(db, calendar, busy.slice(1))).toEqual([1])
      expect(await statesOf(db, slotIds)).toBe('ooow')
      await importBusyTimes(db, calendar, [])
      expect(await statesOf(db, slotIds)).toBe('oooo')
    }))

  it('never opens a slot that an event covers before and after it is moved', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, calendar, at } = await aConnectedDay(db)
      await importBusyTimes(db, calendar, [await at('09:00', '10:00')])
      const opened = (slotId: string) =>
        db.query(`select from app_public.events where clinic_id = $1 and booking_slot_id = $2 and to_state = 'open'`, [
          clinicId,
          slotId,
        ])
      const { length } = await opened(slotIds[1] as string)
      await importBusyTimes(db, calendar, [await at('09:30', '10:30')])
      expect(await statesOf(db, slotIds)).toBe('owwo')
      expect(await opened(slotIds[1] as string)).toHaveLength(length)
    }))

  it('keeps booked visits and lists them for the desk until the event is gone', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, calendar, customer, at } = await aConnectedDay(db)
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slotIds[0] as string))
      await importBusyTimes(db, calendar, [await at('09:00', '10:00')])
      expect(await statesOf(db, slotIds)).toBe('bwoo')
      expect(await bookingOf(db, id)).toMatchObject({ status: 'booked' })
      expect(await listed(db, clinicId)).toEqual([{ booking_id: id, reason: 'doctor_absent', resolution: null }])
      await importBusyTimes(db, calendar, [])
      expect(await listed(db, clinicId)).toEqual([
        { booking_id: id, reason: 'doctor_absent', resolution: 'fits_again' },
      ])
    }))

  it('withdraws the slot of a visit that is cancelled inside a busy time', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, calendar, customer, at } = await aConnectedDay(db)
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slotIds[0] as string))
      await importBusyTimes(db, calendar, [await at('09:00', '10:00')])
      await db.as(customer.claims, () => cancel(db, clinicId, id))
      expect(await statesOf(db, slotIds)).toBe('wwoo')
    }))

  it('leaves out the visits of this clinic that a calendar got from an e-mail, and only these', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, calendar, customer, at } = await aConnectedDay(db)
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slotIds[0] as string))
      const { uid } = await db.one<{ uid: string }>('select app_public.calendar_uid($1, $2) as uid', [clinicId, id])
      const elsewhere = uid.replace(/@.*/, '@elsewhere.medislot')
      const odd = 'booking-1-99999999999999999999999@x'
      await importBusyTimes(db, calendar, [
        await at('09:00', '09:30', uid),
        await at('09:30', '10:00', elsewhere),
        await at('10:00', '10:30', odd),
      ])
      expect(await statesOf(db, slotIds)).toBe('bwwo')
      expect(await listed(db, clinicId)).toEqual([])
    }))

  it('leaves slots withdrawn that another absence or another calendar covers', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, date, slotIds, calendar, doctor, desk, at } = await aConnectedDay(db)
      const other = await db.as(doctor.claims, () => connectCalendar(db, clinicId, doctorId))
      await db.as(desk.claims, () => addAbsence(db, clinicId, { doctorId, from: date, end: '09:30' }))
      await importBusyTimes(db, calendar, [await at('09:00', '11:00')])
      await importBusyTimes(db, other, [await at('10:30', '11:00')])
      await importBusyTimes(db, calendar, [])
      expect(await statesOf(db, slotIds)).toBe('woow')
      expect(await db.query(openInAbsences, [[clinicId]])).toEqual([])
    }))

  it('is left out by generation, and the slots are made when the event is gone', () =>
    inTransaction(async (db) => {
      const { clinicId, date, calendar } = await aConnectedDay(db)
      const later = nextDay(date, 3)
      await importBusyTimes(db, calendar, [{ start: `${later} 00:00Z`, end: `${later} 23:00Z` }])
      expect(await generate(db, clinicId, later)).toMatchObject({ slots_made: 0, doctor_absent: 4 })
      await importBusyTimes(db, calendar, [])
      await db.query('select app_private.follow_templates($1)', [clinicId])
      expect(await statesOf(db, await slotsOn(db, clinicId, later))).toBe('oooo')
    }))

  it('joins events that overlap or touch, and works in batches', () =>
    inTransaction(async (db) => {
      const { slotIds, calendar, at } = await aConnectedDay(db)
      const busy = [
        await at('09:00', '09:20'),
        await at('09:10', '09:30'),
        await at('09:30', '09:40'),
        await at('10:30', '10:40'),
        await at('10:45', '11:00'),
      ]
      expect(await importBusyTimes(db, calendar, busy, 2)).toEqual([2, 1])
      expect(await statesOf(db, slotIds)).toBe('wwow')
      expect(await absencesOf(db, calendar)).toMatchObject([
        { start_time: '09:00:00', end_time: '09:40:00' },
        { start_time: '10:30:00', end_time: '10:40:00' },
        { start_time: '10:45:00', end_time: '11:00:00' },
      ])
    }))

  it('imports times that are not over and begin within 400 days, and cuts off what is beyond', () =>
    inTransaction(async (db) => {
      const { calendar } = await aConnectedDay(db)
      const hour = (interval: string) =>
        db.one<{ start: string; end: string }>(
          `select now() + $1::interval as start, now() + $1::interval + interval '1 hour' as "end"`,
          [interval],
        )
      await importBusyTimes(db, calendar, [await hour('-2 days'), await hour('399 days'), await hour('470 days')])
      expect(await absencesOf(db, calendar)).toHaveLength(1)
      await importBusyTimes(db, calendar, [{ start: '1990-01-01', end: '2200-01-01' }])
      const { year, month } = await db.one<{ year: boolean; month: boolean }>(
        `select lower(during) = date_trunc('year', now() at time zone 'UTC') at time zone 'UTC' as year,
           upper(during) between now() + interval '400 days' and now() + interval '470 days' as month
         from app_public.absences where calendar_id = $1`,
        [calendar.id],
      )
      expect([year, month]).toEqual([true, true])
    }))

  it('does nothing for an address that was changed meanwhile', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, calendar, doctor, at } = await aConnectedDay(db)
      const { nonce } = await db.one<{ nonce: Buffer }>(
        'select nonce from app_private.external_calendar_access where calendar_id = $1',
        [calendar.id],
      )
      await db.as(doctor.claims, () => changeCalendar(db, clinicId, calendar.id))
      const { start, end } = await at('09:00', '11:00')
      const stale = [clinicId, calendar.id, nonce, [start], [end], [null]]
      expect(await db.one('select app_private.import_busy_times($1, $2, $3, $4, $5, $6) as changed', stale)).toEqual({
        changed: 0,
      })
      await db.query(`select app_private.record_calendar_read($1, $2, $3, error => 'unauthorized')`, stale.slice(0, 3))
      expect(await statesOf(db, slotIds)).toBe('oooo')
      expect(await db.one('select last_error from app_public.external_calendars where id = $1', [calendar.id])).toEqual(
        { last_error: null },
      )
    }))

  it('moves the absences to the instants of the events when the clinic gets another time zone', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const calendar = await connectCalendar(db, clinicId, await aDoctor(db, clinicId))
      const busy = [
        await db.one<{ start: string; end: string }>(
          `select ($1 || 'T12:00Z')::timestamptz as start, ($1 || 'T13:00Z')::timestamptz as "end"`,
          [inDays(10)],
        ),
      ]
      await importBusyTimes(db, calendar, busy)
      await db.query(`update app_public.clinics set time_zone = 'Asia/Tokyo' where id = $1`, [clinicId])
      const instants = () =>
        db.one(
          'select lower(during) as start, upper(during) as "end" from app_public.absences where calendar_id = $1',
          [calendar.id],
        )
      expect(await instants()).not.toEqual(busy[0])
      expect(await importBusyTimes(db, calendar, busy)).toEqual([2])
      expect(await instants()).toEqual(busy[0])
    }))
})

describe('busy_time_as_absence', () => {
  const covered = (db: Db, start: string, end: string, zone: string) =>
    db.one(
      `select lower(during) as start, upper(during) as "end"
       from app_private.busy_time_as_absence(1, tstzrange($1, $2), $3)`,
      [start, end, zone],
    )

  it.each([
    ['an hour', '2027-06-01T10:00Z', '2027-06-01T11:00Z', 'Europe/Berlin'],
    ['a night', '2027-06-01T20:00Z', '2027-06-02T05:00Z', 'America/New_York'],
    ['a whole local day', '2027-06-01T22:00Z', '2027-06-02T22:00Z', 'Europe/Berlin'],
    [
      'the hour that a clock change skips and the one after it',
      '2027-03-28T00:30Z',
      '2027-03-28T01:30Z',
      'Europe/Berlin',
    ],
  ])('covers exactly %s', (_, start, end, zone) =>
    inTransaction(async (db) => {
      expect(await covered(db, start, end, zone)).toEqual({ start: new Date(start), end: new Date(end) })
    }),
  )

  it.each([
    ['Europe/Berlin', '2027-10-31T00:30Z', '2027-10-31T01:30Z', '2027-10-31T02:30Z'],
    ['Europe/Berlin', '2027-10-31T01:10Z', '2027-10-31T01:50Z', '2027-10-31T01:50Z'],
    ['Australia/Lord_Howe', '2027-04-03T15:10Z', '2027-04-03T15:20Z', '2027-04-03T15:50Z'],
  ])('covers at least what lies in an hour that is repeated in %s: %s to %s', (zone, start, end, atMost) =>
    inTransaction(async (db) => {
      const span = (await covered(db, start, end, zone)) as { start: Date; end: Date }
      expect(span.start.getTime()).toBeLessThanOrEqual(Date.parse(start))
      expect(span.end.getTime()).toBeGreaterThanOrEqual(Date.parse(end))
      expect(span.end.getTime()).toBeLessThanOrEqual(Date.parse(atMost) + 3_600_000)
      expect(span.start.getTime()).toBeGreaterThanOrEqual(Date.parse(start) - 3_600_000)
    }),
  )
})
