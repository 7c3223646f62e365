import { describe, expect, it } from '@jest/globals'
import { expectRefusal, inTransaction } from '../../helpers/database.ts'
import { book, hold, release } from '../../helpers/operations.ts'
import { aCustomer, anAccount, anEmployee, aPractice, aSlot } from '../../helpers/world.ts'
import type { Act } from './claiming.ts'

// For whom one may act. release_hold asks the same before it looks for a hold.

const claims: [string, Act][] = [
  ['hold_slot', hold],
  ['book_slot', book],
]

describe.each(claims)('%s', (_, claim) => {
  it('is for the caller when nobody is named', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await db.as(customer.claims)
      expect(await claim(db, clinicId, slotId)).toMatchObject({ customer_id: customer.customerId })
    }))

  it("makes the clinic's own record of a customer once, as a copy of the profile", () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer, receptionist } = await aPractice(db)
      const records = () =>
        db.as(receptionist.claims, () =>
          db.query('select customer_id, full_name, email, row_version from app_public.clinic_customers'),
        )
      const { full_name, email } = await db.one('select full_name, email from app_public.customers where id = $1', [
        customer.customerId,
      ])
      await db.as(customer.claims, () => claim(db, clinicId, slotId))
      const record = { customer_id: customer.customerId, full_name, email, row_version: 1 }
      expect(await records()).toEqual([record])
      const next = await aSlot(db, clinicId, doctorId, 60)
      await db.as(customer.claims, () => claim(db, clinicId, next))
      expect(await records()).toEqual([record])
    }))

  it('lets the desk act for a customer of its records', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, receptionist } = await aPractice(db)
      await db.as(receptionist.claims)
      const { customer_id } = await db.one<{ customer_id: string }>(
        `select customer_id from app_public.add_clinic_customer($1, 'Walk In')`,
        [clinicId],
      )
      expect(await claim(db, clinicId, slotId, { customerId: customer_id })).toMatchObject({ customer_id })
    }))

  it("tells the desk of nobody else: not of other clinics' customers, not of unknown ones", () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, receptionist } = await aPractice(db)
      const other = await aPractice(db)
      await db.as(other.customer.claims, () => book(db, other.clinicId, other.slotId))
      await db.as(receptionist.claims)
      for (const customerId of [other.customer.customerId, '0', '-1'])
        await expectRefusal(claim(db, clinicId, slotId, { customerId }), 'customer_not_found')
    }))

  it('refuses a customer who is not active, also to themselves', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer, receptionist } = await aPractice(db)
      const earlier = await aSlot(db, clinicId, doctorId, 60)
      await db.as(customer.claims, () => book(db, clinicId, earlier))
      await db.query('update app_public.customers set is_active = false where id = $1', [customer.customerId])
      await db.as(customer.claims, () => expectRefusal(claim(db, clinicId, slotId), 'customer_not_found'))
      await db.as(receptionist.claims, () =>
        expectRefusal(claim(db, clinicId, slotId, { customerId: customer.customerId }), 'customer_not_found'),
      )
    }))

  it('lets an administrator and a DBA act for every customer', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer } = await aPractice(db)
      const next = await aSlot(db, clinicId, doctorId, 60)
      await claim(db, clinicId, slotId, { customerId: customer.customerId })
      const admin = await anAccount(db, { isAdmin: true })
      await db.as(admin.claims, () => claim(db, clinicId, next, { customerId: customer.customerId }))
      await expectRefusal(claim(db, clinicId, next, { customerId: '0' }), 'customer_not_found')
    }))
})

describe.each<[string, Act]>([...claims, ['release_hold', release]])('%s', (_, act) => {
  it('forbids to act for others, unless at the desk of this clinic', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer } = await aPractice(db)
      const other = await aPractice(db)
      for (const { claims } of [
        await aCustomer(db),
        await anEmployee(db, clinicId, 'doctor', doctorId),
        other.manager,
        other.receptionist,
      ])
        await db.as(claims, () =>
          expectRefusal(act(db, clinicId, slotId, { customerId: customer.customerId }), 'forbidden'),
        )
    }))

  it('wants to know for whom, from those who are no customer', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, receptionist } = await aPractice(db)
      await db.as(receptionist.claims, () => expectRefusal(act(db, clinicId, slotId), 'invalid_argument'))
      await expectRefusal(act(db, clinicId, slotId), 'invalid_argument')
    }))

  it('is not for nobody', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      const attempts = () => [act(db, clinicId, slotId), act(db, clinicId, slotId, { customerId: customer.customerId })]
      await db.as({})
      for (const attempt of attempts()) await expectRefusal(attempt, 'insufficient_privilege')
      // A role alone is no person: somebody must have begun a request.
      await db.asOwner()
      await db.query('set local role app_customer')
      for (const attempt of attempts()) await expectRefusal(attempt, 'unauthenticated')
    }))
})
