import { describe, expect, it } from '@jest/globals'
import { book, cancel } from '../../../helpers/clinic/operations.ts'
import { aCustomer, aDoctor, aSlot } from '../../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { accept, aFullPractice, type Entry, join, leave, notOffered, offersOf } from './waiting.ts'

describe('join_waiting_list', () => {
  it('gives the clinic a record of the customer, and keeps the place when conditions change', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, waiters } = await aFullPractice(db)
      const claims = waiters[0]?.claims ?? {}
      const first = await db.as(claims, () => join(db, clinicId, { doctor_id: doctorId }))
      const again = await db.as(claims, () => join(db, clinicId, { doctor_id: doctorId, weekdays: [1, 2] }))
      expect(again).toMatchObject({ id: first.id, joined_at: first.joined_at, weekdays: [1, 2] })
      expect(
        await db.query('select from app_public.clinic_customers where clinic_id = $1 and customer_id = $2', [
          clinicId,
          waiters[0]?.customerId,
        ]),
      ).toHaveLength(1)
    }))

  it('refuses dates in the wrong order, weekdays that do not exist, and times in the wrong order', () =>
    inTransaction(async (db) => {
      const { clinicId, waiters } = await aFullPractice(db)
      await db.as(waiters[0]?.claims ?? {}, async () => {
        for (const conditions of [
          { until_date: '2020-01-01' },
          { until_date: '2099-01-01' },
          { weekdays: [0] },
          { weekdays: [] },
          { weekdays: [1, null] },
          { not_before: '12:00', not_after: '10:00' },
          { min_notice: '31 days' },
        ])
          await expectRefusal(join(db, clinicId, conditions), 'invalid_argument')
        await expectRefusal(join(db, clinicId, { doctor_id: 0 }), 'doctor_not_found')
        await expectRefusal(join(db, clinicId, { service_id: 0 }), 'service_not_found')
        await expectRefusal(join(db, clinicId, { specialization_id: 0 }), 'specialization_not_found')
        await expectRefusal(join(db, '0', {}), 'clinic_not_found')
      })
    }))

  it('allows ten entries in a clinic; the desk is not limited', () =>
    inTransaction(async (db) => {
      const { clinicId, waiters, receptionist } = await aFullPractice(db)
      const doctors: string[] = []
      for (let i = 0; i < 11; i++) doctors.push(await aDoctor(db, clinicId))
      const last = doctors.pop()
      await db.as(waiters[0]?.claims ?? {}, async () => {
        for (const doctor of doctors) await join(db, clinicId, { doctor_id: doctor })
        await expectRefusal(join(db, clinicId, { doctor_id: last }), 'too_many_waiting_entries')
      })
      await db.as(receptionist.claims, () =>
        join(db, clinicId, { customer_id: waiters[0]?.customerId, doctor_id: last }),
      )
    }))

  it('matches by weekday and local time of day', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, bookingId, customer, waiters } = await aFullPractice(db, 2)
      const { weekday, start } = await db.one<{ weekday: number; start: string }>(
        `select extract(isodow from slot_date)::int as weekday, (starts_at at time zone 'Europe/Berlin')::time::text as start
         from app_public.booking_slots where id = $1`,
        [slotId],
      )
      await db.as(waiters[0]?.claims ?? {}, () => join(db, clinicId, { weekdays: [(weekday % 7) + 1] }))
      await db.as(waiters[1]?.claims ?? {}, () =>
        join(db, clinicId, { weekdays: [weekday], not_before: start, not_after: start }),
      )
      await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
      expect(await offersOf(db, slotId)).toMatchObject([{ customer_id: waiters[1]?.customerId }])
      expect(await notOffered(db, clinicId)).toEqual([])
    }))

  it('offers first to those to whom the desk gave priority, then in the order of joining', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, bookingId, customer, waiters, receptionist } = await aFullPractice(db, 3)
      const entries: Entry[] = []
      for (const waiter of waiters) entries.push(await db.as(waiter.claims, () => join(db, clinicId)))
      await db.as(receptionist.claims, async () => {
        const first = await db.one('select * from app_public.set_waiting_priority($1, $2, 1, $3)', [
          clinicId,
          entries[2]?.id,
          1,
        ])
        expect(first).toMatchObject({ priority: 1, row_version: 2 })
        await expectRefusal(
          db.one('select * from app_public.set_waiting_priority($1, $2, 1, 1)', [clinicId, entries[2]?.id]),
          'stale_row_version',
        )
      })
      await db.as(waiters[0]?.claims ?? {}, () =>
        expect(db.query('select priority from app_public.waiting_list')).rejects.toMatchObject({ code: '42501' }),
      )
      await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
      expect((await offersOf(db, slotId)).map(({ customer_id }) => customer_id)).toEqual(
        [2, 0, 1].map((i) => waiters[i]?.customerId),
      )
    }))

  it('can be left, and joined again with a new place', () =>
    inTransaction(async (db) => {
      const { clinicId, waiters } = await aFullPractice(db)
      const claims = waiters[0]?.claims ?? {}
      const entry = await db.as(claims, () => join(db, clinicId))
      await db.as(waiters[1]?.claims ?? {}, () => expectRefusal(leave(db, entry), 'waiting_entry_not_found'))
      expect(await db.as(claims, () => leave(db, entry))).toMatchObject({ state: 'left' })
      expect(await db.as(claims, () => leave(db, entry))).toMatchObject({ state: 'left' })
      expect((await db.as(claims, () => join(db, clinicId))).id).not.toBe(entry.id)
    }))

  it("by a guardian waits for the dependant, and the offer is the guardian's to accept", () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, bookingId, customer, waiters } = await aFullPractice(db, 1)
      const claims = waiters[0]?.claims ?? {}
      const { id: childId } = await db.as(claims, () =>
        db.one(`select dependant_customer_id as id from app_public.add_dependant('Child', '2020-01-01', 'parent')`),
      )
      await db.as(claims, () => join(db, clinicId, { customer_id: childId }))
      await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
      const [offer] = await offersOf(db, slotId)
      expect(offer).toMatchObject({ customer_id: childId })
      const message = await db.one(
        `select m.recipient, m.body from app_public.notifications n
         cross join lateral app_private.messages_of(n.clinic_id, array[n.id]) m where n.slot_offer_id = $1`,
        [offer?.id],
      )
      const { email } = await db.one('select email from app_public.customers where id = $1', [waiters[0]?.customerId])
      expect(message.recipient).toBe(email)
      const booking = await db.as(claims, () => accept(db, offer as never))
      expect(booking).toMatchObject({ customer_id: childId })
    }))

  it('by a record that was merged meanwhile is offered to the person once', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, bookingId, customer, waiters } = await aFullPractice(db, 2)
      const [from, into] = waiters
      await db.as(from?.claims ?? {}, () => join(db, clinicId, { doctor_id: doctorId }))
      await db.as(into?.claims ?? {}, () => join(db, clinicId))
      await db.query(`select app_private.merge_into($1, $2, 'administrator')`, [from?.customerId, into?.customerId])
      await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
      const [offer, ...others] = await offersOf(db, slotId)
      expect(others).toEqual([])
      await db.as(into?.claims ?? {}, () => accept(db, offer as never))
      expect(await offersOf(db, slotId)).toMatchObject([{ state: 'accepted' }])
    }))
})

