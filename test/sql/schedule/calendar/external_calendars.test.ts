import { describe, expect, it } from '@jest/globals'
import { changeAbsence, removeAbsence } from '../../../helpers/clinic/absences.ts'
import { statesOf } from '../../../helpers/clinic/visits.ts'
import { aDoctor, anEmployee } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import {
  changeCalendar,
  connectCalendar,
  disconnectCalendar,
  importBusyTimes,
  sealed,
} from '../../../helpers/external/external_calendars.ts'
import { aDoctorsDay } from '../absence/a_doctors_day.ts'

/** A doctor with a connected calendar that is busy on the whole day of the slots. */
async function aBusyDay(db: Db) {
  const day = await aDoctorsDay(db)
  const { clinicId, doctorId, date, slotIds, doctor } = day
  const calendar = await db.as(doctor.claims, () => connectCalendar(db, clinicId, doctorId))
  await importBusyTimes(db, calendar, [{ start: `${date} 00:00Z`, end: `${date} 23:00Z` }])
  expect(await statesOf(db, slotIds)).toBe('wwww')
  return { ...day, calendar }
}

const stored = (db: Db, clinicId: string) =>
  db.query(
    `select ec.id from app_public.external_calendars ec
     left join app_private.external_calendar_access a on a.clinic_id = ec.clinic_id and a.calendar_id = ec.id
     where ec.clinic_id = $1`,
    [clinicId],
  )

describe('connect_external_calendar', () => {
  it('stores the address and the password encrypted, and shows the origin only', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, doctor } = await aDoctorsDay(db)
      const access = {
        kind: 'caldav',
        url: 'https://dav.example.org:8443/private-path/',
        username: 'dr-house',
        password: 'vicodin',
      } as const
      const calendar = await db.as(doctor.claims, () => connectCalendar(db, clinicId, doctorId, access))
      expect(calendar).toMatchObject({ kind: 'caldav', origin: 'https://dav.example.org:8443', last_error: null })
      const everything = await db.one<{ text: string }>(
        `select (ec.*, encode(a.ciphertext, 'escape'), a.*)::text as text from app_public.external_calendars ec
         join app_private.external_calendar_access a on a.clinic_id = ec.clinic_id and a.calendar_id = ec.id
         where ec.id = $1`,
        [calendar.id],
      )
      expect(everything.text).toContain('dav.example.org')
      for (const secret of ['private-path', 'dr-house', 'vicodin']) expect(everything.text).not.toContain(secret)
    }))

  it.each([
    ['no calendar', '{}', 'invalid_argument'],
    ['null', null, 'invalid_argument'],
    [
      'an unknown kind',
      JSON.stringify({ ...JSON.parse(sealed({ kind: 'ics', url: 'https://a.org' })), kind: 'x' }),
      'invalid_argument',
    ],
    ['a server without keys', '{"keysAreMissing": true}', 'calendar_keys_missing'],
  ])('refuses %s', (_, calendar, refusal) =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, doctor } = await aDoctorsDay(db)
      await db.as(doctor.claims, () =>
        expectRefusal(
          db.query('select app_public.connect_external_calendar($1, $2, $3)', [clinicId, doctorId, calendar]),
          refusal,
        ),
      )
      expect(await stored(db, clinicId)).toEqual([])
    }),
  )

  it.each([
    ['http://calendar.example.org', 'https_required'],
    ['https://127.0.0.1', 'not_public'],
    ['https://[::1]:5232', 'not_public'],
    ['https://calendar.internal', 'not_public'],
    ['https://2130706433', 'not_understood'],
  ])('refuses %s in production (%s)', (url, reason) =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aDoctorsDay(db)
      await db.query('select app_private.declare_production()')
      // As a program that does not understand such a number would send it.
      const calendar = { ...JSON.parse(sealed({ kind: 'ics', url })), origin: url }
      const { detail } = await expectRefusal(
        db.query('select app_public.connect_external_calendar($1, $2, $3)', [clinicId, doctorId, calendar]),
        'calendar_address_refused',
      )
      expect(JSON.parse(detail ?? '')).toEqual({ argument: 'calendar', reason })
    }),
  )

  it('refuses a sixth calendar, a former doctor, a doctor of another clinic, and colleagues', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, doctor, manager } = await aDoctorsDay(db)
      const [colleague, elsewhere] = [await aDoctor(db, clinicId), await aDoctorsDay(db)]
      for (let i = 0; i < 5; i++) await db.as(doctor.claims, () => connectCalendar(db, clinicId, doctorId))
      await db.as(doctor.claims, () => expectRefusal(connectCalendar(db, clinicId, doctorId), 'too_many_calendars'))
      await db.as(doctor.claims, () => expectRefusal(connectCalendar(db, clinicId, colleague), 'forbidden'))
      await db.as(manager.claims, () =>
        expectRefusal(connectCalendar(db, clinicId, elsewhere.doctorId), 'doctor_not_found'),
      )
      await db.query('update app_public.doctors set is_active = false where id = $1', [colleague])
      await db.as(manager.claims, () => expectRefusal(connectCalendar(db, clinicId, colleague), 'doctor_not_found'))
    }))
})

