import { describe, expect, it } from '@jest/globals'
import {
  book,
  bookingOf,
  cancel,
  checkIn,
  complete,
  createSlot,
  hold,
  slotOf,
  withdraw,
} from '../../../helpers/clinic/operations.ts'
import { aClinic, aDoctor, anAccount, anEmployee, aPractice, aSlot, aTimeSlot } from '../../../helpers/clinic/world.ts'
import { expectViolation } from '../../../helpers/database/constraints.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { clinicDate } from '../../../helpers/time/dates.ts'
import { recordBooking } from '../../booking/claiming.ts'

interface Of {
  clinicId: string
  slotId: string
  bookingId: string
}

const events = (db: Db, slotId: string) =>
  db.query(
    'select entity, from_state, to_state, reason, actor from app_public.events where booking_slot_id = $1 and from_state is not null order by id',
    [slotId],
  )

describe('withdraw_slot', () => {
  it('takes a free slot out of the calendar', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, receptionist } = await aPractice(db)
      await db.as(receptionist.claims, () => withdraw(db, clinicId, slotId, { reason: 'conference' }))
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'withdrawn', customer_id: null })
      expect(await events(db, slotId)).toEqual([
        { entity: 'booking_slot', from_state: 'open', to_state: 'withdrawn', reason: 'conference', actor: 'staff' },
      ])
      expect(await db.query('select from app_public.available_slots($1)', [clinicId])).toEqual([])
    }))

  it('returns the same answer under the same key, even if the slot has been opened again since', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, receptionist } = await aPractice(db)
      const timeSlotId = await aTimeSlot(db, clinicId, '07:00', '07:30')
      const date = clinicDate(14)
      await db.as(receptionist.claims)
      const { id: slotId } = await createSlot(db, clinicId, doctorId, timeSlotId, date)
      const first = await withdraw(db, clinicId, slotId, { key: 'w1' })
      await createSlot(db, clinicId, doctorId, timeSlotId, date)
      expect(await withdraw(db, clinicId, slotId, { key: 'w1' })).toEqual(first)
      await expectRefusal(withdraw(db, clinicId, slotId, { key: 'w1', reason: 'other' }), 'idempotency_key_reused')
      await db.asOwner()
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'open' })
    }))

  it('ends a hold', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer, receptionist } = await aPractice(db)
      await db.as(customer.claims, () => hold(db, clinicId, slotId))
      await db.as(receptionist.claims, () => withdraw(db, clinicId, slotId))
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'withdrawn', customer_id: null, held_until: null })
      await db.as(customer.claims, () => expectRefusal(book(db, clinicId, slotId), 'slot_withdrawn'))
    }))

  it('refuses a booked slot and names the booking', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer, receptionist } = await aPractice(db)
      const booking = await db.as(customer.claims, () => book(db, clinicId, slotId))
      await db.as(receptionist.claims)
      const { detail } = await expectRefusal(withdraw(db, clinicId, slotId), 'still_in_use')
      expect(JSON.parse(detail ?? '')).toMatchObject({ liveBookings: [{ bookingId: booking.id }] })
      await db.asOwner()
      expect(await bookingOf(db, booking.id)).toMatchObject({ status: 'booked' })
    }))

  it('with cascade cancels the booking and notifies the customer in one transaction', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer, receptionist } = await aPractice(db)
      const booking = await db.as(customer.claims, () => book(db, clinicId, slotId))
      await db.as(receptionist.claims, () => withdraw(db, clinicId, slotId, { cascade: true, reason: 'ill' }))
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'withdrawn', customer_id: null })
      expect(await bookingOf(db, booking.id)).toMatchObject({
        status: 'cancelled',
        cancelled_by: 'clinic',
        cancellation_reason: 'ill',
      })
      expect(
        await db.query('select kind, state from app_public.notifications where booking_id = $1 order by id', [
          booking.id,
        ]),
      ).toEqual([
        { kind: 'booking_confirmed', state: 'dropped' },
        { kind: 'booking_reminder', state: 'dropped' },
        { kind: 'slot_withdrawn', state: 'pending' },
      ])
      expect((await events(db, slotId)).map(({ to_state, reason }) => [to_state, reason])).toEqual([
        ['booked', null],
        ['cancelled', 'ill'],
        ['open', 'ill'],
        ['withdrawn', 'ill'],
      ])
    }))

  it.each([
    [
      'withdraw_slot',
      (db: Db, { clinicId, slotId }: Of, reason: string) => withdraw(db, clinicId, slotId, { cascade: true, reason }),
    ],
    [
      'cancel_booking',
      (db: Db, { clinicId, bookingId }: Of, reason: string) => cancel(db, clinicId, bookingId, reason),
    ],
    [
      'withdraw_day',
      (db: Db, { slotId }: Of, reason: string) =>
        db.query(
          `select app_public.withdraw_day(bs.clinic_id, bs.doctor_id, bs.slot_date, true, $2)
           from app_public.booking_slots bs where bs.id = $1`,
          [slotId, reason],
        ),
    ],
  ])('keeps no reason without a visible character, and none with white space around it: %s', (_, act) =>
    inTransaction(async (db) => {
      for (const [given, kept] of [
        ['', null],
        [' \n\t ', null],
        ['\u00a0\u200b', null],
        [' \nflu\n', 'flu'],
      ] as const) {
        const { clinicId, slotId, customer } = await aPractice(db)
        const { id: bookingId } = await book(db, clinicId, slotId, { customerId: customer.customerId })
        await act(db, { clinicId, slotId, bookingId }, given)
        expect(await bookingOf(db, bookingId)).toMatchObject({ status: 'cancelled', cancellation_reason: kept })
        const reasons = (await events(db, slotId)).filter(({ to_state }) => to_state !== 'booked')
        expect(new Set(reasons.map(({ reason }) => reason))).toEqual(new Set([kept]))
        await expectViolation(
          db.query(`update app_public.bookings set cancellation_reason = ' ' where id = $1`, [bookingId]),
          'check_violation',
          'cancellation_reasons_are_visible',
        )
      }
    }),
  )

  it('cannot undo an appointment that has taken place', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer } = await aPractice(db)
      const slotId = await aSlot(db, clinicId, doctorId, 0)
      const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
      await checkIn(db, clinicId, id)
      await complete(db, clinicId, id)
      for (const cascade of [false, true])
        await expectRefusal(withdraw(db, clinicId, slotId, { cascade }), 'illegal_transition')
    }))

  it.each(['booked', 'checked_in'])('refuses a slot whose time has passed while its booking is still %s', (status) =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer } = await aPractice(db)
      const slotId = await aSlot(db, clinicId, doctorId, -3)
      const id = await recordBooking(db, slotId, customer.customerId, status)
      for (const cascade of [false, true])
        await expectRefusal(withdraw(db, clinicId, slotId, { cascade }), 'illegal_transition')
      expect(await bookingOf(db, id)).toMatchObject({ status, cancelled_by: null })
    }),
  )

  it('changes nothing when the slot is withdrawn already', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId } = await aPractice(db)
      await withdraw(db, clinicId, slotId)
      expect(await withdraw(db, clinicId, slotId)).toMatchObject({ id: slotId, status: 'withdrawn' })
      expect(await events(db, slotId)).toHaveLength(1)
    }))

  it("is for the desk, and for doctors with their own slots, not a colleague's", () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId } = await aPractice(db)
      const doctor = await anEmployee(db, clinicId, 'doctor', doctorId)
      const colleague = await anEmployee(db, clinicId, 'doctor', await aDoctor(db, clinicId))
      const stranger = await anEmployee(db, await aClinic(db), 'manager')
      for (const { claims } of [colleague, stranger])
        await db.as(claims, () => expectRefusal(withdraw(db, clinicId, slotId), 'forbidden'))
      await db.as(doctor.claims, () => withdraw(db, clinicId, slotId))
    }))

  it('is not for a doctor who has left', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId } = await aPractice(db)
      const doctor = await anEmployee(db, clinicId, 'doctor', doctorId)
      const elsewhere = await aClinic(db)
      // The person still works at another clinic, so the call is not refused because of the role.
      await db.query(
        `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'manager', 'Left')`,
        [elsewhere, doctor.accountId],
      )
      await db.query('update app_public.employees set is_active = false where id = $1', [doctor.employeeId])
      await db.as(doctor.claims, () => expectRefusal(withdraw(db, clinicId, slotId), 'forbidden'))
    }))

  it('refuses customers, anonymous callers and unknown slots', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer, manager } = await aPractice(db)
      const other = await aPractice(db)
      for (const claims of [customer.claims, {}])
        await db.as(claims, () => expectRefusal(withdraw(db, clinicId, slotId), 'insufficient_privilege'))
      await db.as(manager.claims, async () => {
        await expectRefusal(withdraw(db, clinicId, '0'), 'slot_not_found')
        await expectRefusal(withdraw(db, clinicId, other.slotId), 'slot_not_found')
      })
      await db.as((await anAccount(db, { isAdmin: true })).claims, () => withdraw(db, clinicId, slotId))
    }))
})
