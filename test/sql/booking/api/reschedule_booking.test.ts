import { describe, expect, it } from '@jest/globals'
import {
  book,
  bookingOf,
  cancel,
  checkIn,
  complete,
  noShow,
  reschedule,
  slotOf,
  withdraw,
} from '../../../helpers/clinic/operations.ts'
import { aCustomer, aDoctor, anEmployee, aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { judgeAsCommit, policy } from '../claiming.ts'

// Which slots it may move to: assert_claimable and assert_in_booking_window, tried in their own files.

/** A booking in 48 hours (or as said), and a free slot of the same doctor in 60. */
async function aBooking(db: Db, hours = 48) {
  const practice = await aPractice(db)
  const { clinicId, doctorId, customer } = practice
  const slotId = hours === 48 ? practice.slotId : await aSlot(db, clinicId, doctorId, hours)
  const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
  return { ...practice, slotId, bookingId: id, nextId: await aSlot(db, clinicId, doctorId, 60) }
}

describe('reschedule_booking', () => {
  it('moves the same booking: the new slot is taken, the old one free', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, nextId, bookingId, customer } = await aBooking(db)
      const moved = await db.as(customer.claims, () => reschedule(db, clinicId, bookingId, nextId))
      const { starts_at, ends_at } = await slotOf(db, nextId)
      expect(moved).toMatchObject({
        id: bookingId,
        status: 'booked',
        booking_slot_id: nextId,
        sequence: 1,
        starts_at,
        ends_at,
      })
      expect(await slotOf(db, nextId)).toMatchObject({ status: 'booked', customer_id: customer.customerId })
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'open', customer_id: null })
      await judgeAsCommit(db)
      // And back again.
      expect(await db.as(customer.claims, () => reschedule(db, clinicId, bookingId, slotId))).toMatchObject({
        sequence: 2,
      })
    }))

  it('moves it to another doctor of the clinic', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, customer } = await aBooking(db)
      const doctorId = await aDoctor(db, clinicId)
      const next = await aSlot(db, clinicId, doctorId, 70)
      await db.as(customer.claims)
      expect(await reschedule(db, clinicId, bookingId, next)).toMatchObject({ doctor_id: doctorId })
    }))

  it('moves a booking to a slot that overlaps its present time', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, customer } = await aBooking(db)
      const next = await aSlot(db, clinicId, await aDoctor(db, clinicId), 48)
      await db.as(customer.claims, () => reschedule(db, clinicId, bookingId, next))
    }))

  it('leaves everything as it was when the new slot is refused: both or neither', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, nextId, bookingId, customer } = await aBooking(db)
      const busy = await aSlot(db, clinicId, await aDoctor(db, clinicId), 80)
      const alsoBusy = await aSlot(db, clinicId, doctorId, 80)
      await book(db, clinicId, busy, { customerId: customer.customerId })
      const withdrawn = await aSlot(db, clinicId, doctorId, 90)
      await withdraw(db, clinicId, withdrawn)
      await db.as((await aCustomer(db)).claims, () => book(db, clinicId, nextId))
      const everything = () =>
        db.query(
          `select to_jsonb(bs) as row from app_public.booking_slots bs where clinic_id = $1
           union all select to_jsonb(b) from app_public.bookings b where clinic_id = $1
           union all select to_jsonb(n) from app_public.notifications n where clinic_id = $1
           union all select to_jsonb(e) from app_public.events e where clinic_id = $1
           order by 1`,
          [clinicId],
        )
      const before = await everything()
      await db.as(customer.claims, async () => {
        await expectRefusal(reschedule(db, clinicId, bookingId, nextId), 'slot_taken')
        await expectRefusal(reschedule(db, clinicId, bookingId, withdrawn), 'slot_withdrawn')
        await expectRefusal(reschedule(db, clinicId, bookingId, alsoBusy), 'customer_busy')
        await expectRefusal(reschedule(db, clinicId, bookingId, '0'), 'slot_not_found')
      })
      expect(await everything()).toEqual(before)
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'booked' })
    }))

  it('changes nothing when the booking has this slot already', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, bookingId, customer } = await aBooking(db)
      const before = await bookingOf(db, bookingId)
      expect(await db.as(customer.claims, () => reschedule(db, clinicId, bookingId, slotId))).toEqual(before)
      expect(await bookingOf(db, bookingId)).toEqual(before)
    }))

  it('refuses customers after the cut-off before the old time, but not the desk', () =>
    inTransaction(async (db) => {
      const { clinicId, nextId, bookingId, customer, receptionist } = await aBooking(db)
      await policy(db, clinicId, `cancellation_cutoff = '48:00:01'`)
      await db.as(customer.claims, () =>
        expectRefusal(reschedule(db, clinicId, bookingId, nextId), 'cancellation_too_late'),
      )
      await db.undone(() => db.as(receptionist.claims, () => reschedule(db, clinicId, bookingId, nextId)))
      await policy(db, clinicId, `cancellation_cutoff = '48:00:00'`)
      await db.as(customer.claims, () => reschedule(db, clinicId, bookingId, nextId))
    }))

  it.each([
    ['cancelled', async (db: Db, clinicId: string, id: string) => cancel(db, clinicId, id)],
    ['checked_in', async (db: Db, clinicId: string, id: string) => checkIn(db, clinicId, id)],
    [
      'completed',
      async (db: Db, clinicId: string, id: string) => {
        await checkIn(db, clinicId, id)
        await complete(db, clinicId, id)
      },
    ],
    ['no_show', async (db: Db, clinicId: string, id: string) => noShow(db, clinicId, id)],
  ])('refuses one that is %s, even to the slot it has', (status, before) =>
    inTransaction(async (db) => {
      const { clinicId, slotId, nextId, bookingId, customer, receptionist } = await aBooking(db, 0)
      await before(db, clinicId, bookingId)
      for (const { claims } of [customer, receptionist])
        await db.as(claims, async () => {
          for (const target of [nextId, slotId]) {
            const { detail } = await expectRefusal(reschedule(db, clinicId, bookingId, target), 'illegal_transition')
            expect(JSON.parse(detail ?? '')).toEqual({ status })
          }
        })
    }),
  )

  it('refuses strangers with the same error whether or not the booking exists', () =>
    inTransaction(async (db) => {
      const { clinicId, nextId, bookingId, customer } = await aBooking(db)
      const other = await aPractice(db)
      for (const { claims } of [other.customer, other.manager])
        await db.as(claims, async () => {
          await expectRefusal(reschedule(db, clinicId, bookingId, nextId), 'booking_not_found')
          await expectRefusal(reschedule(db, clinicId, '0', nextId), 'booking_not_found')
        })
      await db.as(customer.claims, async () => {
        await expectRefusal(reschedule(db, other.clinicId, bookingId, nextId), 'booking_not_found')
        // A booking cannot move to a slot of another clinic.
        await expectRefusal(reschedule(db, clinicId, bookingId, other.slotId), 'slot_not_found')
      })
    }))

  it('refuses staff without the rights of the desk, and anonymous callers', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nextId, bookingId } = await aBooking(db)
      const attempt = () => reschedule(db, clinicId, bookingId, nextId)
      const doctor = await anEmployee(db, clinicId, 'doctor', doctorId)
      await db.as(doctor.claims, () => expectRefusal(attempt(), 'forbidden'))
      await db.as({}, () => expectRefusal(attempt(), 'insufficient_privilege'))
      await db.query('set local role app_customer')
      await expectRefusal(attempt(), 'unauthenticated')
      await db.asOwner()
      await attempt()
    }))
})
