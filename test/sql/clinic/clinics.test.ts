import { describe, expect, it } from '@jest/globals'
import { book, cancel, createSlot, hold, withdraw } from '../../helpers/clinic/operations.ts'
import {
  aClinic,
  aCustomer,
  aDoctor,
  anAccount,
  anEmployee,
  aPractice,
  aSlot,
  aTemplate,
  aTimeSlot,
} from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { clinicDate } from '../../helpers/time/dates.ts'

const make = (db: Db, timeZone: string) =>
  db.one(`insert into app_public.clinics (name, time_zone) values ('Riverside', $1) returning id, time_zone`, [
    timeZone,
  ])

describe('a clinic', () => {
  it('has a policy from the start', () =>
    inTransaction(async (db) => {
      await db.as((await anAccount(db, { isAdmin: true })).claims)
      const { id } = await make(db, 'Europe/Berlin')
      expect(
        await db.one(
          `select lead_time::text, horizon::text, cancellation_cutoff::text, hold_time::text, max_live_bookings,
                  reminder_lead_times::text, generation_weekday, generation_time, generation_weeks, row_version
           from app_public.policies where clinic_id = $1`,
          [id],
        ),
      ).toEqual({
        lead_time: '01:00:00',
        horizon: '90 days',
        cancellation_cutoff: '02:00:00',
        hold_time: '00:10:00',
        max_live_bookings: 5,
        reminder_lead_times: '{24:00:00}',
        generation_weekday: 4,
        generation_time: '22:00:00',
        generation_weeks: 1,
        row_version: 1,
      })
    }))

  it('can be deleted, with its policy, while nothing depends on it', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      await db.query('delete from app_public.clinics where id = $1', [clinicId])
      expect(await db.query('select from app_public.policies where clinic_id = $1', [clinicId])).toEqual([])
    }))

  it('can be referred to as active while it is active', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const change = (isActive: boolean) =>
        db.one('update app_public.clinics set is_active = $2 where id = $1 returning active_clinic_id', [
          clinicId,
          isActive,
        ])
      expect(await change(false)).toEqual({ active_clinic_id: null })
      expect(await change(true)).toEqual({ active_clinic_id: clinicId })
    }))

  it('cannot be deactivated without its functions while it has an active doctor', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      await aDoctor(db, clinicId)
      const { claims } = await anEmployee(db, clinicId, 'manager')
      const close = () => db.query('update app_public.clinics set is_active = false where id = $1', [clinicId])
      await expectRefusal(close(), 'foreign_key_violation')
      await db.as(claims, () => expectRefusal(close(), 'foreign_key_violation'))
    }))

  it('refuses an edit of a version that was changed meanwhile', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      await db.as((await anEmployee(db, clinicId, 'manager')).claims)
      const edit = (version: number) =>
        db.one(
          `update app_public.clinics set address = 'Main Street 1', row_version = $2 where id = $1 returning row_version`,
          [clinicId, version],
        )
      expect(await edit(1)).toEqual({ row_version: 2 })
      await expectRefusal(edit(1), 'stale_row_version')
      await expectRefusal(edit(3), 'stale_row_version')
      expect(await edit(2)).toEqual({ row_version: 3 })
    }))

  it('is activated again by those who deactivated it: managers cannot activate what an administrator deactivated', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const { claims: manager } = await anEmployee(db, clinicId, 'manager')
      const { claims: admin } = await anAccount(db, { isAdmin: true })
      const close = () => db.query('select app_public.deactivate_clinic($1)', [clinicId])
      const open = () => db.query('update app_public.clinics set is_active = true where id = $1', [clinicId])
      await db.as(manager, close)
      await db.as(manager, open)
      await db.as(admin, close)
      // Deactivating it once more does not change who deactivated it.
      await db.as(manager, close)
      await db.as(manager, () => expectRefusal(open(), 'forbidden'))
      await db.as(admin, open)
      await db.as(manager, close)
      await db.as(manager, open)
    }))

  it('is created by administrators only', () =>
    inTransaction(async (db) => {
      const manager = await anEmployee(db, await aClinic(db), 'manager')
      for (const { claims } of [manager, await aCustomer(db)])
        await db.as(claims, () => expectRefusal(make(db, 'UTC'), 'insufficient_privilege'))
    }))
})

