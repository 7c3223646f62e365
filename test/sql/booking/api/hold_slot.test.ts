import { describe, expect, it } from '@jest/globals'
import { book, hold, release, slotOf, withdraw } from '../../../helpers/clinic/operations.ts'
import { aCustomer, aPractice } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { expire, policy } from '../claiming.ts'

// Who may hold, which slots, when and how many: assert_claimable, assert_in_booking_window, assert_below_limit and resolve_customer, tried in their own files.

const minutesAhead = async (db: Db, instant: Date | null) => {
  const { now } = await db.one<{ now: Date }>('select now()')
  return ((instant?.getTime() ?? 0) - now.getTime()) / 60_000
}

describe('hold_slot', () => {
  it("keeps the slot for the clinic's hold time", () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await policy(db, clinicId, `hold_time = '7 minutes'`)
      const held = await db.as(customer.claims, () => hold(db, clinicId, slotId))
      expect(held).toMatchObject({ id: slotId, status: 'held', customer_id: customer.customerId })
      expect(await minutesAhead(db, held.held_until)).toBe(7)
    }))

  it('prolongs a hold of the same customer', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await db.as(customer.claims, () => hold(db, clinicId, slotId))
      await db.query(`update app_public.booking_slots set held_until = now() + interval '1 minute' where id = $1`, [
        slotId,
      ])
      const again = await db.as(customer.claims, () => hold(db, clinicId, slotId))
      expect(await minutesAhead(db, again.held_until)).toBe(10)
    }))

  it('passes an expired hold to the next customer and records it in the history', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      const next = await aCustomer(db)
      await db.as(customer.claims, () => hold(db, clinicId, slotId))
      await expire(db, slotId)
      await db.as(next.claims, () => hold(db, clinicId, slotId))
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'held', customer_id: next.customerId })
      // The first customer's hold has expired, so the slot is not theirs to book or to release.
      await db.as(customer.claims, async () => {
        await expectRefusal(book(db, clinicId, slotId), 'slot_held')
        await expectRefusal(release(db, clinicId, slotId), 'hold_not_found')
      })
      expect(
        await db.query(
          'select from_state, to_state, customer_id from app_public.events where booking_slot_id = $1 order by id',
          [slotId],
        ),
      ).toEqual([
        { from_state: null, to_state: 'open', customer_id: null },
        { from_state: 'open', to_state: 'held', customer_id: customer.customerId },
        { from_state: 'held', to_state: 'held', customer_id: next.customerId },
      ])
    }))

  it('hides the slot from other callers until the hold expires, even before the job has run', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      const seen = () =>
        db.as({}, () => db.query('select booking_slot_id from app_public.available_slots($1)', [clinicId]))
      expect(await seen()).toEqual([{ booking_slot_id: slotId }])
      await db.as(customer.claims, () => hold(db, clinicId, slotId))
      expect(await seen()).toEqual([])
      await expire(db, slotId)
      expect(await seen()).toEqual([{ booking_slot_id: slotId }])
    }))
})

describe('release_hold', () => {
  it('opens the slot at once', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await db.as(customer.claims, async () => {
        await hold(db, clinicId, slotId)
        expect(await release(db, clinicId, slotId)).toMatchObject({
          status: 'open',
          customer_id: null,
          held_until: null,
        })
      })
      await db.as((await aCustomer(db)).claims, () => book(db, clinicId, slotId))
    }))

  it("also a customer's, by the desk", () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer, receptionist } = await aPractice(db)
      await db.as(customer.claims, () => hold(db, clinicId, slotId))
      await db.as(receptionist.claims, () => release(db, clinicId, slotId, { customerId: customer.customerId }))
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'open' })
    }))

  it.each([
    ['open', async () => {}],
    [
      'held by another',
      async (db: Db, clinicId: string, slotId: string) => {
        await db.as((await aCustomer(db)).claims, () => hold(db, clinicId, slotId))
      },
    ],
    [
      'booked by themselves',
      async (db: Db, clinicId: string, slotId: string, claims: Record<string, unknown>) => {
        await db.as(claims, () => book(db, clinicId, slotId))
      },
    ],
    [
      'withdrawn',
      async (db: Db, clinicId: string, slotId: string) => {
        await withdraw(db, clinicId, slotId)
      },
    ],
  ])('refuses a slot that is %s', (_, before) =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await before(db, clinicId, slotId, customer.claims)
      await db.as(customer.claims, () => expectRefusal(release(db, clinicId, slotId), 'hold_not_found'))
    }),
  )

  it('refuses an unknown slot', () =>
    inTransaction(async (db) => {
      const { clinicId, customer } = await aPractice(db)
      const other = await aPractice(db)
      await db.as(customer.claims, async () => {
        await expectRefusal(release(db, clinicId, '0'), 'slot_not_found')
        await expectRefusal(release(db, clinicId, other.slotId), 'slot_not_found')
      })
    }))
})

describe('release_expired_holds', () => {
  it('releases only expired holds, up to the batch size', () =>
    inTransaction(async (db) => {
      const practices = [await aPractice(db), await aPractice(db), await aPractice(db)]
      for (const { clinicId, slotId, customer } of practices)
        await db.as(customer.claims, () => hold(db, clinicId, slotId))
      const [first, second, lasting] = practices.map(({ slotId }) => slotId) as [string, string, string]
      await expire(db, first)
      await expire(db, second)
      const tidy = async (batch: number) =>
        (await db.one<{ released: number }>('select app_private.release_expired_holds($1) as released', [batch]))
          .released
      expect(await tidy(1)).toBe(1)
      expect(await tidy(10)).toBe(1)
      expect(await tidy(10)).toBe(0)
      for (const slotId of [first, second])
        expect(await slotOf(db, slotId)).toMatchObject({ status: 'open', customer_id: null, held_until: null })
      expect(await slotOf(db, lasting)).toMatchObject({ status: 'held' })
      expect(
        await db.one(
          `select reason, actor, customer_id from app_public.events where booking_slot_id = $1 and to_state = 'open' and from_state = 'held'`,
          [first],
        ),
      ).toEqual({ reason: 'hold expired', actor: 'system', customer_id: practices[0]?.customer.customerId })
    }))
})
