import { describe, expect, it } from '@jest/globals'
import { book, cancel, reschedule, withdraw } from '../../../helpers/clinic/operations.ts'
import { aVisitPractice, statesOf } from '../../../helpers/clinic/visits.ts'
import { aCustomer, aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { accept, aFullPractice, join, notOffered, offersOf } from './waiting.ts'

describe('waiting with a booking', () => {
  it('accepting moves the booking to the earlier time and offers the slot that it leaves, 50 times in a row', () =>
    inTransaction(async (db) => {
      const depth = 50
      const { clinicId, doctorId, slotId, customer, receptionist } = await aPractice(db)
      const { id: first } = await db.as(customer.claims, () => book(db, clinicId, slotId))
      const chain: { claims: Record<string, unknown>; slotId: string; bookingId: string }[] = []
      for (let i = 0; i < depth; i++) {
        const { claims } = await aCustomer(db)
        const slot = await aSlot(db, clinicId, doctorId, 49 + i)
        const { id: bookingId } = await db.as(claims, () => book(db, clinicId, slot))
        await db.as(claims, () => join(db, clinicId, { booking_id: bookingId }))
        chain.push({ claims, slotId: slot, bookingId })
      }
      await db.as(receptionist.claims, () => cancel(db, clinicId, first))
      let freed = slotId
      let moved = 0
      for (;;) {
        const [offer] = await offersOf(db, freed)
        if (!offer) break
        const entry = await db.one<{ booking_id: string }>(
          'select booking_id from app_public.waiting_list where clinic_id = $1 and id = $2',
          [clinicId, offer.waiting_id],
        )
        const taker = chain.find(({ bookingId }) => bookingId === entry.booking_id)
        if (!taker) throw new Error('an offer to a booking that does not wait')
        const booking = await db.as(taker.claims, () => accept(db, offer))
        expect(booking).toMatchObject({ id: taker.bookingId, booking_slot_id: freed, sequence: 1 })
        freed = taker.slotId
        moved += 1
        expect(await notOffered(db, clinicId)).toEqual([])
      }
      expect(moved).toBe(depth)
      await db.query('set constraints all immediate')
      await db.query('select app_private.seal_events()')
      expect(await db.query('select * from app_public.verify_events($1)', [clinicId])).toMatchObject([{}])
    }))

  it('offers no later time, and none for another kind of visit', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, bookingId, customer, waiters } = await aFullPractice(db)
      const earlier = await aSlot(db, clinicId, doctorId, 40)
      const claims = waiters[0]?.claims ?? {}
      await db.as(claims, async () => {
        const { id } = await book(db, clinicId, earlier)
        await join(db, clinicId, { booking_id: id })
      })
      await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
      expect(await offersOf(db, slotId)).toEqual([])
      expect(await notOffered(db, clinicId)).toEqual([])
    }))

  it('of somebody else is refused', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, waiters } = await aFullPractice(db)
      await db.as(waiters[0]?.claims ?? {}, () =>
        expectRefusal(join(db, clinicId, { booking_id: bookingId }), 'booking_not_found'),
      )
    }))

  it('books a new visit when the booking was cancelled after the offer was made', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, bookingId, customer, waiters } = await aFullPractice(db)
      const later = await aSlot(db, clinicId, doctorId, 60)
      const claims = waiters[0]?.claims ?? {}
      const own = await db.as(claims, () => book(db, clinicId, later))
      await db.as(claims, () => join(db, clinicId, { booking_id: own.id }))
      await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
      const [offer] = await offersOf(db, slotId)
      await db.as(claims, async () => {
        await cancel(db, clinicId, own.id)
        const booking = await accept(db, offer as never)
        expect(booking).toMatchObject({ booking_slot_id: slotId, sequence: 0 })
        expect(booking.id).not.toBe(own.id)
      })
    }))

  it('offers the old slot of a booking that its customer moves', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, bookingId, customer, waiters } = await aFullPractice(db)
      const other = await aSlot(db, clinicId, doctorId, 60)
      await db.as(waiters[0]?.claims ?? {}, () => join(db, clinicId, { doctor_id: doctorId }))
      await db.as(customer.claims, () => reschedule(db, clinicId, bookingId, other))
      expect(await offersOf(db, slotId)).toMatchObject([{ customer_id: waiters[0]?.customerId }])
    }))
})

describe('a visit of several slots', () => {
  /** The first two slots are booked for an hour. */
  async function aBookedHour(db: Db) {
    const practice = await aVisitPractice(db)
    const { clinicId, slotIds, customer, firstVisit } = practice
    const booking = await db.as(customer.claims, () =>
      book(db, clinicId, slotIds[0] as string, { serviceId: firstVisit }),
    )
    const waiter = await aCustomer(db)
    return { ...practice, booking, waiter }
  }

  it('is offered as a whole to those who wait for a service that takes all of it', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, booking, waiter, firstVisit } = await aBookedHour(db)
      await db.as(waiter.claims, () => join(db, clinicId, { service_id: firstVisit }))
      await db.as(customer.claims, () => cancel(db, clinicId, booking.id))
      expect(await statesOf(db, slotIds)).toBe('hhoooo')
      const [offer] = await offersOf(db, slotIds[0] as string)
      expect(offer).toMatchObject({ slot_ids: slotIds.slice(0, 2) })
      const stranger = await aCustomer(db)
      await db.as(stranger.claims, () =>
        expectRefusal(book(db, clinicId, slotIds[1] as string, { serviceId: firstVisit }), 'slot_offered'),
      )
      await db.as(waiter.claims, () => accept(db, offer as never))
      expect(await statesOf(db, slotIds)).toBe('bboooo')
      expect(await offersOf(db, slotIds[0] as string)).toMatchObject([{ state: 'accepted' }])
      await db.query('set constraints all immediate')
    }))

  it('is open when those who wait want a shorter or a longer visit', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, booking, waiter, check, longVisit } = await aBookedHour(db)
      await db.as(waiter.claims, async () => {
        for (const service of [check, longVisit]) await join(db, clinicId, { service_id: service })
        await join(db, clinicId)
      })
      await db.as(customer.claims, () => cancel(db, clinicId, booking.id))
      expect(await statesOf(db, slotIds)).toBe('oooooo')
      expect(await notOffered(db, clinicId)).toEqual([])
    }))

  it('of which the clinic withdraws a slot: the rest is offered by itself', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, waiter, check, receptionist } = await aBookedHour(db)
      await db.as(waiter.claims, () => join(db, clinicId, { service_id: check }))
      await db.as(receptionist.claims, () => withdraw(db, clinicId, slotIds[0] as string, { cascade: true }))
      expect(await statesOf(db, slotIds)).toBe('whoooo')
      expect(await offersOf(db, slotIds[1] as string)).toMatchObject([{ slot_ids: [slotIds[1]] }])
      expect(await notOffered(db, clinicId)).toEqual([])
    }))

  it('opens as a whole when the only one to whom it was offered declines', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, booking, waiter, firstVisit } = await aBookedHour(db)
      await db.as(waiter.claims, () => join(db, clinicId, { service_id: firstVisit }))
      await db.as(customer.claims, () => cancel(db, clinicId, booking.id))
      const [offer] = await offersOf(db, slotIds[1] as string)
      await db.as(waiter.claims, () => db.one('select * from app_public.decline_offer($1, $2)', [clinicId, offer?.id]))
      expect(await statesOf(db, slotIds)).toBe('oooooo')
    }))
})
