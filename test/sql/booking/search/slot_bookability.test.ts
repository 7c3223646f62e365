import { describe, expect, it } from '@jest/globals'
import { book, hold, withdraw } from '../../../helpers/clinic/operations.ts'
import { aClinic, aCustomer, aDoctor, aSlot } from '../../../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../../../helpers/database/database.ts'
import { policy } from '../claiming.ts'

const ask = async (db: Db, clinicId: string, slotId: string) => {
  const { is_bookable, refused_as } = await db.one<{ is_bookable: boolean; refused_as: string | null }>(
    'select * from app_public.slot_bookability($1, $2)',
    [clinicId, slotId],
  )
  expect(is_bookable).toBe(refused_as === null)
  return refused_as
}

describe('slot_bookability', () => {
  it('names the refusal that a booking would meet, to everybody, and nothing for a free slot', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      await policy(db, clinicId, `lead_time = '2 days', horizon = '10 days'`)
      const doctorId = await aDoctor(db, clinicId)
      const slotIn = (hours: number) => aSlot(db, clinicId, doctorId, hours)
      const [free, held, booked, withdrawn] = [await slotIn(50), await slotIn(51), await slotIn(52), await slotIn(53)]
      const [past, soon, far] = [await slotIn(-1), await slotIn(47), await slotIn(241)]
      const [ann, bob] = [await aCustomer(db), await aCustomer(db)]
      await db.as(ann.claims, async () => {
        await hold(db, clinicId, held)
        await book(db, clinicId, booked)
      })
      await withdraw(db, clinicId, withdrawn)
      const expected = {
        [free]: null,
        [held]: 'slot_held',
        [booked]: 'slot_taken',
        [withdrawn]: 'slot_withdrawn',
        [past]: 'booking_too_late',
        [soon]: 'booking_too_late',
        [far]: 'booking_too_far_ahead',
        999999999999: 'slot_not_found',
      }
      for (const claims of [{}, bob.claims]) {
        await db.as(claims, async () => {
          for (const [slotId, refusal] of Object.entries(expected))
            expect(await ask(db, clinicId, slotId)).toBe(refusal)
        })
      }
      // A slot is of its clinic.
      const elsewhere = await aClinic(db)
      await db.as({}, async () => expect(await ask(db, elsewhere, free)).toBe('slot_not_found'))
    }))

  it('is true for the customer who holds the slot, and for all once the hold has expired', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const slotId = await aSlot(db, clinicId, await aDoctor(db, clinicId), 50)
      const ann = await aCustomer(db)
      await db.as(ann.claims, async () => {
        await hold(db, clinicId, slotId)
        expect(await ask(db, clinicId, slotId)).toBeNull()
      })
      await db.as({}, async () => expect(await ask(db, clinicId, slotId)).toBe('slot_held'))
      await db.query(`update app_public.booking_slots set held_until = now() where id = $1`, [slotId])
      await db.as({}, async () => expect(await ask(db, clinicId, slotId)).toBeNull())
    }))
})
