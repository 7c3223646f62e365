import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { book, cancel, hold, release, reschedule } from '../../../helpers/clinic/operations.ts'
import { aCustomer, aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../../helpers/database/cluster.ts'
import { connect, untilWaiting } from '../../../helpers/database/connection.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { policy } from '../claiming.ts'

// A client that receives no answer repeats the request with the same key, and gets the answer that it missed.

const count = async (db: Pick<Db, 'one'>, table: string, clinicId: string) =>
  (await db.one<{ n: number }>(`select count(*)::int as n from ${table} where clinic_id = $1`, [clinicId])).n

describe('the same key', () => {
  it('makes one booking for fifty equal requests and returns the same answer to each', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await db.as(customer.claims)
      const first = await book(db, clinicId, slotId, { note: 'once', key: 'retry' })
      for (let i = 1; i < 50; i++)
        expect(await book(db, clinicId, slotId, { note: 'once', key: 'retry' })).toEqual(first)
      await db.asOwner()
      expect(await count(db, 'app_public.bookings', clinicId)).toBe(1)
      expect(await count(db, 'app_public.notifications', clinicId)).toBe(2)
      expect(await count(db, 'app_public.events', clinicId)).toBe(3)
    }))

  it('returns the first answer, even if the row has changed since', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer } = await aPractice(db)
      const next = await aSlot(db, clinicId, doctorId, 60)
      await db.as(customer.claims)
      const held = await hold(db, clinicId, slotId, { key: 'hold' })
      const booked = await book(db, clinicId, slotId, { key: 'book' })
      const moved = await reschedule(db, clinicId, booked.id, next, 'move')
      const heldAgain = await hold(db, clinicId, slotId, { key: 'again' })
      const released = await release(db, clinicId, slotId, { key: 'release' })
      const cancelled = await cancel(db, clinicId, booked.id, 'why', 'cancel')

      expect(await hold(db, clinicId, slotId, { key: 'hold' })).toEqual(held)
      expect(await book(db, clinicId, slotId, { key: 'book' })).toEqual(booked)
      expect(await reschedule(db, clinicId, booked.id, next, 'move')).toEqual(moved)
      expect(await hold(db, clinicId, slotId, { key: 'again' })).toEqual(heldAgain)
      expect(await release(db, clinicId, slotId, { key: 'release' })).toEqual(released)
      expect(await cancel(db, clinicId, booked.id, 'why', 'cancel')).toEqual(cancelled)
    }))

  it('returns the answer of a reschedule that changed nothing, and does not move the booking back later', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer } = await aPractice(db)
      const next = await aSlot(db, clinicId, doctorId, 60)
      await db.as(customer.claims)
      const booking = await book(db, clinicId, slotId)
      const stayed = await reschedule(db, clinicId, booking.id, slotId, 'stay')
      await reschedule(db, clinicId, booking.id, next)
      expect(await reschedule(db, clinicId, booking.id, slotId, 'stay')).toEqual(stayed)
      expect(await db.one('select booking_slot_id from app_public.bookings')).toEqual({ booking_slot_id: next })
    }))

  it('with another operation or other arguments is refused', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer, receptionist } = await aPractice(db)
      const next = await aSlot(db, clinicId, doctorId, 60)
      await db.as(customer.claims)
      const { id } = await book(db, clinicId, slotId, { note: 'once', key: 'k' })
      const key = 'k'
      for (const attempt of [
        () => book(db, clinicId, next, { note: 'once', key }),
        () => book(db, clinicId, slotId, { note: 'twice', key }),
        () => book(db, clinicId, slotId, { key }),
        () => hold(db, clinicId, slotId, { key }),
        () => release(db, clinicId, slotId, { key }),
        () => cancel(db, clinicId, id, null, key),
        () => reschedule(db, clinicId, id, next, key),
      ])
        await expectRefusal(attempt(), 'idempotency_key_reused')
      await cancel(db, clinicId, id, 'flu', 'c')
      await expectRefusal(cancel(db, clinicId, id, 'cold', 'c'), 'idempotency_key_reused')

      // The customer is one of the arguments, too.
      const another = await db.as(receptionist.claims, async () => {
        await book(db, clinicId, next, { customerId: customer.customerId, key: 'desk' })
        return db.one<{ customer_id: string }>(`select customer_id from app_public.add_clinic_customer($1, 'Bob')`, [
          clinicId,
        ])
      })
      await db.as(receptionist.claims, () =>
        expectRefusal(
          book(db, clinicId, next, { customerId: another.customer_id, key: 'desk' }),
          'idempotency_key_reused',
        ),
      )
    }))

  it('is a different key for another caller and in another clinic', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer } = await aPractice(db)
      const elsewhere = await aPractice(db)
      const next = await aSlot(db, clinicId, doctorId, 60)
      const other = await aCustomer(db)
      const mine = await db.as(customer.claims, () => book(db, clinicId, slotId, { key: 'k' }))
      const theirs = await db.as(other.claims, () => book(db, clinicId, next, { key: 'k' }))
      const there = await db.as(customer.claims, () => book(db, elsewhere.clinicId, elsewhere.slotId, { key: 'k' }))
      expect(new Set([mine.id, theirs.id, there.id]).size).toBe(3)
      // Each caller gets their own answer again, in any order.
      for (const caller of [other, customer, other])
        expect(
          await db.as(caller.claims, () => book(db, clinicId, caller === other ? next : slotId, { key: 'k' })),
        ).toEqual(caller === other ? theirs : mine)
      expect(await db.as(customer.claims, () => book(db, elsewhere.clinicId, elsewhere.slotId, { key: 'k' }))).toEqual(
        there,
      )
      // A DBA has keys too; they belong to no account.
      const last = await aSlot(db, clinicId, doctorId, 70)
      const byHand = () => book(db, clinicId, last, { customerId: customer.customerId, key: 'k' })
      expect(await byHand()).toEqual(await byHand())
    }))

  it('runs the operation again after a refusal', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await policy(db, clinicId, `lead_time = '3 days'`)
      await db.as(customer.claims, () => expectRefusal(book(db, clinicId, slotId, { key: 'k' }), 'booking_too_late'))
      await policy(db, clinicId, `lead_time = '0'`)
      await db.as(customer.claims)
      // The key is not even bound to its arguments, because the refused request did nothing.
      await expectRefusal(hold(db, clinicId, '0', { key: 'k' }), 'slot_not_found')
      expect(await book(db, clinicId, slotId, { key: 'k' })).toMatchObject({ status: 'booked' })
    }))

  it.each([
    ['empty', ''],
    ['longer than 200 characters', 'k'.repeat(201)],
  ])('is refused when it is %s', (_, key) =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await db.as(customer.claims)
      await expectRefusal(book(db, clinicId, slotId, { key }), 'invalid_argument')
      await book(db, clinicId, slotId, { key: 'k'.repeat(200) })
    }),
  )

  it('gives no stored answer to a caller who is no longer a customer', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await db.as(customer.claims, () => book(db, clinicId, slotId, { key: 'k' }))
      await db.query('update app_public.customers set is_active = false where id = $1', [customer.customerId])
      await db.as(customer.claims, () => expectRefusal(book(db, clinicId, slotId, { key: 'k' }), 'customer_not_found'))
    }))
})

describe('two requests with the same key at once', () => {
  let database: ClonedDatabase
  beforeAll(async () => {
    database = await cloneDatabase()
  })
  afterAll(() => database.drop())

  it.each(['commits', 'fails'])('the second waits until the first %s', async (end) => {
    const [one, two] = [await connect(database.url), await connect(database.url)]
    try {
      const { clinicId, slotId, customer } = await aPractice(one)
      let second: Promise<{ id: string }> | undefined
      const first = one.request(customer.claims, async () => {
        const booking = await book(one, clinicId, slotId, { key: 'k' })
        second = two.request(customer.claims, () => book(two, clinicId, slotId, { key: 'k' }))
        await untilWaiting(one, two, second)
        if (end === 'fails') throw new Error('the connection broke')
        return booking
      })
      if (end === 'commits') {
        const booking = await first
        expect(await second).toEqual(booking)
      } else {
        await expect(first).rejects.toThrow('the connection broke')
        expect(await second).toMatchObject({ status: 'booked' })
      }
      expect(await count(one, 'app_public.bookings', clinicId)).toBe(1)
    } finally {
      await one.close()
      await two.close()
    }
  })
})