describe('an entry of the waiting list', () => {
  it('is part of the export, and is removed 90 days after it has ended', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, bookingId, customer, waiters } = await aFullPractice(db, 1)
      const claims = waiters[0]?.claims ?? {}
      await db.as(claims, () => join(db, clinicId, { doctor_id: doctorId }))
      await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
      const exported = await db.as(claims, () =>
        db.one<{ waiting_list: unknown[]; notifications: unknown[] }>('select * from app_public.export_customer()'),
      )
      expect(exported.waiting_list).toMatchObject([
        { clinicId, state: 'waiting', offers: [{ state: 'offered' }], bookingId: null },
      ])
      expect(exported.notifications).toMatchObject([{ kind: 'slot_offered', state: 'pending' }])
      await db.query(`select app_private.remove_old_records(1000, now() + interval '170 days')`)
      expect(await db.query('select from app_public.waiting_list where clinic_id = $1', [clinicId])).toHaveLength(1)
      await db.query(`select app_private.remove_old_records(1000, now() + interval '190 days')`)
      expect(await db.query('select from app_public.waiting_list where clinic_id = $1', [clinicId])).toEqual([])
      expect(await offersOf(db, slotId)).toEqual([])
    }))

  it('does not stop slots from being archived', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer, waiters } = await aFullPractice(db, 1)
      const slotId = await aSlot(db, clinicId, doctorId, 60)
      await db.as(waiters[0]?.claims ?? {}, () => join(db, clinicId))
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slotId))
      await db.as(customer.claims, () => cancel(db, clinicId, id))
      expect(await offersOf(db, slotId)).toHaveLength(1)
      await db.query(`select app_private.archive_past_slots(500, now() + interval '120 days')`)
      expect(await db.query('select from app_public.booking_slots where id = $1', [slotId])).toEqual([])
      expect(await offersOf(db, slotId)).toEqual([])
    }))

  it('cannot be a slot that is held without an offer: the commit refuses it', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aFullPractice(db, 0)
      const slotId = await aSlot(db, clinicId, doctorId, 60)
      await aCustomer(db)
      await db.query(
        `update app_public.booking_slots set status = 'held', held_until = now() + interval '1 hour' where id = $1`,
        [slotId],
      )
      await expect(db.query('set constraints all immediate')).rejects.toMatchObject({
        code: '23514',
        constraint: 'slots_held_for_nobody_are_offered',
      })
    }))
})
