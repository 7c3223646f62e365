import { describe, expect, it } from '@jest/globals'
import {
  book,
  bookingOf,
  cancel,
  checkIn,
  complete,
  noShow,
  slotOf,
  undoCheckIn,
  undoCompletion,
  undoNoShow,
} from '../../../helpers/clinic/operations.ts'
import {
  aClinic,
  aCustomer,
  aDoctor,
  anAccount,
  anEmployee,
  aPractice,
  aSlot,
  noonZone,
} from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { cameIntoItsState, recordBooking } from '../claiming.ts'

// What the desk recorded by mistake: undo_check_in, undo_completion, undo_no_show.

/** A visit that has begun, as the desk recorded it. */
async function aVisit(db: Db, status: string) {
  const practice = await aPractice(db)
  const { clinicId, doctorId, customer } = practice
  const slotId = await aSlot(db, clinicId, doctorId, -1)
  return { ...practice, slotId, bookingId: await recordBooking(db, slotId, customer.customerId, status) }
}

describe.each([
  ['undo_check_in', undoCheckIn, 'checked_in', 'booked', '24 hours'],
  ['undo_completion', undoCompletion, 'completed', 'checked_in', '24 hours'],
  ['undo_no_show', undoNoShow, 'no_show', 'booked', '168 hours'],
] as const)('%s', (_, undo, from, to, limit) => {
  it(`makes a booking that is ${from} ${to} again, records the event and keeps the slot`, () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, bookingId, receptionist } = await aVisit(db, from)
      await db.as(receptionist.claims, async () =>
        expect(await undo(db, clinicId, bookingId)).toMatchObject({ id: bookingId, status: to }),
      )
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'booked' })
      expect(
        await db.query(
          `select from_state, to_state, actor, actor_account_id from app_public.events
           where booking_id = $1 and from_state is not null order by id`,
          [bookingId],
        ),
      ).toEqual([{ from_state: from, to_state: to, actor: 'staff', actor_account_id: receptionist.accountId }])
    }))

  it('is refused after the time limit, to every caller', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId } = await aVisit(db, from)
      await cameIntoItsState(db, bookingId, limit)
      await db.undone(() => undo(db, clinicId, bookingId))
      await cameIntoItsState(db, bookingId, `${limit} 1 second`)
      const { detail } = await expectRefusal(undo(db, clinicId, bookingId), 'undo_too_late')
      expect(JSON.parse(detail ?? '')).toMatchObject({ status: from, undoableUntil: expect.any(String) })
      await expectRefusal(
        db.query('update app_public.bookings set status = $2 where id = $1', [bookingId, to]),
        'undo_too_late',
      )
      // The limits are data.
      await db.query(
        `update app_public.state_transitions set time_limit = time_limit + '1 hour' where from_state = $1`,
        [from],
      )
      expect(await undo(db, clinicId, bookingId)).toMatchObject({ status: to })
    }))

  it.each(['booked', 'checked_in', 'completed', 'no_show', 'cancelled'].filter((status) => status !== from))(
    'refuses a booking that is %s',
    (status) =>
      inTransaction(async (db) => {
        const { clinicId, bookingId } = await aVisit(db, status === 'cancelled' ? 'booked' : status)
        if (status === 'cancelled') await cancel(db, clinicId, bookingId)
        const { detail } = await expectRefusal(undo(db, clinicId, bookingId), 'illegal_transition')
        expect(JSON.parse(detail ?? '')).toMatchObject({ status })
      }),
  )

  it('takes effect once when it is repeated under its key', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId } = await aVisit(db, from)
      const first = await undo(db, clinicId, bookingId, 'undo')
      expect(await undo(db, clinicId, bookingId, 'undo')).toEqual(first)
      await expectRefusal(checkIn(db, clinicId, bookingId, 'undo'), 'idempotency_key_reused')
    }))

  it("is for the desk, and for doctors with their own patients, not a colleague's, nor another clinic's", () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, bookingId, receptionist, manager, customer } = await aVisit(db, from)
      const doctor = await anEmployee(db, clinicId, 'doctor', doctorId)
      const colleague = await anEmployee(db, clinicId, 'doctor', await aDoctor(db, clinicId))
      const stranger = await anEmployee(db, await aClinic(db), 'manager')
      for (const { claims } of [colleague, stranger])
        await db.as(claims, () => expectRefusal(undo(db, clinicId, bookingId), 'forbidden'))
      for (const claims of [customer.claims, {}])
        await db.as(claims, () => expectRefusal(undo(db, clinicId, bookingId), 'insufficient_privilege'))
      await db.as(manager.claims, () => expectRefusal(undo(db, clinicId, '0'), 'booking_not_found'))
      for (const { claims } of [doctor, receptionist, manager, await anAccount(db, { isAdmin: true })])
        await db.undone(() => db.as(claims, () => undo(db, clinicId, bookingId)))
    }))

  it('works when the doctor has left since', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, bookingId } = await aVisit(db, from)
      await db.query('select app_public.deactivate_doctor($1, $2, true)', [clinicId, doctorId])
      expect(await undo(db, clinicId, bookingId)).toMatchObject({ status: to })
    }))
})

