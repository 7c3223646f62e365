import { describe, expect, it } from '@jest/globals'
import { book, hold, release, slotOf } from '../../../helpers/clinic/operations.ts'
import { aCustomer, aPractice } from '../../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { expire, policy } from '../claiming.ts'

describe('repeated holds of a slot are limited', () => {
  it('each hold counts, released or expired; other customers and the desk are not limited', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer, receptionist } = await aPractice(db)
      await policy(db, clinicId, 'max_holds_of_a_slot = 3')
      const again = () => db.as(customer.claims, () => hold(db, clinicId, slotId))
      await again()
      await db.as(customer.claims, () => release(db, clinicId, slotId))
      await again()
      await expire(db, slotId)
      await again()
      await expire(db, slotId)
      const { detail } = await expectRefusal(again(), 'held_too_often')
      expect(JSON.parse(detail ?? '')).toEqual({ bookingSlotId: slotId, retryAfterSeconds: 86_400 })
      expect(
        await db.query(
          `select to_state from app_public.events where booking_slot_id = $1 and from_state is not null order by id`,
          [slotId],
        ),
      ).toEqual(['held', 'open', 'held', 'open', 'held'].map((to_state) => ({ to_state })))

      await db.as(receptionist.claims, () => hold(db, clinicId, slotId, { customerId: customer.customerId }))
      await db.as(receptionist.claims, () => release(db, clinicId, slotId, { customerId: customer.customerId }))
      await db.as((await aCustomer(db)).claims, async () => {
        await hold(db, clinicId, slotId)
        await release(db, clinicId, slotId)
      })
      // A customer who may not hold the slot again may still book it.
      await db.as(customer.claims, () => book(db, clinicId, slotId))
    }))

  it('a prolonged hold lasts at most three hold times', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await db.as(customer.claims, () => hold(db, clinicId, slotId))
      // A hold that began 25 minutes ago is prolonged by 5 minutes, to 30 in all.
      await db.query(`alter table app_public.events disable trigger user`)
      await db.query(
        `update app_public.events set occurred_at = now() - interval '25 minutes' where booking_slot_id = $1 and to_state = 'held'`,
        [slotId],
      )
      await db.as(customer.claims, () => hold(db, clinicId, slotId))
      const { left } = await db.one(
        'select extract(epoch from held_until - now())::int as left from app_public.booking_slots where id = $1',
        [slotId],
      )
      expect(left).toBe(300)
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'held' })
    }))
})
