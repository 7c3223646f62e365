import { describe, expect, it } from '@jest/globals'
import { book, cancel, hold, reschedule } from '../../../helpers/clinic/operations.ts'
import { aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { expire, policy, recordBooking } from '../claiming.ts'

/** A practice whose customers may have two bookings and holds, with a free slot at each of `hours`. */
async function aStrictPractice(db: Db, hours: number[]) {
  const practice = await aPractice(db)
  await policy(db, practice.clinicId, 'max_live_bookings = 2')
  const slots = []
  for (const hour of hours) slots.push(await aSlot(db, practice.clinicId, practice.doctorId, hour))
  return { ...practice, slots: slots as [string, string, string] }
}

describe("the number of a customer's future bookings and holds in a clinic is limited", () => {
  it.each([
    ['two bookings', book, book],
    ['two holds', hold, hold],
    ['one of each', hold, book],
  ])('and one more is refused: %s', (_, first, second) =>
    inTransaction(async (db) => {
      const { clinicId, customer, slots } = await aStrictPractice(db, [50, 60, 70])
      await db.as(customer.claims)
      await first(db, clinicId, slots[0])
      await second(db, clinicId, slots[1])
      const { detail } = await expectRefusal(book(db, clinicId, slots[2]), 'too_many_bookings')
      expect(JSON.parse(detail ?? '')).toEqual({ live: 2, allowed: 2 })
      await expectRefusal(hold(db, clinicId, slots[2]), 'too_many_bookings')
    }),
  )

  it('a hold at the limit can be prolonged and booked', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, slots } = await aStrictPractice(db, [50, 60, 70])
      await db.as(customer.claims)
      for (const slot of [slots[0], slots[1]]) await hold(db, clinicId, slot)
      await hold(db, clinicId, slots[0])
      await book(db, clinicId, slots[0])
    }))

  it('cancelled and past bookings and expired holds do not count', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer, slots } = await aStrictPractice(db, [50, 60, 70])
      // This visit ended half an hour ago. A DBA records it, because nobody can book it any more.
      await recordBooking(db, await aSlot(db, clinicId, doctorId, -1), customer.customerId)
      await db.as(customer.claims)
      const { id } = await book(db, clinicId, slots[0])
      await cancel(db, clinicId, id)
      await hold(db, clinicId, slots[1])
      await db.asOwner()
      await expire(db, slots[1])
      await db.as(customer.claims)
      await book(db, clinicId, slots[2])
      await book(db, clinicId, slots[0])
      await expectRefusal(book(db, clinicId, slots[1]), 'too_many_bookings')
    }))

  it('an appointment at this moment still counts', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer, receptionist, slots } = await aStrictPractice(db, [50, 60, 70])
      await db.as(customer.claims, () => book(db, clinicId, slots[0]))
      const now = await aSlot(db, clinicId, doctorId, 0)
      await db.as(receptionist.claims, () => book(db, clinicId, now, { customerId: customer.customerId }))
      await db.as(customer.claims, () => expectRefusal(book(db, clinicId, slots[1]), 'too_many_bookings'))
    }))

  it('moving a booking is allowed at the limit', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, slots } = await aStrictPractice(db, [50, 60, 70])
      await db.as(customer.claims)
      await book(db, clinicId, slots[0])
      const { id } = await book(db, clinicId, slots[1])
      await reschedule(db, clinicId, id, slots[2])
    }))

  it('the desk is not limited', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, receptionist, slots } = await aStrictPractice(db, [50, 60, 70])
      await db.as(customer.claims)
      for (const slot of [slots[0], slots[1]]) await book(db, clinicId, slot)
      await db.as(receptionist.claims)
      await hold(db, clinicId, slots[2], { customerId: customer.customerId })
      await book(db, clinicId, slots[2], { customerId: customer.customerId })
    }))

  it('each clinic counts its own bookings', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, slots } = await aStrictPractice(db, [50, 60, 70])
      const other = await aStrictPractice(db, [80, 90, 100])
      await db.as(customer.claims)
      for (const slot of [slots[0], slots[1]]) await book(db, clinicId, slot)
      await book(db, other.clinicId, other.slots[0])
    }))

  it('a receptionist who is a customer here books for herself as any customer', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, slots } = await aStrictPractice(db, [50, 60, 70])
      await db.query(
        `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'receptionist', 'Ann')`,
        [clinicId, customer.accountId],
      )
      await db.as(customer.claims)
      for (const slot of [slots[0], slots[1]]) await book(db, clinicId, slot)
      await expectRefusal(book(db, clinicId, slots[2], { customerId: customer.customerId }), 'too_many_bookings')
    }))
})
