import { describe, expect, it } from '@jest/globals'
import { book, cancel, hold } from '../../../helpers/clinic/operations.ts'
import { aCustomer, aSlot } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { accept, aFullPractice, decline, join, leave, notOffered, offersOf, timePasses } from './waiting.ts'

const minutesFrom = (start: Date) => (at: Date) => Math.round((at.getTime() - start.getTime()) / 60_000) + 0

/** A practice in which a slot has been freed and is offered to so many customers. */
async function anOfferedSlot(db: Db, waiters = 2) {
  const practice = await aFullPractice(db, waiters)
  for (const waiter of practice.waiters) await db.as(waiter.claims, () => join(db, practice.clinicId))
  await db.as(practice.customer.claims, () => cancel(db, practice.clinicId, practice.bookingId))
  const offers = await offersOf(db, practice.slotId)
  return { ...practice, offers }
}

const slotOf = (db: Db, slotId: string) =>
  db.one<{ status: string; customer_id: string | null; held_until: Date | null }>(
    'select status, customer_id, held_until from app_public.booking_slots where id = $1',
    [slotId],
  )

const foundBySearch = async (db: Db, clinicId: string) =>
  (await db.query('select booking_slot_id from app_public.available_slots($1)', [clinicId])).map(
    ({ booking_slot_id }) => booking_slot_id,
  )

