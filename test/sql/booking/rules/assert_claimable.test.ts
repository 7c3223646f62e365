import { describe, expect, it } from '@jest/globals'
import { book, hold, slotOf, withdraw } from '../../../helpers/clinic/operations.ts'
import { aCustomer, aPractice } from '../../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { expire, ways } from '../claiming.ts'

describe.each(ways)('%s', (name, prepare) => {
  it('refuses a booked slot', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const { clinicId, slotId, customer } = practice
      const claim = await prepare(db, practice)
      await db.as((await aCustomer(db)).claims, () => book(db, clinicId, slotId))
      await db.as(customer.claims)
      const { detail } = await expectRefusal(claim(slotId), 'slot_taken')
      expect(JSON.parse(detail ?? '')).toEqual({ bookingSlotId: slotId })
    }))

  it('refuses a slot that another customer holds, with the end of the hold', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const { clinicId, slotId, customer } = practice
      const claim = await prepare(db, practice)
      const held = await db.as((await aCustomer(db)).claims, () => hold(db, clinicId, slotId))
      await db.as(customer.claims)
      const { detail } = await expectRefusal(claim(slotId), 'slot_held')
      expect(new Date(JSON.parse(detail ?? '').heldUntil)).toEqual(held.held_until)
    }))

  it('accepts a slot that the customer holds', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const { clinicId, slotId, customer } = practice
      const claim = await prepare(db, practice)
      await db.as(customer.claims, async () => {
        await hold(db, clinicId, slotId)
        await claim(slotId)
      })
      expect(await slotOf(db, slotId)).toMatchObject({
        status: name === 'hold_slot' ? 'held' : 'booked',
        customer_id: customer.customerId,
      })
    }))

  it('accepts a slot whose hold by another customer has expired, even before the job has run', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const { clinicId, slotId, customer } = practice
      const claim = await prepare(db, practice)
      await db.as((await aCustomer(db)).claims, () => hold(db, clinicId, slotId))
      await expire(db, slotId)
      await db.as(customer.claims, () => claim(slotId))
      expect(await slotOf(db, slotId)).toMatchObject({ customer_id: customer.customerId })
    }))

  it('refuses a withdrawn slot', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const { clinicId, slotId, customer } = practice
      const claim = await prepare(db, practice)
      await withdraw(db, clinicId, slotId)
      await db.as(customer.claims, () => expectRefusal(claim(slotId), 'slot_withdrawn'))
    }))

  it("refuses an unknown slot, and another clinic's", () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const claim = await prepare(db, practice)
      const elsewhere = await aPractice(db)
      await db.as(practice.customer.claims, async () => {
        await expectRefusal(claim('0'), 'slot_not_found')
        await expectRefusal(claim(elsewhere.slotId), 'slot_not_found')
      })
    }))
})
