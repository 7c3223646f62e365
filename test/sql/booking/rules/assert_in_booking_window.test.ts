import { describe, expect, it } from '@jest/globals'
import { slotOf } from '../../../helpers/clinic/operations.ts'
import { aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { policy, ways } from '../claiming.ts'

// A practice's slot starts in exactly 48 hours.

describe.each(ways)('%s', (_, prepare) => {
  it("holds customers to the clinic's lead time, to the second", () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const { clinicId, slotId, customer } = practice
      const claim = await prepare(db, practice)
      await policy(db, clinicId, `lead_time = '48:00:01'`)
      await db.as(customer.claims)
      const { detail } = await expectRefusal(claim(slotId), 'booking_too_late')
      await db.asOwner()
      const { starts_at } = await slotOf(db, slotId)
      expect(Date.parse(JSON.parse(detail ?? '').bookableUntil)).toBe(starts_at.getTime() - 48 * 3600_000 - 1000)
      await policy(db, clinicId, `lead_time = '48:00:00'`)
      await db.as(customer.claims, () => claim(slotId))
    }))

  it("holds customers to the clinic's horizon, to the second", () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const { clinicId, slotId, customer } = practice
      const claim = await prepare(db, practice)
      await policy(db, clinicId, `horizon = '47:59:59'`)
      await db.as(customer.claims)
      const { detail } = await expectRefusal(claim(slotId), 'booking_too_far_ahead')
      await db.asOwner()
      const { starts_at } = await slotOf(db, slotId)
      expect(Date.parse(JSON.parse(detail ?? '').bookableFrom)).toBe(starts_at.getTime() - 48 * 3600_000 + 1000)
      await policy(db, clinicId, `horizon = '48:00:00'`)
      await db.as(customer.claims, () => claim(slotId))
    }))

  it('refuses customers a slot that has begun, with any policy', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const { clinicId, doctorId, customer } = practice
      const claim = await prepare(db, practice)
      const begun = await aSlot(db, clinicId, doctorId, 0)
      await db.as(customer.claims, () => expectRefusal(claim(begun), 'booking_too_late'))
    }))

  it('does not bind the desk, except that a slot that has ended cannot be booked', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const { clinicId, doctorId, slotId, customer, receptionist } = practice
      const claim = await prepare(db, practice)
      // The desk can only act for customers in the records of its clinic.
      await db.query('select app_public.book_slot($1, $2, $3)', [
        clinicId,
        await aSlot(db, clinicId, doctorId, 2000),
        customer.customerId,
      ])
      await policy(db, clinicId, `lead_time = '30 days', horizon = '1 hour', cancellation_cutoff = '365 days'`)
      const begun = await aSlot(db, clinicId, doctorId, 0)
      const over = await aSlot(db, clinicId, doctorId, -1)
      await db.as(receptionist.claims, async () => {
        await claim(slotId, customer.customerId)
        await claim(begun, customer.customerId)
        await expectRefusal(claim(over, customer.customerId), 'slot_in_the_past')
      })
    }))
})
