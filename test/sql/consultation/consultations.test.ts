import { describe, expect, it } from '@jest/globals'
import { book, cancel, reschedule } from '../../helpers/clinic/operations.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { anEmployee, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { textOf } from '../link/links.ts'
import { anOnlinePractice, bookOnline, consultationOf, exceptions, joinToken, prepareAll } from './online.ts'

const entryBy = (db: Db, name: 'consultation_by_link' | 'join_by_link', token: string) =>
  db.as({ from: '192.0.2.9' }, () => db.one(`select * from app_public.${name}($1)`, [token]))

describe('an online visit', () => {
  it('gets its consultation with the booking, open from 15 minutes before the visit until an hour after it', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db, { hours: 50 })
      const { id, is_online } = await bookOnline(db, practice, practice.slotId)
      expect(is_online).toBe(true)
      const { minutes, state, booking_sequence } = await db.one(
        `select c.state, c.booking_sequence, array[extract(epoch from b.starts_at - c.opens_at) / 60,
           extract(epoch from c.closes_at - b.ends_at) / 60]::int[] as minutes
         from app_public.consultations c join app_public.bookings b on b.id = c.booking_id where b.id = $1`,
        [id],
      )
      expect([minutes, state, booking_sequence]).toEqual([[15, 60], 'wanted', 0])
      expect(await exceptions(db, practice.clinicId)).toEqual([])
    }))

  it('takes place where the service says, or where the caller chooses if the service allows both', () =>
    inTransaction(async (db) => {
      const either = await anOnlinePractice(db, { hours: 50, mode: 'either' })
      const { clinicId, doctorId, customer } = either
      const slots = await Array.fromAsync([60, 61, 62, 63, 64], (hours) => aSlot(db, clinicId, doctorId, hours))
      const [a, b, c, d, e] = slots as [string, string, string, string, string]
      expect((await bookOnline(db, either, a)).is_online).toBe(false)
      expect((await bookOnline(db, either, b, true)).is_online).toBe(true)
      const only = async (mode: string) => ({
        ...either,
        serviceId: await aService(db, clinicId, { mode, doctors: [doctorId] }),
      })
      await expectRefusal(bookOnline(db, await only('in_person'), c, true), 'place_not_offered')
      await expectRefusal(bookOnline(db, await only('online'), c, false), 'place_not_offered')
      await expectRefusal(
        db.query('select app_public.book_slot($1, $2, $3, online => true)', [clinicId, d, customer.customerId]),
        'place_not_offered',
      )
      // Whatever a DBA inserts.
      await db.query(`update app_public.booking_slots set status = 'booked', customer_id = $2 where id = $1`, [
        e,
        customer.customerId,
      ])
      const inserted = await db.one(
        `insert into app_public.bookings (clinic_id, booking_slot_id, customer_id, service_id, is_online)
         values ($1, $2, $3, $4, false) returning id, is_online`,
        [clinicId, e, customer.customerId, (await only('online')).serviceId],
      )
      expect(inserted.is_online).toBe(true)
      expect((await consultationOf(db, inserted.id)).state).toBe('wanted')
      const [count] = await db.query('select count(*)::int from app_public.consultations where clinic_id = $1', [
        clinicId,
      ])
      expect(count).toEqual({ count: 2 })
      expect(await exceptions(db, clinicId)).toEqual([])
    }))

  it('keeps its room when it is moved three times, and asks for it at each new time', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db, { hours: 50 })
      const { clinicId, doctorId } = practice
      const { id } = await bookOnline(db, practice, practice.slotId)
      const { room } = await consultationOf(db, id)
      const token = await joinToken(db, id)
      for (const hours of [60, 70, 80]) {
        await prepareAll(db)
        expect((await consultationOf(db, id)).state).toBe('ready')
        await reschedule(db, clinicId, id, await aSlot(db, clinicId, doctorId, hours))
        expect(await consultationOf(db, id)).toMatchObject({ state: 'wanted', room })
        expect(await exceptions(db, clinicId)).toEqual([])
      }
      expect(await consultationOf(db, id)).toMatchObject({
        booking_sequence: 3,
        provider_reference: 'https://rooms.test/it',
      })
      expect(await joinToken(db, id)).toBe(token)
      expect(await entryBy(db, 'consultation_by_link', token)).toMatchObject({ phase: 'early' })
    }))

  it('stays online when it is moved after the service has changed, and follows another service', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db, { hours: 50 })
      const { clinicId, doctorId } = practice
      const { id } = await bookOnline(db, practice, practice.slotId)
      await db.query(`update app_public.services set mode = 'in_person' where id = $1`, [practice.serviceId])
      const isOnline = async () =>
        (await db.one('select is_online from app_public.bookings where id = $1', [id])).is_online
      await reschedule(db, clinicId, id, await aSlot(db, clinicId, doctorId, 60))
      expect(await isOnline()).toBe(true)
      const other = await aService(db, clinicId, { doctors: [doctorId] })
      await db.query('select app_public.reschedule_booking($1, $2, $3, service_id => $4)', [
        clinicId,
        id,
        await aSlot(db, clinicId, doctorId, 70),
        other,
      ])
      expect(await isOnline()).toBe(false)
      expect((await consultationOf(db, id)).state).toBe('unwanted')
      expect(await exceptions(db, clinicId)).toEqual([])
    }))

  it('takes place at the clinic when the desk moves it to a time without a service', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db, { hours: 50 })
      const { clinicId, doctorId } = practice
      const { id } = await bookOnline(db, practice, practice.slotId)
      const moved = await reschedule(db, clinicId, id, await aSlot(db, clinicId, doctorId, 60), null, null, null, true)
      expect(moved).toMatchObject({ service_id: null, is_online: false })
      expect((await consultationOf(db, id)).state).toBe('unwanted')
      expect(await exceptions(db, clinicId)).toEqual([])
    }))

  it('ends with its cancellation, and its room is dropped', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db)
      const { id } = await bookOnline(db, practice, practice.slotId)
      const token = await joinToken(db, id)
      await prepareAll(db)
      await cancel(db, practice.clinicId, id)
      expect((await consultationOf(db, id)).state).toBe('unwanted')
      expect(await entryBy(db, 'consultation_by_link', token)).toMatchObject({ phase: 'cancelled' })
      await expectRefusal(entryBy(db, 'join_by_link', token), 'consultation_over')
      await prepareAll(db)
      expect(await consultationOf(db, id)).toMatchObject({ state: 'over', provider_reference: null })
      expect(await exceptions(db, practice.clinicId)).toEqual([])
    }))

  it('is checked in, completed and undone without a change of its room', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db)
      const { id } = await bookOnline(db, practice, practice.slotId)
      await prepareAll(db)
      const before = await consultationOf(db, id)
      for (const step of ['check_in', 'complete_booking', 'undo_completion', 'undo_check_in'])
        await db.query(`select app_public.${step}($1, $2)`, [practice.clinicId, id])
      expect(await consultationOf(db, id)).toEqual(before)
    }))

  it('is a plain booking when its service is at the clinic: there is no consultation and no link to join', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
      expect(await db.query('select from app_public.consultations where booking_id = $1', [id])).toEqual([])
      expect(await textOf(db, id)).not.toContain('/join#')
    }))

  it('has the link to join, and not the address of the clinic, in every message', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db, { hours: 50 })
      await db.query(`update app_public.clinics set address = 'Am Ufer 1' where id = $1`, [practice.clinicId])
      const { id } = await bookOnline(db, practice, practice.slotId)
      const text = await textOf(db, id)
      expect(text).toContain(`https://book.test.example/join#${await joinToken(db, id)}`)
      expect(text).not.toContain('Am Ufer 1')
      await reschedule(db, practice.clinicId, id, await aSlot(db, practice.clinicId, practice.doctorId, 60))
      expect(await textOf(db, id, 'booking_rescheduled')).toContain(`/join#${await joinToken(db, id)}`)
      const { calendar } = await db.one(
        `select m.calendar from app_public.notifications n
         cross join lateral app_private.messages_of(n.clinic_id, array[n.id], 'https://book.test.example') m
         where n.booking_id = $1 and n.kind = 'booking_rescheduled'`,
        [id],
      )
      expect(calendar.location).toContain('/join#')
    }))
})