describe("a clinic's time zone", () => {
  it.each(['Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Australia/Lord_Howe', 'Etc/GMT+5', 'UTC'])(
    'may be %s',
    (timeZone) =>
      inTransaction(async (db) => {
        expect(await make(db, timeZone)).toMatchObject({ time_zone: timeZone })
      }),
  )

  // Zones that PostgreSQL accepts but that do not follow clock changes, and texts that are not zones.
  it.each([
    'CET',
    'EST',
    'EST5EDT',
    '+01:00',
    '<+01>-01',
    'UTC+2',
    'europe/berlin',
    'posix/Europe/Berlin',
    'Europe/Atlantis',
    '',
  ])('may not be %p', (timeZone) =>
    inTransaction(async (db) => {
      const error = await expectRefusal(make(db, timeZone), 'unknown_time_zone')
      expect(JSON.parse(error.detail ?? '')).toEqual({ argument: 'timeZone', given: timeZone })
    }),
  )

  it('can change to another zone, but not to an invalid one', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      await db.as((await anEmployee(db, clinicId, 'manager')).claims)
      const change = (timeZone: string) =>
        db.query('update app_public.clinics set time_zone = $2 where id = $1', [clinicId, timeZone])
      await change('Asia/Kathmandu')
      await expectRefusal(change('Nowhere'), 'unknown_time_zone')
    }))

  it('cannot change while there are future bookings or holds, and the refusal lists them', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer } = await aPractice(db)
      const held = await aSlot(db, clinicId, doctorId, 50)
      const change = () => db.query(`update app_public.clinics set time_zone = 'UTC' where id = $1`, [clinicId])
      const booking = await book(db, clinicId, slotId, { customerId: customer.customerId })
      await hold(db, clinicId, held, { customerId: customer.customerId })
      const { detail } = await expectRefusal(change(), 'time_zone_in_use')
      expect(JSON.parse(detail ?? '').slots).toMatchObject([
        { bookingSlotId: slotId, status: 'booked' },
        { bookingSlotId: held, status: 'held' },
      ])
      await db.query(`update app_public.clinics set time_zone = time_zone, name = 'New name' where id = $1`, [clinicId])
      await cancel(db, clinicId, booking.id)
      await expectRefusal(change(), 'time_zone_in_use')
      await db.query('update app_public.booking_slots set held_until = now() where id = $1', [held])
      await change()
    }))

  it.each(['America/New_York', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'])(
    'moves free and withdrawn slots when it is corrected to %s: they keep their local times',
    (zone) =>
      inTransaction(async (db) => {
        const clinicId = await aClinic(db)
        const doctorId = await aDoctor(db, clinicId)
        const [nine, night] = [await aTimeSlot(db, clinicId), await aTimeSlot(db, clinicId, '23:30', '01:00')]
        for (let weekday = 1; weekday <= 7; weekday++) await aTemplate(db, clinicId, doctorId, nine, weekday)
        await db.query('select app_public.generate_booking_slots($1, $2, $3)', [clinicId, clinicDate(3), clinicDate(7)])
        const date = clinicDate(4)
        await createSlot(db, clinicId, doctorId, night, date)
        const holiday = await db.one<{ id: string }>(
          'select id from app_public.booking_slots where clinic_id = $1 and time_slot_id = $2 and slot_date = $3',
          [clinicId, nine, date],
        )
        await withdraw(db, clinicId, holiday.id)
        const calendar = () =>
          db.query(
            `select bs.slot_date::text, bs.status, (bs.starts_at at time zone c.time_zone)::text as starts,
               (bs.ends_at at time zone c.time_zone)::text as ends
             from app_public.booking_slots bs join app_public.clinics c on c.id = bs.clinic_id
             where bs.clinic_id = $1 and not bs.superseded order by 1, 3`,
            [clinicId],
          )
        const before = await calendar()
        expect(before).toHaveLength(6)
        await db.query('update app_public.clinics set time_zone = $2 where id = $1', [clinicId, zone])
        expect(await calendar()).toEqual(before)
        // Generation finds nothing to create either.
        expect(await db.one('select (app_public.apply_templates($1)).slots_made', [clinicId])).toEqual({
          slots_made: 0,
        })
        expect(await calendar()).toEqual(before)
      }),
  )

  it('can change if all booked slots are past', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      await aSlot(db, clinicId, await aDoctor(db, clinicId), -48)
      await db.query(`update app_public.clinics set time_zone = 'UTC' where id = $1`, [clinicId])
    }))
})

describe('a policy', () => {
  it("is edited by the clinic's managers, and counts its versions", () =>
    inTransaction(async (db) => {
      const [clinicId, elsewhere] = [await aClinic(db), await aClinic(db)]
      const manager = await anEmployee(db, clinicId, 'manager')
      const receptionist = await anEmployee(db, clinicId, 'receptionist')
      const { row_version: version } = await db.one(
        'select row_version from app_public.policies where clinic_id = $1',
        [clinicId],
      )
      const edit = (clinic: string) =>
        db.query(
          `update app_public.policies set hold_time = '5 minutes', row_version = $2 where clinic_id = $1 returning row_version`,
          [clinic, version],
        )
      await db.as(receptionist.claims, async () => expect(await edit(clinicId)).toEqual([]))
      await db.as(manager.claims, async () => {
        expect(await edit(elsewhere)).toEqual([])
        expect(await edit(clinicId)).toEqual([{ row_version: version + 1 }])
        await expectRefusal(edit(clinicId), 'stale_row_version')
      })
    }))

  it('cannot move to another clinic', () =>
    inTransaction(async (db) => {
      const [clinicId, elsewhere] = [await aClinic(db), await aClinic(db)]
      await db.query('delete from app_public.policies where clinic_id = $1', [elsewhere])
      await expectRefusal(
        db.query('update app_public.policies set clinic_id = $2 where clinic_id = $1', [clinicId, elsewhere]),
        'immutable_column',
      )
    }))
})