describe('a freed slot', () => {
  it('is offered to the first three who wait, with head starts of half an hour one after the other', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, offers, waiters } = await anOfferedSlot(db, 4)
      expect(offers.map(({ customer_id }) => customer_id)).toEqual(
        waiters.slice(0, 3).map(({ customerId }) => customerId),
      )
      const minutes = minutesFrom(offers[0]?.begins as Date)
      expect(offers.map(({ begins, ends }) => [minutes(begins), minutes(ends)])).toEqual([
        [0, 30],
        [30, 60],
        [60, 90],
      ])
      const slot = await slotOf(db, slotId)
      expect(slot).toMatchObject({ status: 'held', customer_id: null, held_until: offers[2]?.ends })
      expect(await foundBySearch(db, clinicId)).toEqual([])
      expect(await notOffered(db, clinicId)).toEqual([])
    }))

  it('is open when nobody waits for such a time', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, doctorId, bookingId, customer, waiters } = await aFullPractice(db)
      const [waiter] = waiters
      const { next_day } = await db.one(
        'select (slot_date + 1)::text as next_day from app_public.booking_slots where id = $1',
        [slotId],
      )
      await db.as(waiter?.claims ?? {}, () => join(db, clinicId, { from_date: next_day, until_date: next_day }))
      await db.as(waiter?.claims ?? {}, () => join(db, clinicId, { doctor_id: doctorId, min_notice: '3 days' }))
      await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'open' })
      expect(await offersOf(db, slotId)).toEqual([])
      expect(await notOffered(db, clinicId)).toEqual([])
    }))

  it('is not offered to the customer who gave it up', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, bookingId, customer } = await aFullPractice(db)
      await db.as(customer.claims, () => join(db, clinicId))
      await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'open' })
      expect(await notOffered(db, clinicId)).toEqual([])
    }))

  it('is refused to everybody else while head starts last, also to hold it', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, offers, waiters, receptionist } = await anOfferedSlot(db)
      const stranger = await aCustomer(db)
      for (const claims of [stranger.claims, waiters[1]?.claims ?? {}])
        await db.as(claims, () => expectRefusal(book(db, clinicId, slotId), 'slot_offered'))
      await db.as(waiters[0]?.claims ?? {}, () => expectRefusal(hold(db, clinicId, slotId), 'slot_offered'))
      const bookability = await db.as({}, () =>
        db.one('select * from app_public.slot_bookability($1, $2)', [clinicId, slotId]),
      )
      expect(bookability).toMatchObject({ is_bookable: false, refused_as: 'slot_offered' })
      await db.as(receptionist.claims, () =>
        expectRefusal(book(db, clinicId, slotId, { customerId: waiters[1]?.customerId ?? null }), 'slot_offered'),
      )
      expect((await offersOf(db, slotId)).map(({ state }) => state)).toEqual(offers.map(() => 'offered'))
    }))

  it('is booked by the first in turn, whose entry has its time; the other offer is lost', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, offers, waiters } = await anOfferedSlot(db)
      const booking = await db.as(waiters[0]?.claims ?? {}, () => accept(db, offers[0] as never))
      expect(booking).toMatchObject({ booking_slot_id: slotId, customer_id: waiters[0]?.customerId, status: 'booked' })
      expect((await offersOf(db, slotId)).map(({ state }) => state)).toEqual(['accepted', 'lost'])
      expect(
        await db.query('select state from app_public.waiting_list where clinic_id = $1 order by id', [clinicId]),
      ).toEqual([{ state: 'booked' }, { state: 'waiting' }])
      await db.as(waiters[1]?.claims ?? {}, () => expectRefusal(accept(db, offers[1] as never), 'offer_ended'))
      const messages = await db.query(
        `select state, dropped_because from app_public.notifications where kind = 'slot_offered' and clinic_id = $1`,
        [clinicId],
      )
      expect(messages).toEqual([
        { state: 'dropped', dropped_because: 'offer_ended' },
        { state: 'dropped', dropped_because: 'offer_ended' },
      ])
    }))

  it('can be booked by the second after the first head start, and by anyone after the last, without any worker', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, offers, waiters } = await anOfferedSlot(db)
      await timePasses(db, slotId, '31 minutes')
      const stranger = await aCustomer(db)
      await db.as(stranger.claims, () => expectRefusal(book(db, clinicId, slotId), 'slot_offered'))
      await db.undone(async () => {
        const taken = await db.as(waiters[1]?.claims ?? {}, () => accept(db, offers[1] as never))
        expect(taken).toMatchObject({ customer_id: waiters[1]?.customerId })
      })
      // The first one can still take it.
      await db.undone(() => db.as(waiters[0]?.claims ?? {}, () => book(db, clinicId, slotId)))
      await timePasses(db, slotId, '30 minutes')
      expect(await foundBySearch(db, clinicId)).toEqual([slotId])
      await db.undone(() => db.as(waiters[0]?.claims ?? {}, () => accept(db, offers[0] as never)))
      await db.as(stranger.claims, () => book(db, clinicId, slotId))
      expect((await offersOf(db, slotId)).map(({ state }) => state)).toEqual(['lost', 'lost'])
    }))

  it('is released by the job after the last head start, and can still be accepted then', () =>
    inTransaction(async (db) => {
      const { slotId, offers, waiters } = await anOfferedSlot(db)
      await timePasses(db, slotId, '2 hours')
      await db.query('select app_private.release_expired_holds()')
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'open' })
      expect((await offersOf(db, slotId)).map(({ state }) => state)).toEqual(['opened', 'opened'])
      const booking = await db.as(waiters[1]?.claims ?? {}, () => accept(db, offers[1] as never))
      expect(booking).toMatchObject({ booking_slot_id: slotId })
    }))

  it('is free for the next customer as soon as the previous one declines, and for everybody after the last', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, offers, waiters } = await anOfferedSlot(db, 3)
      await db.as(waiters[0]?.claims ?? {}, () => decline(db, offers[0] as never))
      const [first, second, third] = await offersOf(db, slotId)
      expect(first).toMatchObject({ state: 'declined' })
      const minutes = minutesFrom(offers[0]?.begins as Date)
      expect([second, third].map((offer) => offer && [minutes(offer.begins), minutes(offer.ends)])).toEqual([
        [0, 30],
        [30, 60],
      ])
      const due = await db.query<{ due_at: Date }>(
        `select due_at from app_public.notifications where clinic_id = $1 and kind = 'slot_offered' and state = 'pending'
         order by id`,
        [clinicId],
      )
      expect(due.map(({ due_at }) => due_at)).toEqual([second?.begins, third?.begins])
      expect((await slotOf(db, slotId)).held_until).toEqual(third?.ends)
      await db.as(waiters[2]?.claims ?? {}, () => decline(db, offers[2] as never))
      await db.as(waiters[1]?.claims ?? {}, () => decline(db, offers[1] as never))
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'open', held_until: null })
      expect(await notOffered(db, clinicId)).toEqual([])
      await db.query('set constraints all immediate')
    }))

  it('is opened by the desk, which then books it for somebody else', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer, receptionist } = await anOfferedSlot(db)
      await db.as(receptionist.claims, async () => {
        await db.one('select * from app_public.open_offered_slot($1, $2)', [clinicId, slotId])
        await book(db, clinicId, slotId, { customerId: customer.customerId })
      })
      expect((await offersOf(db, slotId)).map(({ state }) => state)).toEqual(['opened', 'opened'])
    }))

  it('is withdrawn from those to whom it is offered when the clinic withdraws it', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, receptionist, offers, waiters } = await anOfferedSlot(db)
      await db.as(receptionist.claims, () =>
        db.one('select * from app_public.withdraw_slot($1, $2)', [clinicId, slotId]),
      )
      expect((await offersOf(db, slotId)).map(({ state }) => state)).toEqual(['lost', 'lost'])
      await db.as(waiters[0]?.claims ?? {}, () => expectRefusal(accept(db, offers[0] as never), 'offer_ended'))
    }))
})