describe('change_external_calendar', () => {
  it('keeps the busy times, and has the calendar read again at once and in full', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, calendar, manager } = await aBusyDay(db)
      const access = () =>
        db.one(
          `select etag, read_fully_at, attempts, failing_since, retry_at <= now() as due
           from app_private.external_calendar_access where calendar_id = $1`,
          [calendar.id],
        )
      await db.query(
        `select app_private.record_calendar_read(clinic_id, calendar_id, nonce, 'v1', true)
         from app_private.external_calendar_access where calendar_id = $1`,
        [calendar.id],
      )
      expect(await access()).toMatchObject({ etag: 'v1', due: false })
      await db.as(manager.claims, () =>
        changeCalendar(db, clinicId, calendar.id, { kind: 'ics', url: 'https://other.example.org/x.ics' }),
      )
      expect(await statesOf(db, slotIds)).toBe('wwww')
      expect(await access()).toEqual({ etag: null, read_fully_at: null, attempts: 0, failing_since: null, due: true })
      expect(await db.one('select origin from app_public.external_calendars where id = $1', [calendar.id])).toEqual({
        origin: 'https://other.example.org',
      })
    }))

  it('refuses the calendar of a colleague as it refuses one that does not exist', () =>
    inTransaction(async (db) => {
      const { clinicId, calendar } = await aBusyDay(db)
      const colleague = await anEmployee(db, clinicId, 'doctor', await aDoctor(db, clinicId))
      for (const id of [calendar.id, '999999999'])
        await db.as(colleague.claims, () =>
          expectRefusal(changeCalendar(db, clinicId, id), 'external_calendar_not_found'),
        )
    }))
})

describe('disconnect_external_calendar', () => {
  it('deletes the address and the busy times, and gives the slots back', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, calendar, doctor } = await aBusyDay(db)
      await db.as(doctor.claims, () => disconnectCalendar(db, clinicId, calendar.id))
      expect(await statesOf(db, slotIds)).toBe('oooo')
      expect(await stored(db, clinicId)).toEqual([])
      expect(
        await db.query('select from app_private.external_calendar_access where clinic_id = $1', [clinicId]),
      ).toEqual([])
      expect(await db.query('select from app_public.absences where clinic_id = $1', [clinicId])).toEqual([])
    }))

  it('happens when the doctor is deactivated, and opens no slot', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotIds, manager } = await aBusyDay(db)
      await db.as(manager.claims, () =>
        db.query('select app_public.deactivate_doctor($1, $2, true)', [clinicId, doctorId]),
      )
      expect(await stored(db, clinicId)).toEqual([])
      expect(await statesOf(db, slotIds)).toBe('wwww')
    }))

  it('happens when the clinic is deactivated', () =>
    inTransaction(async (db) => {
      const { clinicId, manager } = await aBusyDay(db)
      await db.as(manager.claims, () => db.query('select app_public.deactivate_clinic($1, true)', [clinicId]))
      expect(await stored(db, clinicId)).toEqual([])
    }))

  it.each([
    ['leaves', 'set is_active = false', 0],
    ['becomes another doctor', 'set doctor_id = null', 0],
    ['gets another name', `set full_name = 'Other'`, 1],
  ])('depends on what happens to the employee who is the doctor: the employee %s', (_, change, left) =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotIds } = await aBusyDay(db)
      await db.query(`update app_public.employees ${change} where clinic_id = $1 and doctor_id = $2`, [
        clinicId,
        doctorId,
      ])
      expect(await stored(db, clinicId)).toHaveLength(left)
      expect(await statesOf(db, slotIds)).toBe(left ? 'wwww' : 'oooo')
    }),
  )
})