describe('the link to join', () => {
  it('shows the entrance before, during and after the visit, and admits the patient only during it', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db, { hours: 50 })
      const { id } = await bookOnline(db, practice, practice.slotId)
      const token = await joinToken(db, id)
      await prepareAll(db)
      const early = await entryBy(db, 'consultation_by_link', token)
      expect(early).toMatchObject({ phase: 'early', room: null, provider: null, refusal: null })
      await expectRefusal(entryBy(db, 'join_by_link', token), 'consultation_not_open')

      const set = (times: string) =>
        db.query(`update app_public.consultations set ${times} where booking_id = $1`, [id])
      await set('opens_at = now()')
      expect(await entryBy(db, 'consultation_by_link', token)).toMatchObject({ phase: 'open', patient_came_at: null })
      const entry = await entryBy(db, 'join_by_link', token)
      expect(entry).toMatchObject({ role: 'patient', provider: 'presence', doctor_came_at: null })
      expect(entry.patient_came_at).not.toBeNull()
      expect(await entryBy(db, 'consultation_by_link', token)).toMatchObject({
        room: null,
        patient_came_at: entry.patient_came_at,
      })

      await set(`opens_at = now() - interval '2 hours', closes_at = now()`)
      expect(await entryBy(db, 'consultation_by_link', token)).toMatchObject({ phase: 'over' })
      await expectRefusal(entryBy(db, 'join_by_link', token), 'consultation_over')
      expect(await prepareAll(db)).toBe(0)
      await set('retry_at = closes_at')
      await prepareAll(db)
      expect((await consultationOf(db, id)).state).toBe('over')
    }))

  it('gives the provider the first name only, and the desk and others neither room nor token', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db)
      await db.query(`update app_public.customers set full_name = 'Vera Maria Lind' where id = $1`, [
        practice.customer.customerId,
      ])
      const { id } = await bookOnline(db, practice, practice.slotId)
      await prepareAll(db)
      expect(await entryBy(db, 'join_by_link', await joinToken(db, id))).toMatchObject({ display_name: 'Vera' })
      await db.as(practice.receptionist.claims)
      await expectRefusal(db.query('select room from app_public.consultations'), 'insufficient_privilege')
      await db.asOwner()
    }))

  it('differs from the link to manage the booking, and neither can be used as the other', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db)
      const { id } = await bookOnline(db, practice, practice.slotId)
      await prepareAll(db)
      const token = await joinToken(db, id)
      const { manage } = await db.one(`select app_private.link_token('manage', $1, $2, 0) as manage`, [
        practice.clinicId,
        id,
      ])
      const refusal = async (call: string, value: string) =>
        (await db.one(`select refusal from app_public.${call}($1)`, [value])).refusal
      expect(await refusal('booking_by_link', token)).toBe('link_invalid')
      expect(await refusal('consultation_by_link', manage)).toBe('link_invalid')
      expect(await refusal('join_by_link', manage)).toBe('link_invalid')
      // A new link ends both.
      await db.query('update app_public.bookings set link_generation = 1 where id = $1', [id])
      expect(await refusal('join_by_link', token)).toBe('link_invalid')
    }))

  it('is available as a path to the patient and the desk, and to nobody else', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db, { hours: 50 })
      const { clinicId, customer, receptionist } = practice
      const { id } = await bookOnline(db, practice, practice.slotId)
      const stranger = await aPractice(db)
      const pathFor = async (claims: object) =>
        (await db.as(claims as never, () => db.one('select app_public.join_path($1, $2) as path', [clinicId, id]))).path
      const path = `/join#${await joinToken(db, id)}`
      expect(await pathFor(customer.claims)).toBe(path)
      expect(await pathFor(receptionist.claims)).toBe(path)
      expect(await pathFor(stranger.customer.claims)).toBeNull()
      expect(await pathFor(stranger.manager.claims)).toBeNull()
    }))
})