describe('head starts', () => {
  const placed = (db: Db, clinicId: string, from: string, latest: string, most = 3) =>
    db.query<{ begins: string; ends: string }>(
      `select to_char(lower(h) at time zone 'Europe/Berlin', 'DD HH24:MI') as begins,
         to_char(upper(h) at time zone 'Europe/Berlin', 'DD HH24:MI') as ends
       from app_private.place_head_starts($1, $2::timestamp at time zone 'Europe/Berlin',
         $3::timestamp at time zone 'Europe/Berlin', $4) h order by h`,
      [clinicId, from, latest, most],
    )
  const quiet = (db: Db, clinicId: string) =>
    db.query(`update app_public.policies set quiet_from = '22:00', quiet_until = '08:00' where clinic_id = $1`, [
      clinicId,
    ])

  it('lie outside quiet hours: one that would be cut short begins the next morning', () =>
    inTransaction(async (db) => {
      const { clinicId } = await aFullPractice(db)
      await quiet(db, clinicId)
      expect(await placed(db, clinicId, '2026-06-10 03:00', '2026-06-12 09:00')).toEqual([
        { begins: '10 08:00', ends: '10 08:30' },
        { begins: '10 08:30', ends: '10 09:00' },
        { begins: '10 09:00', ends: '10 09:30' },
      ])
      expect(await placed(db, clinicId, '2026-06-10 21:10', '2026-06-12 09:00')).toEqual([
        { begins: '10 21:10', ends: '10 21:40' },
        { begins: '10 21:40', ends: '10 22:00' },
        { begins: '11 08:00', ends: '11 08:30' },
      ])
      expect(await placed(db, clinicId, '2026-06-10 21:50', '2026-06-12 09:00')).toEqual([
        { begins: '11 08:00', ends: '11 08:30' },
        { begins: '11 08:30', ends: '11 09:00' },
        { begins: '11 09:00', ends: '11 09:30' },
      ])
    }))

  it('are shorter when the visit is near, so that each has a turn', () =>
    inTransaction(async (db) => {
      const { clinicId } = await aFullPractice(db)
      expect(await placed(db, clinicId, '2026-06-10 09:00', '2026-06-10 10:00')).toEqual([
        { begins: '10 09:00', ends: '10 09:20' },
        { begins: '10 09:20', ends: '10 09:40' },
        { begins: '10 09:40', ends: '10 10:00' },
      ])
    }))

  it('are as long as the policy says, and no slot is offered with less notice than it says', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, waiters, customer } = await aFullPractice(db, 1)
      await db.query(
        `update app_public.policies set waiting_head_start = '10 minutes', waiting_notice = '4 hours' where clinic_id = $1`,
        [clinicId],
      )
      const [near, far] = [await aSlot(db, clinicId, doctorId, 3), await aSlot(db, clinicId, doctorId, 6)]
      await db.as(waiters[0]?.claims ?? {}, () => join(db, clinicId))
      for (const slotId of [near, far])
        await db.as(customer.claims, async () => {
          const { id } = await book(db, clinicId, slotId)
          await cancel(db, clinicId, id)
        })
      expect(await offersOf(db, near)).toEqual([])
      const [offer] = await offersOf(db, far)
      expect(offer && minutesFrom(offer.begins)(offer.ends)).toBe(10)
      expect(await notOffered(db, clinicId)).toEqual([])
    }))
})