describe('a busy time of an external calendar', () => {
  it('is not changed or removed by hand', () =>
    inTransaction(async (db) => {
      const { clinicId, date, calendar, desk, doctor } = await aBusyDay(db)
      const { id } = await db.one<{ id: string }>('select id from app_public.absences where calendar_id = $1', [
        calendar.id,
      ])
      for (const { claims } of [desk, doctor]) {
        await db.as(claims, () => expectRefusal(removeAbsence(db, clinicId, id), 'absence_of_calendar'))
        await db.as(claims, () => expectRefusal(changeAbsence(db, clinicId, id, { from: date }), 'absence_of_calendar'))
      }
    }))

  it('is removed when it has been over for as long as slots are kept, without locking the schedule', () =>
    inTransaction(async (db) => {
      const { clinicId, calendar } = await aBusyDay(db)
      await db.query(
        'update app_public.absences set first_date = first_date - 2100, last_date = last_date - 2100 where calendar_id = $1',
        [calendar.id],
      )
      await db.query('select app_private.remove_old_records()')
      expect(await db.query('select from app_public.absences where clinic_id = $1', [clinicId])).toEqual([])
    }))
})

describe('claim_external_calendars and record_calendar_read', () => {
  const claim = (db: Db, clinicId: string, at: string) =>
    db.query<{ etag: string | null; nonce: Buffer }>(
      `select etag, nonce from app_private.claim_external_calendars(1000, now() + $2::interval) where clinic_id = $1`,
      [clinicId, at],
    )
  const record = (db: Db, calendarId: string, result: string) =>
    db.query(
      `select app_private.record_calendar_read(clinic_id, calendar_id, nonce, ${result})
       from app_private.external_calendar_access where calendar_id = $1`,
      [calendarId],
    )

  it('a calendar is due every five minutes, without its etag once a day', () =>
    inTransaction(async (db) => {
      const { clinicId, calendar } = await aBusyDay(db)
      expect(await claim(db, clinicId, '0')).toMatchObject([{ etag: null }])
      expect(await claim(db, clinicId, '4 minutes')).toEqual([])
      await record(db, calendar.id, `'v1', true`)
      expect(await claim(db, clinicId, '4 minutes')).toEqual([])
      expect(await claim(db, clinicId, '5 minutes')).toMatchObject([{ etag: 'v1' }])
      await record(db, calendar.id, `'v1', false`)
      expect(await claim(db, clinicId, '25 hours')).toMatchObject([{ etag: null }])
    }))

  it('is due later and later while it cannot be read, and its last error is shown until it is read again', () =>
    inTransaction(async (db) => {
      const { clinicId, calendar, doctor } = await aBusyDay(db)
      const waits: number[] = []
      for (let i = 0; i < 9; i++) {
        await db.query('update app_private.external_calendar_access set retry_at = now() where calendar_id = $1', [
          calendar.id,
        ])
        await claim(db, clinicId, '0')
        await record(db, calendar.id, `error => 'unauthorized'`)
        const { minutes } = await db.one<{ minutes: number }>(
          `select (extract(epoch from retry_at - now()) / 60)::int as minutes
           from app_private.external_calendar_access where calendar_id = $1`,
          [calendar.id],
        )
        waits.push(minutes)
      }
      expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 360, 360])
      const shown = () =>
        db.as(doctor.claims, () =>
          db.one('select last_error, last_ok_at is null as never from app_public.external_calendars'),
        )
      expect(await shown()).toEqual({ last_error: 'unauthorized', never: true })
      await record(db, calendar.id, `'v1', true`)
      expect(await shown()).toEqual({ last_error: null, never: false })
    }))

  it('managers get one e-mail when it has not been read for an hour, in their language', () =>
    inTransaction(async (db) => {
      const { clinicId, calendar } = await aBusyDay(db)
      const messages = () =>
        db.query<{ id: string }>(
          `select id from app_private.manager_messages where clinic_id = $1 and kind = 'calendar_not_read'`,
          [clinicId],
        )
      await record(db, calendar.id, `error => 'not_found'`)
      expect(await messages()).toEqual([])
      await db.query(
        `update app_private.external_calendar_access set failing_since = now() - interval '1 hour' where calendar_id = $1`,
        [calendar.id],
      )
      await record(db, calendar.id, `error => 'not_found'`)
      await record(db, calendar.id, `error => 'not_found'`)
      const [message, ...others] = await messages()
      expect(others).toEqual([])
      for (const language of ['en', 'de']) {
        await db.query('update app_public.policies set language = $2 where clinic_id = $1', [clinicId, language])
        const { body } = await db.one<{ body: string }>(
          `select body from app_private.manager_message_of($1, $2, 'https://book.test/')`,
          [clinicId, message?.id],
        )
        expect(body).toContain('https://calendar.example.org')
        expect(body).toContain(`https://book.test/manage/${clinicId}/absences`)
        expect(body).not.toContain('private-1')
      }
    }))
})