describe('the entrance of the clinic', () => {
  it('admits the doctor of the visit and the desk, with the name that the patient sees', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db)
      const { clinicId, doctorId, receptionist } = practice
      const { id } = await bookOnline(db, practice, practice.slotId)
      await prepareAll(db)
      const doctor = await anEmployee(db, clinicId, 'doctor', doctorId)
      const other = await anEmployee(db, clinicId, 'doctor')
      const enter = (claims: object) =>
        db.as(claims as never, () => db.one('select * from app_public.enter_consultation($1, $2)', [clinicId, id]))
      await expectRefusal(enter(other.claims), 'forbidden')
      await expectRefusal(enter((await aPractice(db)).manager.claims), 'forbidden')
      expect((await consultationOf(db, id)).doctor_came_at).toBeNull()
      const names = await db.one(
        `select d.full_name as doctor, c.name as clinic from app_public.doctors d join app_public.clinics c on c.id = d.clinic_id
         where d.id = $1`,
        [doctorId],
      )
      expect(await enter(receptionist.claims)).toMatchObject({ role: 'doctor', display_name: names.clinic })
      expect(await enter(doctor.claims)).toMatchObject({ role: 'doctor', display_name: names.doctor })
      expect((await consultationOf(db, id)).doctor_came_at).not.toBeNull()
    }))

  it('leads to the doctor’s own room, as it is at that moment', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db)
      const { clinicId, doctorId, manager } = practice
      await db.query(`update app_public.policies set consultation_provider = 'link' where clinic_id = $1`, [clinicId])
      await db.as(manager.claims, () =>
        db.query('insert into app_public.doctor_rooms (clinic_id, doctor_id, url) values ($1, $2, $3)', [
          clinicId,
          doctorId,
          'https://rooms.test/anna',
        ]),
      )
      const { id } = await bookOnline(db, practice, practice.slotId)
      await prepareAll(db)
      const token = await joinToken(db, id)
      expect(await entryBy(db, 'join_by_link', token)).toMatchObject({ provider_reference: 'https://rooms.test/anna' })
      await db.query(`update app_public.doctor_rooms set url = 'https://other.test/anna' where doctor_id = $1`, [
        doctorId,
      ])
      expect(await entryBy(db, 'join_by_link', token)).toMatchObject({ provider_reference: 'https://other.test/anna' })
      for (const url of ['http://rooms.test/', 'javascript:alert(1)', 'https://', 'https://a b'])
        await expectRefusal(
          db.query('update app_public.doctor_rooms set url = $2 where doctor_id = $1', [doctorId, url]),
          'check_violation',
        )
    }))
})