describe('two slots that are freed at once', () => {
  it('are offered to different customers: nobody is offered two times at once', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, bookingId, customer, waiters } = await aFullPractice(db)
      const otherId = await aSlot(db, clinicId, doctorId, 50)
      const { id } = await db.as(customer.claims, () => book(db, clinicId, otherId))
      await db.as(waiters[0]?.claims ?? {}, () => join(db, clinicId))
      await db.as(customer.claims, async () => {
        await cancel(db, clinicId, bookingId)
        await cancel(db, clinicId, id)
      })
      expect(await offersOf(db, slotId)).toHaveLength(1)
      expect(await offersOf(db, otherId)).toHaveLength(0)
      expect(await slotOf(db, otherId)).toMatchObject({ status: 'open' })
      expect(await notOffered(db, clinicId)).toEqual([])
      await db.query('set constraints all immediate')
    }))
})

describe('a customer to whom a time is offered', () => {
  it('who leaves the list makes way for the next one', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, waiters, offers } = await anOfferedSlot(db)
      const entry = await db.one('select * from app_public.waiting_list where clinic_id = $1 and id = $2', [
        clinicId,
        offers[0]?.waiting_id,
      ])
      await db.as(waiters[0]?.claims ?? {}, () => leave(db, entry as never))
      await db.as(waiters[1]?.claims ?? {}, () => accept(db, offers[1] as never))
      expect((await offersOf(db, slotId)).map(({ state }) => state)).toEqual(['declined', 'accepted'])
    }))

  it.each(['remove_customer', 'erase_customer'])('who has left (%s) makes way for the next one', (name) =>
    inTransaction(async (db) => {
      const { clinicId, slotId, waiters, offers } = await anOfferedSlot(db)
      await db.as(waiters[0]?.claims ?? {}, () =>
        db.one(`select * from app_public.${name}($1)`, [waiters[0]?.customerId]),
      )
      await db.as(waiters[1]?.claims ?? {}, () => accept(db, offers[1] as never))
      expect(await slotOf(db, slotId)).toMatchObject({ customer_id: waiters[1]?.customerId })
      expect(
        await db.query('select state from app_public.waiting_list where customer_id = $1', [waiters[0]?.customerId]),
      ).toEqual(name === 'erase_customer' ? [] : [{ state: 'left' }])
      await db.query('set constraints all immediate')
      expect(await notOffered(db, clinicId)).toEqual([])
    }),
  )

  it('who has booked another visit at the same time meanwhile is refused, and the next one can take it', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, waiters, offers } = await anOfferedSlot(db)
      const { id: otherDoctorId } = await db.one(
        `insert into app_public.doctors (clinic_id, full_name) values ($1, 'Dr Other') returning id`,
        [clinicId],
      )
      const elsewhere = await aSlot(db, clinicId, otherDoctorId)
      await db.as(waiters[0]?.claims ?? {}, async () => {
        await book(db, clinicId, elsewhere)
        await expectRefusal(accept(db, offers[0] as never), 'customer_busy')
      })
      await timePasses(db, slotId, '30 minutes')
      await db.as(waiters[1]?.claims ?? {}, () => accept(db, offers[1] as never))
    }))

  it('is not offered a time at which they have a visit, nor one when they have as many as are allowed', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, bookingId, customer, waiters } = await aFullPractice(db)
      const [busy, full] = waiters
      const { id: otherDoctorId } = await db.one(
        `insert into app_public.doctors (clinic_id, full_name) values ($1, 'Dr Other') returning id`,
        [clinicId],
      )
      const sameTime = await aSlot(db, clinicId, otherDoctorId)
      const later = [await aSlot(db, clinicId, doctorId, 60), await aSlot(db, clinicId, doctorId, 62)]
      await db.query('update app_public.policies set max_live_bookings = 2 where clinic_id = $1', [clinicId])
      for (const [waiter, slots] of [
        [busy, [sameTime]],
        [full, later],
      ] as const)
        await db.as(waiter?.claims ?? {}, async () => {
          for (const slot of slots) await book(db, clinicId, slot)
          await join(db, clinicId)
        })
      await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
      expect(await offersOf(db, slotId)).toEqual([])
      expect(await notOffered(db, clinicId)).toEqual([])
    }))
})
