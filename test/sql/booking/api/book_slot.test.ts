import { describe, expect, it } from '@jest/globals'
import { book, bookingOf, cancel, slotOf } from '../../../helpers/clinic/operations.ts'
import { aDoctor, aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { judgeAsCommit } from '../claiming.ts'

// Who may book, which slots, when and how many: assert_claimable, assert_in_booking_window, assert_below_limit and resolve_customer, tried in their own files.

describe('book_slot', () => {
  it('makes a booking at the time and with the doctor of the slot, which is then booked', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer } = await aPractice(db)
      const booking = await db.as(customer.claims, () => book(db, clinicId, slotId, { note: ' my knee ' }))
      const { starts_at, ends_at } = await slotOf(db, slotId)
      expect(booking).toMatchObject({
        clinic_id: clinicId,
        booking_slot_id: slotId,
        doctor_id: doctorId,
        customer_id: customer.customerId,
        booked_by_account_id: customer.accountId,
        status: 'booked',
        sequence: 0,
        note: 'my knee',
        starts_at,
        ends_at,
      })
      expect(await slotOf(db, slotId)).toMatchObject({
        status: 'booked',
        customer_id: customer.customerId,
        held_until: null,
      })
      await judgeAsCommit(db)
    }))

  it('books for a customer by the desk and records the employee', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, receptionist } = await aPractice(db)
      await db.as(receptionist.claims)
      const { customer_id: customerId } = await db.one<{ customer_id: string }>(
        `select customer_id from app_public.add_clinic_customer($1, 'Walk In', null, '030 123')`,
        [clinicId],
      )
      expect(await book(db, clinicId, slotId, { customerId, note: '  ' })).toMatchObject({
        customer_id: customerId,
        booked_by_account_id: receptionist.accountId,
        note: null,
      })
    }))

  it('can be called in psql', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      expect(await book(db, clinicId, slotId, { customerId: customer.customerId })).toMatchObject({
        status: 'booked',
        booked_by_account_id: null,
      })
    }))

  it('refuses the customer a second booking here at the same time, with any doctor', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer } = await aPractice(db)
      // Both slots are 60 hours from now and half an hour long. The second doctor's begins before the first one has
      // ended.
      const first = await aSlot(db, clinicId, doctorId, 60)
      const second = await aSlot(db, clinicId, await aDoctor(db, clinicId), 60)
      await db.as(customer.claims)
      await book(db, clinicId, first)
      await expectRefusal(book(db, clinicId, second), 'customer_busy')
      await db.asOwner()
      expect(await slotOf(db, second)).toMatchObject({ status: 'open', customer_id: null })
    }))

  it('lets the customer book the same time in another clinic, and in this one after the first booking is cancelled', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      const elsewhere = await aPractice(db)
      await db.as(customer.claims)
      const { id } = await book(db, clinicId, slotId)
      await book(db, elsewhere.clinicId, elsewhere.slotId)
      await cancel(db, clinicId, id)
      const again = await book(db, clinicId, slotId)
      expect(again.id).not.toBe(id)
      await db.asOwner()
      expect(await bookingOf(db, id)).toMatchObject({ status: 'cancelled', booking_slot_id: slotId })
    }))

  it('refuses a note that is too long', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await db.as(customer.claims)
      await expectRefusal(book(db, clinicId, slotId, { note: 'x'.repeat(2001) }), 'text_too_long')
      await book(db, clinicId, slotId, { note: 'x'.repeat(2000) })
    }))

  it('leaves no trace when the transaction is rolled back', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await db.undone(() => db.as(customer.claims, () => book(db, clinicId, slotId)))
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'open', customer_id: null })
      expect(await db.query('select from app_public.notifications where clinic_id = $1', [clinicId])).toEqual([])
      expect(await db.query('select from app_public.clinic_customers where clinic_id = $1', [clinicId])).toEqual([])
    }))
})
