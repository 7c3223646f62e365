import { describe, expect, it } from '@jest/globals'
import { book, cancel } from '../../../helpers/clinic/operations.ts'
import { aService } from '../../../helpers/clinic/services.ts'
import { aRowOfSlots } from '../../../helpers/clinic/visits.ts'
import { aCustomer, aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { inTransaction } from '../../../helpers/database/database.ts'
import { join, notOffered, offersOf } from './waiting.ts'

describe('freed_slots_not_offered', () => {
  it('lists both slots of a visit that was given up without an offer while somebody waited for it', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer } = await aPractice(db)
      const serviceId = await aService(db, clinicId, { doctors: [doctorId], duration: '1 hour' })
      const slots = await aRowOfSlots(db, clinicId, doctorId, 2, { hours: 60 })
      const waiter = await aCustomer(db)
      const entry = await db.as(waiter.claims, () => join(db, clinicId, { service_id: serviceId }))
      const { id } = await book(db, clinicId, slots[0] as string, { customerId: customer.customerId, serviceId })
      // A function that ends a visit has to call offer_freed_slots afterwards.
      await db.query(`select app_private.end_booking($1, $2, 'clinic', null, 'booking_cancelled')`, [clinicId, id])
      expect(await offersOf(db, slots[0] as string)).toEqual([])
      expect(await notOffered(db, clinicId)).toMatchObject([{ slot_ids: slots, waiting_id: entry.id }])
    }))

  it('does not list the rest of a visit for which nobody waited, when others have taken a part of it', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer } = await aPractice(db)
      const serviceId = await aService(db, clinicId, { doctors: [doctorId], duration: '1 hour' })
      const slots = await aRowOfSlots(db, clinicId, doctorId, 2, { hours: 60 })
      const waiter = await aCustomer(db)
      const { id } = await book(db, clinicId, slots[0] as string, { customerId: customer.customerId, serviceId })
      // For one slot only, so the visit of two is not offered.
      await db.as(waiter.claims, () => join(db, clinicId))
      await cancel(db, clinicId, id)
      expect(await offersOf(db, slots[0] as string)).toEqual([])
      expect(await notOffered(db, clinicId)).toEqual([])

      const other = await aCustomer(db)
      await book(db, clinicId, slots[1] as string, { customerId: other.customerId })
      expect(await notOffered(db, clinicId)).toEqual([])
    }))

  it.each(['cancelled', 'moved'])('does not treat two adjoining visits that are %s together as one', (how) =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer, receptionist } = await aPractice(db)
      const serviceId = await aService(db, clinicId, { doctors: [doctorId], duration: '1 hour' })
      const slots = await aRowOfSlots(db, clinicId, doctorId, 2, { hours: 60 })
      const later = await aRowOfSlots(db, clinicId, doctorId, 2, { hours: 70 })
      const waiter = await aCustomer(db)
      // The desk knows the patient from this visit.
      await book(db, clinicId, await aSlot(db, clinicId, doctorId, 90), { customerId: customer.customerId })
      const made = await db.as(receptionist.claims, () =>
        db.query<{ id: string; series_id: string }>('select id, series_id from app_public.book_series($1, $2, $3)', [
          clinicId,
          customer.customerId,
          slots,
        ]),
      )
      const seriesId = made[0]?.series_id
      // For two slots, but each is offered alone.
      await db.as(waiter.claims, () => join(db, clinicId, { service_id: serviceId }))
      await db.as(receptionist.claims, () =>
        how === 'moved'
          ? db.query('select app_public.move_series($1, $2, $3, $4)', [
              clinicId,
              seriesId,
              made.map(({ id }) => id),
              later,
            ])
          : db.query('select app_public.cancel_series($1, $2, current_date)', [clinicId, seriesId]),
      )
      expect(await offersOf(db, slots[0] as string)).toEqual([])
      expect(await notOffered(db, clinicId)).toEqual([])
    }),
  )
})
