import { describe, expect, it } from '@jest/globals'
import { book, cancel } from '../../../helpers/clinic/operations.ts'
import { aService } from '../../../helpers/clinic/services.ts'
import { anAccount, aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'

const document = 'select * from app_public.export_customer($1)'

describe('export_customer', () => {
  it('returns all data that is stored about a person, archived or not', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer } = await aPractice(db)
      const elsewhere = await aPractice(db)
      await db.as(customer.claims, async () => {
        const { id } = await book(db, clinicId, slotId, { note: 'my back' })
        await cancel(db, clinicId, id, 'flu')
        await book(db, elsewhere.clinicId, elsewhere.slotId)
      })
      // The first is in the archive by now.
      await db.query(`update app_private.retention set slots = '0'`)
      await db.query(`select app_private.archive_past_slots(500, now() + interval '5 days')`)
      const later = await aSlot(db, clinicId, doctorId, 49)
      await db.as(customer.claims, () => book(db, clinicId, later, { note: 'my knee' }))
      await db.query(
        `update app_public.clinic_customers set notes = 'limps' where clinic_id = $1 and customer_id = $2`,
        [clinicId, customer.customerId],
      )
      await db.query(
        `select app_private.deliver_to_database(n.clinic_id, n.id, m.recipient, m.subject, m.body)
         from app_private.claim_notifications(100) n, app_private.messages_of(n.clinic_id, array[n.id]) m`,
      )

      const all = await db.as(customer.claims, () => db.one(document, [null]))
      const { email } = await db.one('select email from app_private.accounts where id = $1', [customer.accountId])
      expect(all).toMatchObject({
        format_version: 1,
        customer_id: customer.customerId,
        profile: { email, isActive: true },
        account: { id: customer.accountId, email, sessions: [{ endedAt: null }], employments: [] },
        clinic_records: [{ clinicId, notes: 'limps' }, { clinicId: elsewhere.clinicId }],
        notifications: [
          { kind: 'booking_confirmed', recipient: email, body: expect.stringContaining('appointment') },
          { kind: 'booking_reminder', recipient: null },
        ],
      })
      expect(all.bookings).toEqual([
        expect.objectContaining({
          note: 'my back',
          cancellationReason: 'flu',
          status: 'cancelled',
          archivedAt: expect.any(String),
        }),
        expect.objectContaining({ clinicId: elsewhere.clinicId, status: 'booked', archivedAt: expect.any(String) }),
        expect.objectContaining({
          note: 'my knee',
          status: 'booked',
          archivedAt: null,
          startsAt: expect.stringMatching(/\+00:00$/),
        }),
      ])
      const events = await db.query('select from app_public.events where customer_id = $1', [customer.customerId])
      expect(all.events).toHaveLength(events.length)
      // No data of the clinic's employees, and no secrets.
      expect(JSON.stringify(all)).not.toMatch(/password|token|actorAccount/i)
    }))

  it('names the service of a visit, and gives its start and end without buffers, archived or not', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer } = await aPractice(db)
      const serviceId = await aService(db, clinicId, {
        name: 'Check',
        duration: '15 min',
        buffer_before: '5 min',
        doctors: [doctorId],
      })
      const booking = await book(db, clinicId, slotId, { customerId: customer.customerId, serviceId })
      expect(booking.visit_starts_at.getTime() - booking.starts_at.getTime()).toBe(5 * 60_000)
      const visits = async () =>
        (await db.one(document, [customer.customerId])).bookings.map(
          ({ serviceName, startsAt, endsAt }: Record<string, string>) => [
            serviceName,
            Date.parse(startsAt as string),
            Date.parse(endsAt as string),
          ],
        )
      const visit = ['Check', booking.visit_starts_at.getTime(), booking.visit_ends_at.getTime()]
      expect(await visits()).toEqual([visit])
      await db.query(`update app_private.retention set slots = '0'`)
      await db.query(`select app_private.archive_past_slots(500, now() + interval '5 days')`)
      expect(await db.query('select from app_public.bookings where id = $1', [booking.id])).toEqual([])
      expect(await visits()).toEqual([visit])
    }))

  it('returns the same in every time zone of the caller', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await db.as(customer.claims, () => book(db, clinicId, slotId))
      const here = await db.one(document, [customer.customerId])
      await db.query(`set local timezone = 'Asia/Kathmandu'; set local datestyle = 'German'`)
      expect((await db.one(document, [customer.customerId])).bookings).toEqual(here.bookings)
    }))

  it('exports a person whom a clinic recorded, an employee, and an erased customer', () =>
    inTransaction(async (db) => {
      const { clinicId, customer } = await aPractice(db)
      const { id } = await db.one(`select customer_id as id from app_public.add_clinic_customer($1, 'Walk-in')`, [
        clinicId,
      ])
      expect(await db.one(document, [id])).toMatchObject({
        account: null,
        clinic_records: [{ fullName: 'Walk-in' }],
        bookings: [],
      })
      await db.query(
        `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'receptionist', 'R')`,
        [clinicId, customer.accountId],
      )
      expect((await db.one(document, [customer.customerId])).account).toMatchObject({
        employments: [{ clinicId, role: 'receptionist' }],
      })
      await db.query('select app_public.erase_customer($1)', [id])
      expect(await db.one(document, [id])).toMatchObject({ profile: { fullName: 'erased', email: null } })
    }))

  it('is for customers themselves and administrators; other callers do not learn whether the customer exists', () =>
    inTransaction(async (db) => {
      const { customer, manager, receptionist } = await aPractice(db)
      for (const { claims } of [manager, receptionist])
        await expectRefusal(
          db.as(claims, () => db.query(document, [customer.customerId])),
          'customer_not_found',
        )
      const admin = await anAccount(db, { isAdmin: true })
      expect(await db.as(admin.claims, () => db.one(document, [customer.customerId]))).toMatchObject({
        customer_id: customer.customerId,
      })
      await expectRefusal(db.query(document, ['999999999']), 'customer_not_found')
      await expectRefusal(db.query(document, [null]), 'customer_not_found')
    }))
})
