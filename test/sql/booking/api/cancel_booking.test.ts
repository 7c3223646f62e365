import { describe, expect, it } from '@jest/globals'
import { book, bookingOf, cancel, checkIn, complete, hold, noShow, slotOf } from '../../../helpers/clinic/operations.ts'
import { aCustomer, anAccount, anEmployee, aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { type Act, judgeAsCommit, policy } from '../claiming.ts'

async function aBooking(db: Db, hours = 48) {
  const practice = await aPractice(db)
  const { clinicId, doctorId, customer } = practice
  const slotId = hours === 48 ? practice.slotId : await aSlot(db, clinicId, doctorId, hours)
  const booking = await book(db, clinicId, slotId, { customerId: customer.customerId })
  return { ...practice, slotId, bookingId: booking.id }
}

describe('cancel_booking', () => {
  it('frees the slot at once and keeps the booking as history', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, bookingId, customer } = await aBooking(db)
      const { now } = await db.one<{ now: Date }>('select now()')
      expect(await db.as(customer.claims, () => cancel(db, clinicId, bookingId, ' flu '))).toMatchObject({
        id: bookingId,
        status: 'cancelled',
        cancelled_at: now,
        cancelled_by: 'customer',
        cancellation_reason: 'flu',
        booking_slot_id: slotId,
      })
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'open', customer_id: null })
      await judgeAsCommit(db)
      await db.as((await aCustomer(db)).claims, () => book(db, clinicId, slotId))
    }))

  it("cancels any booking of its clinic by the desk, in the clinic's name", () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, receptionist } = await aBooking(db)
      expect(await db.as(receptionist.claims, () => cancel(db, clinicId, bookingId, ' '))).toMatchObject({
        cancelled_by: 'clinic',
        cancellation_reason: null,
      })
    }))

  it("holds customers to the clinic's cut-off, to the second, but not the desk", () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, bookingId, customer, receptionist } = await aBooking(db)
      await policy(db, clinicId, `cancellation_cutoff = '48:00:01'`)
      await db.as(customer.claims)
      const { detail } = await expectRefusal(cancel(db, clinicId, bookingId), 'cancellation_too_late')
      await db.asOwner()
      const { starts_at } = await bookingOf(db, bookingId)
      expect(Date.parse(JSON.parse(detail ?? '').cancellableUntil)).toBe(starts_at.getTime() - 48 * 3600_000 - 1000)
      await policy(db, clinicId, `cancellation_cutoff = '48:00:00'`)
      await db.as(customer.claims, () => cancel(db, clinicId, bookingId))

      await policy(db, clinicId, `cancellation_cutoff = '30 days'`)
      const other = await book(db, clinicId, await aSlot(db, clinicId, doctorId, 60), {
        customerId: customer.customerId,
      })
      await db.as(receptionist.claims, () => cancel(db, clinicId, other.id))
    }))

  it('after the start is allowed to the desk only, even if the patient was checked in', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer, receptionist } = await aBooking(db)
      // Began an hour ago and lasts another: longer than a practice's ordinary slot.
      const { id: slotId } = await db.one<{ id: string }>(
        `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
         select clinic_id, doctor_id, time_slot_id, ((now() - interval '1 hour') at time zone 'Europe/Berlin')::date,
           tstzrange(now() - interval '1 hour', now() + interval '1 hour')
         from app_public.booking_slots where clinic_id = $1 and doctor_id = $2 limit 1 returning id`,
        [clinicId, doctorId],
      )
      const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
      await db.as(customer.claims, () => expectRefusal(cancel(db, clinicId, id), 'cancellation_too_late'))
      await db.as(receptionist.claims, () => checkIn(db, clinicId, id))
      await db.as(customer.claims, () => expectRefusal(cancel(db, clinicId, id), 'cancellation_too_late'))
      expect(await db.as(receptionist.claims, () => cancel(db, clinicId, id, 'had to leave'))).toMatchObject({
        status: 'cancelled',
      })
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'open', customer_id: null })
    }))

  it.each([
    ['cancelled', async (db: Db, clinicId: string, id: string) => cancel(db, clinicId, id)],
    [
      'completed',
      async (db: Db, clinicId: string, id: string) => {
        await checkIn(db, clinicId, id)
        await complete(db, clinicId, id)
      },
    ],
    ['no_show', async (db: Db, clinicId: string, id: string) => noShow(db, clinicId, id)],
  ])('refuses one that is %s, to everybody', (status, before) =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, customer, receptionist } = await aBooking(db, 0)
      await before(db, clinicId, bookingId)
      for (const { claims } of [customer, receptionist])
        await db.as(claims, async () => {
          const { detail } = await expectRefusal(cancel(db, clinicId, bookingId), 'illegal_transition')
          expect(JSON.parse(detail ?? '')).toMatchObject({ status })
        })
    }),
  )

  it('does not free the slot a second time if another customer has booked it since', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, bookingId, customer, receptionist } = await aBooking(db)
      await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
      const next = await aCustomer(db)
      for (const claim of [hold, book] as Act[]) {
        await db.as(next.claims, () => claim(db, clinicId, slotId))
        for (const { claims } of [customer, receptionist])
          await db.as(claims, () => expectRefusal(cancel(db, clinicId, bookingId), 'illegal_transition'))
        expect(await slotOf(db, slotId)).toMatchObject({ customer_id: next.customerId })
      }
    }))

  it('refuses strangers with the same error whether or not the booking exists', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, customer } = await aBooking(db)
      const other = await aPractice(db)
      for (const { claims } of [other.customer, other.manager])
        await db.as(claims, async () => {
          await expectRefusal(cancel(db, clinicId, bookingId), 'booking_not_found')
          await expectRefusal(cancel(db, clinicId, '0'), 'booking_not_found')
        })
      // The right id in the wrong clinic is another booking.
      await db.as(customer.claims, () => expectRefusal(cancel(db, other.clinicId, bookingId), 'booking_not_found'))
    }))

  it('is forbidden to staff without the right of the desk', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, bookingId } = await aBooking(db)
      const doctor = await anEmployee(db, clinicId, 'doctor', doctorId)
      await db.as(doctor.claims, () => expectRefusal(cancel(db, clinicId, bookingId), 'forbidden'))
    }))

  it('refuses anonymous callers and accepts administrators and DBAs', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId } = await aBooking(db)
      await db.as({}, () => expectRefusal(cancel(db, clinicId, bookingId), 'insufficient_privilege'))
      await db.query('set local role app_customer')
      await expectRefusal(cancel(db, clinicId, bookingId), 'unauthenticated')
      await db.asOwner()
      await db.undone(async () => {
        expect(await cancel(db, clinicId, bookingId)).toMatchObject({ cancelled_by: 'clinic' })
      })
      await db.as((await anAccount(db, { isAdmin: true })).claims, () => cancel(db, clinicId, bookingId))
    }))

  it('refuses a reason that is too long', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, customer } = await aBooking(db)
      await db.as(customer.claims, () =>
        expectRefusal(cancel(db, clinicId, bookingId, 'x'.repeat(501)), 'text_too_long'),
      )
    }))
})
