import { describe, expect, it } from '@jest/globals'
import { book, cancel, reschedule } from '../../helpers/clinic/operations.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { aCustomer, anEmployee, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Claims, type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

interface Entry {
  uid: string
  sequence: number
  startsAt: string
  endsAt: string
  summary: string
  location: string
}
interface Calendar {
  name: string | null
  entries: Entry[] | null
  refusal: string | null
}

/** The token of the caller's link to a calendar. */
const linkOf = async (db: Db, claims: Claims, args = ''): Promise<string> => {
  const { path } = await db.as(claims, () => db.one(`select path from app_public.create_calendar_link(${args})`))
  expect(path).toMatch(/^\/calendars\/[\w.-]+\.ics$/)
  return path.slice('/calendars/'.length, -'.ics'.length)
}
const read = (db: Db, token: string): Promise<Calendar> =>
  db.as({ from: '192.0.2.7' }, () =>
    db.one<Calendar & Record<string, unknown>>('select * from app_public.calendar_by_link($1)', [token]),
  )
const entriesOf = async (db: Db, token: string): Promise<Entry[]> => (await read(db, token)).entries ?? []
const isRefused = async (db: Db, token: string) => (await read(db, token)).refusal === 'link_invalid'

describe('the calendar of a clinic', () => {
  it('has each visit with the UID and the sequence of the e-mails, and no name of a patient', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, receptionist } = await aPractice(db)
      const vera = await aCustomer(db, 'Vera Lind')
      const { id } = await book(db, clinicId, slotId, { customerId: vera.customerId, note: 'chest pain' })
      await reschedule(db, clinicId, id, await aSlot(db, clinicId, doctorId, 60))
      const serviceId = await aService(db, clinicId, { name: 'First visit', doctors: [doctorId] })
      const withService = await aSlot(db, clinicId, doctorId, 70)
      await db.query('select app_public.book_slot($1, $2, $3, service_id => $4)', [
        clinicId,
        withService,
        vera.customerId,
        serviceId,
      ])
      const { uid, doctor } = await db.one(
        `select app_public.calendar_uid($1, $2) as uid, d.full_name as doctor
         from app_public.doctors d where d.id = $3`,
        [clinicId, id, doctorId],
      )
      const { sent } = await db.one(
        `select (m.calendar ->> 'uid') || ' ' || (m.calendar ->> 'sequence') as sent
         from app_public.notifications n
         cross join lateral app_private.messages_of(n.clinic_id, array[n.id]) m
         where n.booking_id = $1 and n.kind = 'booking_rescheduled' and n.channel = 'email'`,
        [id],
      )
      const entries = await entriesOf(db, await linkOf(db, receptionist.claims, clinicId))
      expect(entries).toMatchObject([
        { uid, sequence: 1, summary: `${doctor}: Appointment` },
        { sequence: 0, summary: `${doctor}: First visit` },
      ])
      expect(`${entries[0]?.uid} ${entries[0]?.sequence}`).toBe(sent)
      expect(JSON.stringify(entries)).not.toMatch(/Vera|Lind|@test\.example|chest pain/)
    }))

  it('shows names once a manager allows them, as the clinic knows the patient', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, manager, receptionist } = await aPractice(db)
      const vera = await aCustomer(db, 'Vera Lind')
      await book(db, clinicId, slotId, { customerId: vera.customerId, note: 'chest pain' })
      const token = await linkOf(db, receptionist.claims, `${clinicId}, ${doctorId}`)
      expect((await entriesOf(db, token))[0]?.summary).toBe('Appointment')
      const allow = 'update app_public.policies set feeds_show_names = true where clinic_id = $1 returning 1'
      expect(await db.as(receptionist.claims, () => db.query(allow, [clinicId]))).toEqual([])
      expect(await db.as(manager.claims, () => db.query(allow, [clinicId]))).toHaveLength(1)
      expect((await entriesOf(db, token))[0]?.summary).toBe('Vera Lind')
      expect(JSON.stringify(await entriesOf(db, token))).not.toContain('chest pain')
    }))

  it('leaves out cancelled visits, those of other doctors and clinics, and what is more than 90 days ago', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer, manager } = await aPractice(db)
      const other = await aPractice(db)
      await book(db, other.clinicId, other.slotId, { customerId: customer.customerId })
      const kept = await book(db, clinicId, slotId, { customerId: customer.customerId })
      const gone = await book(db, clinicId, await aSlot(db, clinicId, doctorId, 60), {
        customerId: customer.customerId,
      })
      await cancel(db, clinicId, gone.id)
      const old = await aSlot(db, clinicId, doctorId, -24 * 92)
      const recent = await aSlot(db, clinicId, doctorId, -24 * 88)
      for (const id of [old, recent]) {
        await db.query(
          `with slot as (update app_public.booking_slots set status = 'booked', customer_id = $2 where id = $1 returning *)
           insert into app_public.bookings (clinic_id, booking_slot_id, customer_id, status)
           select clinic_id, id, $2, 'completed' from slot`,
          [id, customer.customerId],
        )
      }
      const secondDoctor = await db.one<{ id: string }>(
        `insert into app_public.doctors (clinic_id, full_name) values ($1, 'Second') returning id`,
        [clinicId],
      )
      const all = await entriesOf(db, await linkOf(db, manager.claims, clinicId))
      const { uid } = await db.one('select app_public.calendar_uid($1, $2) as uid', [clinicId, kept.id])
      expect(all).toHaveLength(2)
      expect(all[1]?.uid).toBe(uid)
      expect(await entriesOf(db, await linkOf(db, manager.claims, `${clinicId}, ${doctorId}`))).toHaveLength(2)
      expect(await entriesOf(db, await linkOf(db, manager.claims, `${clinicId}, ${secondDoctor.id}`))).toEqual([])
    }))
})