describe('the job', () => {
  it('prepares the rooms again when the clinic chooses another provider, and drops those at the former one', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db, { hours: 50 })
      const { id } = await bookOnline(db, practice, practice.slotId)
      const choose = (provider: string) =>
        db.query('update app_public.policies set consultation_provider = $2 where clinic_id = $1', [
          practice.clinicId,
          provider,
        ])
      await choose('daily')
      await prepareAll(db)
      expect(await consultationOf(db, id)).toMatchObject({ state: 'ready', provider: 'daily' })
      await choose('jitsi')
      const claimed = await db.query('select provider, former_provider from app_private.claim_consultations()')
      expect(claimed).toEqual([{ provider: 'jitsi', former_provider: 'daily' }])
    }))

  it('claims a room once, and again when its attempt has had no outcome for 30 seconds', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db, { hours: 50 })
      await bookOnline(db, practice, practice.slotId)
      const claim = async (later: string) =>
        (await db.query('select from app_private.claim_consultations(20, now() + $1::interval)', [later])).length
      expect([await claim('0'), await claim('29 seconds'), await claim('30 seconds')]).toEqual([1, 0, 1])
    }))

  it('does not record a room that was prepared for an earlier time of the visit, or for a cancelled visit', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db, { hours: 50 })
      const { clinicId, doctorId } = practice
      const { id } = await bookOnline(db, practice, practice.slotId)
      const claim = () => db.query("select * from app_private.claim_consultations(20, now() + interval '10 minutes')")
      const record = (claimed: Record<string, unknown> | undefined) =>
        db.query('select app_private.record_consultation($1, $2, $3, $4, $5)', [
          clinicId,
          id,
          claimed?.booking_sequence,
          claimed?.is_wanted,
          'https://rooms.test/made',
        ])
      const [first] = await claim()
      await reschedule(db, clinicId, id, await aSlot(db, clinicId, doctorId, 60))
      await record(first)
      expect(await consultationOf(db, id)).toMatchObject({
        state: 'wanted',
        provider_reference: 'https://rooms.test/made',
      })
      const [second] = await claim()
      await cancel(db, clinicId, id)
      await record(second)
      expect((await consultationOf(db, id)).state).toBe('unwanted')
      const [drop] = await claim()
      expect(drop).toMatchObject({ is_wanted: false, provider_reference: 'https://rooms.test/made' })
      await record(drop)
      expect(await consultationOf(db, id)).toMatchObject({ state: 'over', provider_reference: null })
    }))

  it('shows a failure after three attempts, goes on, and recovers', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db, { hours: 50 })
      const { id } = await bookOnline(db, practice, practice.slotId)
      const attempt = async (error: string | null) => {
        await db.query('update app_public.consultations set retry_at = now() where booking_id = $1', [id])
        const [claimed] = await db.query('select * from app_private.claim_consultations()')
        await db.query('select app_private.record_consultation($1, $2, $3, $4, null, $5)', [
          practice.clinicId,
          id,
          claimed?.booking_sequence,
          claimed?.is_wanted,
          error,
        ])
        return (await consultationOf(db, id)).state
      }
      expect([await attempt('500'), await attempt('500'), await attempt('500')]).toEqual(['wanted', 'wanted', 'failed'])
      expect((await consultationOf(db, id)).last_error).toBe('500')
      expect(await exceptions(db, practice.clinicId)).toEqual([])
      expect(await attempt(null)).toBe('ready')
      expect((await consultationOf(db, id)).last_error).toBeNull()
    }))
})

describe('erasing a patient', () => {
  it('ends the visits ahead, and removes when the patient came to those before', () =>
    inTransaction(async (db) => {
      const practice = await anOnlinePractice(db)
      const { customer } = practice
      const { id } = await bookOnline(db, practice, practice.slotId)
      await prepareAll(db)
      await entryBy(db, 'join_by_link', await joinToken(db, id))
      const { bookings } = await db.one('select bookings from app_public.export_customer($1)', [customer.customerId])
      expect(bookings[0]).toMatchObject({ isOnline: true, joinedAt: expect.any(String) })
      await db.query('select app_public.erase_customer($1)', [customer.customerId])
      expect(await consultationOf(db, id)).toMatchObject({ state: 'unwanted', patient_came_at: null })
    }))
})
