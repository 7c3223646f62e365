import { expect, it } from '@jest/globals'
import { book, cancel } from '../../../helpers/clinic/operations.ts'
import { aCustomer, aSlot } from '../../../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../../../helpers/database/database.ts'
import { accept, aFullPractice, decline, join, offersOf, timePasses } from './waiting.ts'

const currentOffers = (db: Db) =>
  db.query<{ offer_id: string; state: string; is_open: boolean; starts_at: Date; moves_from: Date | null }>(
    'select * from app_public.current_offers()',
  )

/** A slot that is offered to two customers. */
async function offeredToTwo(db: Db) {
  const practice = await aFullPractice(db)
  for (const { claims } of practice.waiters) await db.as(claims, () => join(db, practice.clinicId))
  await db.as(practice.customer.claims, () => cancel(db, practice.clinicId, practice.bookingId))
  return { ...practice, offers: await offersOf(db, practice.slotId) }
}

it('customers see the times that they are offered, and not those of others; only the first can take it now', () =>
  inTransaction(async (db) => {
    const { offers, waiters, customer } = await offeredToTwo(db)
    for (const [n, { claims }] of waiters.entries())
      expect(await db.as(claims, () => currentOffers(db))).toMatchObject([
        { offer_id: offers[n]?.id, state: 'offered', is_open: n === 0, moves_from: null },
      ])
    expect(await db.as(customer.claims, () => currentOffers(db))).toEqual([])
  }))

it('a guardian sees what a dependant is offered', () =>
  inTransaction(async (db) => {
    const { clinicId, bookingId, customer } = await aFullPractice(db)
    const guardian = await aCustomer(db)
    const { child } = await db.as(guardian.claims, () =>
      db.one<{ child: string }>(
        `select dependant_customer_id as child from app_public.add_dependant('Child', current_date - 2000, 'parent')`,
      ),
    )
    await db.as(guardian.claims, () => join(db, clinicId, { customer_id: child }))
    await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
    expect(await db.as(guardian.claims, () => currentOffers(db))).toMatchObject([{ is_open: true }])
  }))

it('an offer is listed after the head starts until the time is taken, and not after it was declined or the list was left', () =>
  inTransaction(async (db) => {
    const { clinicId, slotId, offers, waiters } = await offeredToTwo(db)
    const [, second] = waiters
    await timePasses(db, slotId, '2 hours')
    await db.query('select app_private.release_expired_holds()')
    expect(await db.as(second?.claims ?? {}, () => currentOffers(db))).toMatchObject([
      { offer_id: offers[1]?.id, state: 'opened', is_open: true },
    ])
    await db.undone(async () => {
      await db.as(second?.claims ?? {}, () =>
        db.one('select * from app_public.leave_waiting_list($1, $2)', [clinicId, offers[1]?.waiting_id]),
      )
      expect(await db.as(second?.claims ?? {}, () => currentOffers(db))).toEqual([])
    })
    const stranger = await aCustomer(db)
    await db.as(stranger.claims, () => book(db, clinicId, slotId))
    for (const { claims } of waiters) expect(await db.as(claims, () => currentOffers(db))).toEqual([])
  }))

it('a declined offer and an accepted one are not listed', () =>
  inTransaction(async (db) => {
    const { offers, waiters } = await offeredToTwo(db)
    const [first, second] = waiters
    await db.as(first?.claims ?? {}, () => decline(db, offers[0] as never))
    expect(await db.as(first?.claims ?? {}, () => currentOffers(db))).toEqual([])
    await db.as(second?.claims ?? {}, () => accept(db, offers[1] as never))
    expect(await db.as(second?.claims ?? {}, () => currentOffers(db))).toEqual([])
  }))

it('an offer that moves a visit says which one', () =>
  inTransaction(async (db) => {
    const { clinicId, doctorId, bookingId, customer, waiters } = await aFullPractice(db)
    const claims = waiters[0]?.claims ?? {}
    const later = await aSlot(db, clinicId, doctorId, 60)
    const own = await db.as(claims, () => book(db, clinicId, later))
    await db.as(claims, () => join(db, clinicId, { booking_id: own.id }))
    await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
    const [offer] = await db.as(claims, () => currentOffers(db))
    expect(offer?.moves_from).toBeInstanceOf(Date)
    expect(offer?.moves_from?.getTime()).toBeGreaterThan(offer?.starts_at.getTime() as number)
  }))