describe('a link to a calendar of a clinic', () => {
  it('stays the same until it is renewed or revoked, and each employee has another', () =>
    inTransaction(async (db) => {
      const { clinicId, manager, receptionist } = await aPractice(db)
      const first = await linkOf(db, manager.claims, clinicId)
      expect(await linkOf(db, manager.claims, clinicId)).toBe(first)
      const ofReceptionist = await linkOf(db, receptionist.claims, clinicId)
      expect(ofReceptionist).not.toBe(first)
      const second = await linkOf(db, manager.claims, `${clinicId}, renew => true`)
      expect([await isRefused(db, first), await isRefused(db, second)]).toEqual([true, false])
      const revoke = () =>
        db.as(manager.claims, () => db.one('select app_public.revoke_calendar_link($1) as was_there', [clinicId]))
      expect([await revoke(), await revoke()]).toEqual([{ was_there: true }, { was_there: false }])
      expect(await isRefused(db, second)).toBe(true)
      expect(await isRefused(db, ofReceptionist)).toBe(false)
      const third = await linkOf(db, manager.claims, clinicId)
      expect([first, second]).not.toContain(third)
    }))

  it('ends with the right to see the calendar: another role, the end of the employment, a closed account', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, manager } = await aPractice(db)
      const doctor = await anEmployee(db, clinicId, 'doctor', doctorId)
      const own = await linkOf(db, doctor.claims, `${clinicId}, ${doctorId}`)
      const ofClinic = await linkOf(db, manager.claims, clinicId)
      const set = (change: string, id: string) =>
        db.query(`update app_public.employees set ${change} where id = $1`, [id])
      await set(`role = 'doctor'`, manager.employeeId)
      expect(await isRefused(db, ofClinic)).toBe(true)
      await set(`role = 'receptionist'`, manager.employeeId)
      expect(await isRefused(db, ofClinic)).toBe(false)
      await set('is_active = false', manager.employeeId)
      expect(await isRefused(db, ofClinic)).toBe(true)
      expect(await isRefused(db, own)).toBe(false)
      await db.query('update app_private.accounts set is_active = false where id = $1', [doctor.accountId])
      expect(await isRefused(db, own)).toBe(true)
    }))

  it('is not given to a doctor for the clinic or for another doctor', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aPractice(db)
      const other = await db.one<{ id: string }>(
        `insert into app_public.doctors (clinic_id, full_name) values ($1, 'Second') returning id`,
        [clinicId],
      )
      const { claims } = await anEmployee(db, clinicId, 'doctor', doctorId)
      await expectRefusal(linkOf(db, claims, clinicId), 'forbidden')
      await expectRefusal(linkOf(db, claims, `${clinicId}, ${other.id}`), 'forbidden')
      await linkOf(db, claims, `${clinicId}, ${doctorId}`)
    }))
})

