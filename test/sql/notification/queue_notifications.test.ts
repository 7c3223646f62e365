import { describe, expect, it } from '@jest/globals'
import { book, cancel, checkIn, noShow, reschedule } from '../../helpers/clinic/operations.ts'
import { aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

// Messages are recorded in the booking's transaction: neither can exist without the other.

const policy = (db: Db, clinicId: string, leadTimes: string) =>
  db.query('update app_public.policies set reminder_lead_times = $2 where clinic_id = $1', [clinicId, leadTimes])

/** The messages of a booking: kind, sequence, state, and how long before the start (or from now) each is due. */
const told = async (db: Db, bookingId: string) => {
  const rows = await db.query<{ line: string }>(
    `select concat_ws(' ', n.kind, n.booking_sequence, n.state,
              case when n.kind = 'booking_reminder' then (extract(epoch from b.starts_at - n.due_at) * interval '1 second')::text || ' before'
                   when n.due_at = now() then 'now' else 'some time' end) as line
     from app_public.notifications n join app_public.bookings b on b.clinic_id = n.clinic_id and b.id = n.booking_id
     where n.booking_id = $1 order by n.id`,
    [bookingId],
  )
  return rows.map(({ line }) => line)
}

describe('a booking', () => {
  it('gets a confirmation now and a reminder a day before, with the default policy', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slotId))
      expect(await told(db, id)).toEqual([
        'booking_confirmed 0 pending now',
        'booking_reminder 0 pending 24:00:00 before',
      ])
      expect(
        await db.one('select distinct customer_id, channel from app_public.notifications where booking_id = $1', [id]),
      ).toEqual({ customer_id: customer.customerId, channel: 'email' })
    }))

  it('gets one reminder for each lead time that still lies ahead', () =>
    inTransaction(async (db) => {
      // The slot starts in 48 hours.
      const { clinicId, slotId, customer } = await aPractice(db)
      await policy(db, clinicId, '{72 hours, 48 hours, 47:59:59, 30 hours}')
      const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
      expect((await told(db, id)).sort()).toEqual([
        'booking_confirmed 0 pending now',
        'booking_reminder 0 pending 30:00:00 before',
        'booking_reminder 0 pending 47:59:59 before',
      ])
    }))

  it('gets no reminder when the clinic wants none or the start is too near', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer } = await aPractice(db)
      const near = await book(db, clinicId, await aSlot(db, clinicId, doctorId, 1), { customerId: customer.customerId })
      expect(await told(db, near.id)).toEqual(['booking_confirmed 0 pending now'])
      await policy(db, clinicId, '{}')
      const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
      expect(await told(db, id)).toEqual(['booking_confirmed 0 pending now'])
    }))

  it('gets one reminder when the policy lists a lead time twice', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await policy(db, clinicId, '{24 hours, 1 day}')
      const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
      expect(await told(db, id)).toHaveLength(2)
    }))

  it('that is moved gets new messages for its new time', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer } = await aPractice(db)
      const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
      await reschedule(db, clinicId, id, await aSlot(db, clinicId, doctorId, 36))
      await reschedule(db, clinicId, id, slotId)
      expect(await told(db, id)).toEqual([
        'booking_confirmed 0 dropped now',
        'booking_reminder 0 dropped 24:00:00 before',
        'booking_rescheduled 1 dropped now',
        // The reminder for the time in between, which was twelve hours earlier.
        'booking_reminder 1 dropped 36:00:00 before',
        'booking_rescheduled 2 pending now',
        'booking_reminder 2 pending 24:00:00 before',
      ])
    }))

  it('that is cancelled gets the cancellation and no other message', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
      await cancel(db, clinicId, id)
      expect(await told(db, id)).toEqual([
        'booking_confirmed 0 dropped now',
        'booking_reminder 0 dropped 24:00:00 before',
        'booking_cancelled 1 pending now',
      ])
    }))

  it("that is cancelled keeps all its webhooks, so that the clinic's own system gets each step", () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer } = await aPractice(db)
      await db.query(`select app_public.create_webhook_endpoint($1, 'https://hooks.clinic.de/all')`, [clinicId])
      const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
      await reschedule(db, clinicId, id, await aSlot(db, clinicId, doctorId, 60))
      await cancel(db, clinicId, id)
      const steps = await db.query(
        `select kind, state from app_public.notifications where booking_id = $1 and channel = 'webhook' order by id`,
        [id],
      )
      expect(steps).toEqual(
        ['booking_confirmed', 'booking_rescheduled', 'booking_cancelled'].map((kind) => ({ kind, state: 'pending' })),
      )
    }))

  it('that is cancelled after its time gets no message', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer } = await aPractice(db)
      const { id } = await book(db, clinicId, await aSlot(db, clinicId, doctorId, 0), {
        customerId: customer.customerId,
      })
      await cancel(db, clinicId, id)
      expect(await told(db, id)).toEqual(['booking_confirmed 0 dropped now'])
    }))

  it.each([
    ['checked in', checkIn],
    ['a no-show', noShow],
  ])('that is %s has its reminders dropped and keeps its sent messages', (_, act) =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer } = await aPractice(db)
      const { id } = await book(db, clinicId, await aSlot(db, clinicId, doctorId, 0), {
        customerId: customer.customerId,
      })
      await db.query(
        `insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, lead_time, booking_sequence, due_at)
         values ($1, $2, $3, 'booking_reminder', '1 hour', 0, now())`,
        [clinicId, id, customer.customerId],
      )
      await db.query(
        `update app_public.notifications set state = 'sent', sent_at = now() where booking_id = $1 and kind = 'booking_confirmed'`,
        [id],
      )
      await act(db, clinicId, id)
      const states = await db.query(
        'select kind, state from app_public.notifications where booking_id = $1 order by id',
        [id],
      )
      expect(states).toEqual([
        { kind: 'booking_confirmed', state: 'sent' },
        { kind: 'booking_reminder', state: 'dropped' },
      ])
    }),
  )

  it('that was refused leaves no messages', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      const other = await aPractice(db)
      const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
      await db.as(other.customer.claims, () => expectRefusal(book(db, clinicId, slotId), 'slot_taken'))
      const rows = await db.query('select distinct booking_id from app_public.notifications where clinic_id = $1', [
        clinicId,
      ])
      expect(rows).toEqual([{ booking_id: id }])
    }))
})
