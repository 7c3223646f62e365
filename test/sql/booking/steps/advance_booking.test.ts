import { describe, expect, it } from '@jest/globals'
import { book, cancel, checkIn, complete, noShow, slotOf } from '../../../helpers/clinic/operations.ts'
import { aClinic, aDoctor, anAccount, anEmployee, aPractice, aSlot, aTimeSlot } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { recordBooking } from '../claiming.ts'

// The way of a booking on its day: check_in, complete_booking, mark_no_show.

/** A booking whose slot starts in so many hours: 0 is at this moment, on the clinic's today. */
async function aBooking(db: Db, hours = 0) {
  const practice = await aPractice(db)
  const { clinicId, doctorId, customer } = practice
  const slotId = await aSlot(db, clinicId, doctorId, hours)
  return { ...practice, slotId, bookingId: await recordBooking(db, slotId, customer.customerId) }
}

describe('on its day a booking', () => {
  it('is checked in and then completed; its slot stays taken', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, bookingId, receptionist } = await aBooking(db)
      await db.as(receptionist.claims, async () => {
        expect(await checkIn(db, clinicId, bookingId)).toMatchObject({ id: bookingId, status: 'checked_in' })
        expect(await complete(db, clinicId, bookingId)).toMatchObject({ id: bookingId, status: 'completed' })
      })
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'booked' })
    }))

  it('is marked as a no-show', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, bookingId, receptionist } = await aBooking(db, -1)
      await db.as(receptionist.claims, async () => {
        expect(await noShow(db, clinicId, bookingId)).toMatchObject({ status: 'no_show' })
      })
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'booked' })
    }))

  it.each([
    ['Pacific/Kiritimati', 14],
    ['Pacific/Pago_Pago', -11],
  ])("is checked in from the clinic's own midnight on: %s", (zone) =>
    inTransaction(async (db) => {
      // At any moment, the date in one of these zones differs from that in UTC.
      const clinicId = await aClinic(db, zone)
      const doctorId = await aDoctor(db, clinicId)
      const { customer } = await aPractice(db)
      const bookingOn = async (days: number) => {
        const { id } = await db.one<{ id: string }>(
          `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
           select $1, $2, $3, d, app_hidden.local_range(d, '12:00', '12:30', $4)
           from (select (now() at time zone $4)::date + $5::int as d) as today returning id`,
          [clinicId, doctorId, await aTimeSlot(db, clinicId, '12:00', '12:30'), zone, days],
        )
        return recordBooking(db, id, customer.customerId)
      }
      await expectRefusal(checkIn(db, clinicId, await bookingOn(1)), 'not_yet')
      await checkIn(db, clinicId, await bookingOn(0))
      // A check-in that was forgotten yesterday can be recorded.
      await checkIn(db, clinicId, await bookingOn(-1))
    }),
  )

  it('cannot be a no-show before it has started', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, doctorId, customer } = await aBooking(db, 1)
      await expectRefusal(noShow(db, clinicId, bookingId), 'not_yet')
      const now = await recordBooking(db, await aSlot(db, clinicId, doctorId, 0), customer.customerId)
      await noShow(db, clinicId, now)
    }))

  it('drops the messages that were not sent yet', () =>
    inTransaction(async (db) => {
      for (const [act, hours] of [
        [checkIn, 0],
        [noShow, 0],
      ] as const) {
        const { clinicId, doctorId, customer } = await aPractice(db)
        const slotId = await aSlot(db, clinicId, doctorId, hours)
        const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
        await act(db, clinicId, id)
        expect(await db.query('select state from app_public.notifications where booking_id = $1', [id])).toEqual([
          { state: 'dropped' },
        ])
      }
    }))
})

describe.each([
  ['check_in', checkIn, ['checked_in', 'completed', 'cancelled', 'no_show']],
  ['complete_booking', complete, ['booked', 'completed', 'cancelled', 'no_show']],
  ['mark_no_show', noShow, ['checked_in', 'completed', 'cancelled', 'no_show']],
] as const)('%s', (_, act, illegal) => {
  const reach = async (db: Db, clinicId: string, id: string, status: string) => {
    if (status === 'checked_in' || status === 'completed') await checkIn(db, clinicId, id)
    if (status === 'completed') await complete(db, clinicId, id)
    if (status === 'cancelled') await cancel(db, clinicId, id)
    if (status === 'no_show') await noShow(db, clinicId, id)
  }

  it.each(illegal)('refuses a booking that is %s', (status) =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, receptionist } = await aBooking(db)
      await reach(db, clinicId, bookingId, status)
      await db.as(receptionist.claims)
      const { detail } = await expectRefusal(act(db, clinicId, bookingId), 'illegal_transition')
      expect(JSON.parse(detail ?? '')).toMatchObject({ status })
    }),
  )

  it("is for the desk, and for doctors with their own patients, not a colleague's", () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, bookingId, receptionist, manager } = await aBooking(db)
      if (act === complete) await checkIn(db, clinicId, bookingId)
      const doctor = await anEmployee(db, clinicId, 'doctor', doctorId)
      const colleague = await anEmployee(db, clinicId, 'doctor', await aDoctor(db, clinicId))
      const unnamed = await anEmployee(db, clinicId, 'doctor')
      for (const { claims } of [colleague, unnamed])
        await db.as(claims, () => expectRefusal(act(db, clinicId, bookingId), 'forbidden'))
      for (const { claims } of [doctor, receptionist, manager, await anAccount(db, { isAdmin: true })])
        await db.undone(() => db.as(claims, () => act(db, clinicId, bookingId)))
    }))

  it('refuses other clinics, customers and anonymous callers', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, customer } = await aBooking(db)
      const other = await aPractice(db)
      await db.as(other.manager.claims, async () => {
        await expectRefusal(act(db, clinicId, bookingId), 'forbidden')
        await expectRefusal(act(db, other.clinicId, bookingId), 'booking_not_found')
        await expectRefusal(act(db, other.clinicId, '0'), 'booking_not_found')
      })
      for (const claims of [customer.claims, {}])
        await db.as(claims, () => expectRefusal(act(db, clinicId, bookingId), 'insufficient_privilege'))
      await db.query('set local role app_staff')
      await expectRefusal(act(db, clinicId, bookingId), 'unauthenticated')
    }))

  it('gives the same answer to the same key', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, bookingId, customer, receptionist } = await aBooking(db)
      const other = await recordBooking(db, await aSlot(db, clinicId, doctorId, 1), customer.customerId)
      if (act === complete) await checkIn(db, clinicId, bookingId)
      await db.as(receptionist.claims)
      const first = await act(db, clinicId, bookingId, 'once')
      expect(await act(db, clinicId, bookingId, 'once')).toEqual(first)
      const another = act === checkIn ? complete : checkIn
      await expectRefusal(another(db, clinicId, bookingId, 'once'), 'idempotency_key_reused')
      await expectRefusal(act(db, clinicId, other, 'once'), 'idempotency_key_reused')
    }))
})