it('a patient who was marked as a no-show and came after all is checked in and completed', () =>
  inTransaction(async (db) => {
    const { clinicId, bookingId } = await aVisit(db, 'no_show')
    await undoNoShow(db, clinicId, bookingId)
    await checkIn(db, clinicId, bookingId)
    expect(await complete(db, clinicId, bookingId)).toMatchObject({ status: 'completed' })
    await undoCompletion(db, clinicId, bookingId)
    await undoCheckIn(db, clinicId, bookingId)
    expect(await noShow(db, clinicId, bookingId)).toMatchObject({ status: 'no_show' })
  }))

it.each([
  ['a no-show', 'no_show', undoNoShow],
  ['a completion', 'completed', undoCompletion],
] as const)('%s is not undone when the customer has another booking at that time by now', (_, status, undo) =>
  inTransaction(async (db) => {
    const { clinicId, bookingId, customer } = await aVisit(db, status)
    const other = await aSlot(db, clinicId, await aDoctor(db, clinicId), -1)
    await recordBooking(db, other, customer.customerId)
    await expectRefusal(undo(db, clinicId, bookingId), 'customer_busy')
    expect(await bookingOf(db, bookingId)).toMatchObject({ status })
  }),
)

describe('a check-in that is undone before the booking begins', () => {
  /** Booked for three hours from now, to be reminded two hours and, if it were not too late, four hours before. */
  async function aBookingAhead(db: Db) {
    const clinicId = await aClinic(db, noonZone())
    const doctorId = await aDoctor(db, clinicId)
    await db.query(
      `update app_public.policies set reminder_lead_times = '{2 hours,1 hour}', quiet_from = null, quiet_until = null where clinic_id = $1`,
      [clinicId],
    )
    const { customerId } = await aCustomer(db)
    const { id } = await book(db, clinicId, await aSlot(db, clinicId, doctorId, 3), { customerId })
    const messages = () =>
      db.query(
        `select kind, lead_time::text, state, dropped_because from app_public.notifications where booking_id = $1 order by kind, lead_time`,
        [id],
      )
    return { clinicId, doctorId, id, messages }
  }

  it('has its messages sent after all', () =>
    inTransaction(async (db) => {
      const { clinicId, id, messages } = await aBookingAhead(db)
      const before = await messages()
      expect(before).toHaveLength(3)
      await checkIn(db, clinicId, id)
      expect((await messages()).map(({ state }) => state)).toEqual(['dropped', 'dropped', 'dropped'])
      await undoCheckIn(db, clinicId, id)
      expect(await messages()).toEqual(before)
      expect(await db.query('select from app_private.bookings_missing_reminders where booking_id = $1', [id])).toEqual(
        [],
      )
    }))

  it('does not restore messages already sent, nor reminders that the policy no longer has', () =>
    inTransaction(async (db) => {
      const { clinicId, id, messages } = await aBookingAhead(db)
      await db.query(
        `update app_public.notifications set state = 'sent', sent_at = now() where booking_id = $1 and kind = 'booking_confirmed'`,
        [id],
      )
      await checkIn(db, clinicId, id)
      await db.query(`update app_public.policies set reminder_lead_times = '{1 hour}' where clinic_id = $1`, [clinicId])
      await undoCheckIn(db, clinicId, id)
      expect((await messages()).map(({ lead_time, state }) => [lead_time, state])).toEqual([
        ['00:00:00', 'sent'],
        ['01:00:00', 'pending'],
        ['02:00:00', 'dropped'],
      ])
    }))

  it('is listed for rebooking again when it does not fit the templates', () =>
    inTransaction(async (db) => {
      const { clinicId, id } = await aBookingAhead(db)
      await db.query('update app_public.booking_slots set from_template = true where clinic_id = $1', [clinicId])
      const listed = async () => {
        await db.query('select app_public.apply_templates($1)', [clinicId])
        return db.query('select resolution from app_public.rebooking_list where booking_id = $1 order by id', [id])
      }
      expect(await listed()).toEqual([{ resolution: null }])
      await checkIn(db, clinicId, id)
      expect(await listed()).toEqual([{ resolution: 'ended' }])
      await undoCheckIn(db, clinicId, id)
      expect(await db.query('select from app_private.schedule_changes where clinic_id = $1', [clinicId])).toHaveLength(
        1,
      )
      expect(await listed()).toEqual([{ resolution: 'ended' }, { resolution: null }])
    }))
})
