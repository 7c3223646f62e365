import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { book, hold, release, slotOf } from '../../../helpers/clinic/operations.ts'
import { aCustomer, anAccount, anEmployee, aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../../helpers/database/cluster.ts'
import { connect, untilWaiting } from '../../../helpers/database/connection.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import type { Act } from '../claiming.ts'

// For whom one may act. release_hold asks the same before it looks for a hold.

const claims: [string, Act][] = [
  ['hold_slot', hold],
  ['book_slot', book],
]

describe.each(claims)('%s', (_, claim) => {
  it('is the caller if no customer is named', () =>
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

  it("reveals no other person to the desk: neither other clinics' customers, nor unknown ones", () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, receptionist } = await aPractice(db)
      const other = await aPractice(db)
      await db.as(other.customer.claims, () => book(db, other.clinicId, other.slotId))
      await db.as(receptionist.claims)
      for (const customerId of [other.customer.customerId, '0', '-1'])
        await expectRefusal(claim(db, clinicId, slotId, { customerId }), 'customer_not_found')
    }))

  it('refuses an inactive customer, even as the caller', () =>
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
  it('refuses to act for others, except at the desk of this clinic', () =>
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

  it('refuses callers who are not customers and name no customer', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, receptionist } = await aPractice(db)
      await db.as(receptionist.claims, () => expectRefusal(act(db, clinicId, slotId), 'invalid_argument'))
      await expectRefusal(act(db, clinicId, slotId), 'invalid_argument')
    }))

  it('refuses anonymous callers', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      const attempts = () => [act(db, clinicId, slotId), act(db, clinicId, slotId, { customerId: customer.customerId })]
      await db.as({})
      for (const attempt of attempts()) await expectRefusal(attempt, 'insufficient_privilege')
      // A role without the claims of a request is not a caller.
      await db.asOwner()
      await db.query('set local role app_customer')
      for (const attempt of attempts()) await expectRefusal(attempt, 'unauthenticated')
    }))
})

describe('a customer who is being removed', () => {
  let database: ClonedDatabase
  beforeAll(async () => {
    database = await cloneDatabase()
  })
  afterAll(() => database.drop())

  const remove = (db: Pick<Db, 'query'>, customerId: string) =>
    db.query('select app_public.remove_customer($1)', [customerId])

  it.each(claims)('is refused by %s, which waits for the removal', async (_, claim) => {
    const [one, two] = [await connect(database.url), await connect(database.url)]
    try {
      const { clinicId, slotId, customer, receptionist } = await aPractice(one)
      // The desk has a record of them, so nothing else prevents the claim.
      await one.query(
        `insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, 'Known here')`,
        [clinicId, customer.customerId],
      )
      let claimed: Promise<unknown> | undefined
      await one.request(customer.claims, async () => {
        await remove(one, customer.customerId)
        claimed = two.request(receptionist.claims, () => claim(two, clinicId, slotId, customer))
        claimed.catch(() => undefined)
        await untilWaiting(one, two, claimed)
      })
      await expectRefusal(claimed as Promise<unknown>, 'customer_not_found')
      expect(await slotOf(one, slotId)).toMatchObject({ status: 'open', customer_id: null })
    } finally {
      await one.close()
      await two.close()
    }
  })

  it('is not removed while a booking of theirs is being made: the removal waits, and finds it', async () => {
    const [one, two] = [await connect(database.url), await connect(database.url)]
    try {
      const { clinicId, slotId, customer } = await aPractice(one)
      let removed: Promise<unknown> | undefined
      await one.request(customer.claims, async () => {
        await book(one, clinicId, slotId)
        removed = two.request(customer.claims, () => remove(two, customer.customerId))
        removed.catch(() => undefined)
        await untilWaiting(one, two, removed)
      })
      await expectRefusal(removed as Promise<unknown>, 'still_in_use')
    } finally {
      await one.close()
      await two.close()
    }
  })
})