describe('the calendar of a patient', () => {
  it('has the visits of the patient and of dependants in all clinics, without their names', () =>
    inTransaction(async (db) => {
      const [a, b] = [await aPractice(db), await aPractice(db)]
      const vera = await aCustomer(db, 'Vera Lind')
      await db.as(vera.claims)
      const { dependant_customer_id: child } = await db.one(
        `select dependant_customer_id from app_public.add_dependant('Kim Lind', current_date - 2000, 'parent')`,
      )
      await db.asOwner()
      await book(db, a.clinicId, a.slotId, { customerId: vera.customerId })
      await book(db, b.clinicId, b.slotId, { customerId: child })
      const token = await linkOf(db, vera.claims)
      const { entries, name } = await read(db, token)
      expect(name).toBe('My appointments')
      expect(entries).toHaveLength(2)
      expect(JSON.stringify(entries)).not.toMatch(/Lind/)
      // Not the visits of others, and as soon as the guardianship has ended, not the child's.
      await db.as(vera.claims, () => db.query('select app_public.end_guardianship($1)', [child]))
      expect(await entriesOf(db, token)).toHaveLength(1)
    }))

  it('ends when the patient is removed, and is erased with the patient', () =>
    inTransaction(async (db) => {
      const [vera, bert] = [await aCustomer(db, 'Vera Lind'), await aCustomer(db, 'Bert')]
      const [ofVera, ofBert] = [await linkOf(db, vera.claims), await linkOf(db, bert.claims)]
      const exported = () =>
        db.one(`select profile ->> 'calendarLinkSince' as since from app_public.export_customer($1)`, [bert.customerId])
      expect((await exported()).since).not.toBeNull()
      await db.query('select app_public.remove_customer($1)', [vera.customerId])
      await db.query('select app_public.erase_customer($1)', [bert.customerId])
      expect([await isRefused(db, ofVera), await isRefused(db, ofBert)]).toEqual([true, true])
      expect(await db.query('select from app_private.patient_feeds where customer_id = $1', [bert.customerId])).toEqual(
        [],
      )
    }))
})

describe('a token of a calendar', () => {
  it('is not valid for anything else, and tokens for something else are not valid for a calendar', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer, manager } = await aPractice(db)
      const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
      const token = await linkOf(db, manager.claims, clinicId)
      const own = await linkOf(db, customer.claims)
      for (const each of [token, own]) {
        const { refusal } = await db.one('select refusal from app_public.booking_by_link($1)', [each])
        expect(refusal).toBe('link_invalid')
        const letters = each.replace(/.\.f/, (end) => `${end.startsWith('A') ? 'B' : 'A'}.f`)
        expect(await isRefused(db, letters)).toBe(true)
        expect(await isRefused(db, each.replace('.f', '.m'))).toBe(true)
      }
      const { link } = await db.one(`select app_private.link_token('manage', $1, $2, 0) as link`, [clinicId, id])
      expect(await isRefused(db, link)).toBe(true)
      // The token with the clinic removed.
      expect(await isRefused(db, token.replace(/\.f[0-9a-f]+-/, '.f-'))).toBe(true)
    }))

  it('is counted for the network when nobody issued it, and not when it was revoked', () =>
    inTransaction(async (db) => {
      const { customer } = await aPractice(db)
      const revoked = await linkOf(db, customer.claims)
      const valid = await linkOf(db, customer.claims, 'renew => true')
      await db.query(`update app_private.network_limits set burst = 2 where kind = 'link'`)
      for (let i = 0; i < 5; i++) expect(await isRefused(db, revoked)).toBe(true)
      for (let i = 0; i < 2; i++) expect(await isRefused(db, '1.AAAAAAAAAAAAAAAA.f1-1')).toBe(true)
      await expectRefusal(read(db, '1.AAAAAAAAAAAAAAAA.f1-1'), 'too_many_attempts')
      expect(await isRefused(db, valid)).toBe(false)
    }))
})
