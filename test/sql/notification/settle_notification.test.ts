import { describe, expect, it } from '@jest/globals'
import { book, withdraw } from '../../helpers/clinic/operations.ts'
import { aPractice } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

/** A practice whose patient, without any address, was to get a confirmation; who the desk is, and the message. */
async function aFailedMessage(db: Db) {
  const practice = await aPractice(db)
  const { clinicId, slotId } = practice
  const { customer_id: customerId } = await db.one<{ customer_id: string }>(
    `select customer_id from app_public.add_clinic_customer($1, 'Phyllis Phone', null, '+49 151 23456789')`,
    [clinicId],
  )
  const booking = await book(db, clinicId, slotId, { customerId })
  const { id } = await db.one<{ id: string }>(
    `select id from app_public.notifications where booking_id = $1 and kind = 'booking_confirmed'`,
    [booking.id],
  )
  return { ...practice, customerId, bookingId: booking.id, id }
}

const settle = (db: Db, clinicId: string, id: string) =>
  db.one('select * from app_public.settle_notification($1, $2)', [clinicId, id])
const listed = async (db: Db, clinicId: string) =>
  (await db.query('select id from app_public.late_notifications where clinic_id = $1', [clinicId])).map(({ id }) => id)

describe('a message that was given up', () => {
  it('is settled by the desk, with who and when, and is not listed any more', () =>
    inTransaction(async (db) => {
      const { clinicId, id, receptionist } = await aFailedMessage(db)
      expect(await listed(db, clinicId)).toContain(id)
      const settled = await db.as(receptionist.claims, () => settle(db, clinicId, id))
      expect(settled).toMatchObject({
        state: 'dead',
        settled_at: expect.any(Date),
        settled_by_account_id: receptionist.accountId,
      })
      expect(await listed(db, clinicId)).not.toContain(id)
      // Who was first stays.
      expect(await settle(db, clinicId, id)).toEqual(settled)
    }))

  it('is open again once it is sent again', () =>
    inTransaction(async (db) => {
      const { clinicId, customerId, id } = await aFailedMessage(db)
      await settle(db, clinicId, id)
      await db.query(`update app_public.clinic_customers set email = 'p@test.example' where customer_id = $1`, [
        customerId,
      ])
      expect(await db.one('select * from app_public.send_again($1, $2)', [clinicId, id])).toMatchObject({
        state: 'pending',
        settled_at: null,
        settled_by_account_id: null,
      })
    }))

  it('about a withdrawn time removes the patient from the list of those to phone', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, bookingId } = await aFailedMessage(db)
      await withdraw(db, clinicId, slotId, { cascade: true })
      const toPhone = async () =>
        (await db.query('select id from app_public.bookings_to_phone($1)', [clinicId])).map(({ id }) => id)
      expect(await toPhone()).toEqual([bookingId])
      const { id } = await db.one(
        `select id from app_public.notifications where booking_id = $1 and kind = 'slot_withdrawn'`,
        [bookingId],
      )
      await settle(db, clinicId, id)
      expect(await toPhone()).toEqual([])
    }))
})

it('refuses to settle a message that was not given up, and one of another clinic', () =>
  inTransaction(async (db) => {
    const { clinicId, id } = await aFailedMessage(db)
    const { clinicId: elsewhere, slotId, customer } = await aPractice(db)
    const { id: bookingId } = await book(db, elsewhere, slotId, { customerId: customer.customerId })
    const { id: waiting } = await db.one(
      `select id from app_public.notifications where booking_id = $1 and kind = 'booking_confirmed'`,
      [bookingId],
    )
    await expectRefusal(settle(db, elsewhere, waiting), 'illegal_transition')
    await expectRefusal(settle(db, elsewhere, id), 'notification_not_found')
    await db.query(`update app_public.notifications set state = 'dropped' where id = $1`, [waiting])
    await expectRefusal(settle(db, elsewhere, waiting), 'illegal_transition')
    expect(await listed(db, clinicId)).toContain(id)
  }))
