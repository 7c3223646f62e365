import { describe, expect, it } from '@jest/globals'
import { book, cancel, reschedule, withdraw } from '../../helpers/clinic/operations.ts'
import { aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'

type Practice = Awaited<ReturnType<typeof aPractice>>

const sequenceOf = async (db: Db, bookingId: string) =>
  (await db.one<{ sequence: number }>('select sequence from app_public.bookings where id = $1', [bookingId])).sequence

const ways: Record<string, (db: Db, practice: Practice, bookingId: string) => Promise<unknown>> = {
  'by the customer': (db, { clinicId, customer }, id) => db.as(customer.claims, () => cancel(db, clinicId, id)),
  'by the desk': (db, { clinicId, receptionist }, id) => db.as(receptionist.claims, () => cancel(db, clinicId, id)),
  'because its slot is withdrawn': async (db, { clinicId }, id) => {
    const { booking_slot_id } = await db.one<{ booking_slot_id: string }>(
      'select booking_slot_id from app_public.bookings where id = $1',
      [id],
    )
    return withdraw(db, clinicId, booking_slot_id, { cascade: true })
  },
  'because the doctor leaves': (db, { clinicId, doctorId }) =>
    db.query('select app_public.deactivate_doctor($1, $2, cascade => true)', [clinicId, doctorId]),
  'because the clinic closes': (db, { clinicId }) =>
    db.query('select app_public.deactivate_clinic($1, cascade => true)', [clinicId]),
}

describe('the sequence of a booking', () => {
  it.each(Object.entries(ways))('rises when it is cancelled %s', (_way, end) =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const { clinicId, doctorId, slotId, customer } = practice
      const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
      await reschedule(db, clinicId, id, await aSlot(db, clinicId, doctorId, 72))
      expect(await sequenceOf(db, id)).toBe(1)
      await end(db, practice, id)
      expect(await sequenceOf(db, id)).toBe(2)
      // The message about it carries the same number.
      const [told] = await db.query(
        `select m.calendar -> 'sequence' as sequence, m.calendar -> 'isCancelled' as is_cancelled
         from app_public.notifications n cross join lateral app_private.messages_of(n.clinic_id, array[n.id]) m
         where n.booking_id = $1 and n.kind in ('booking_cancelled', 'slot_withdrawn')`,
        [id],
      )
      expect(told).toEqual({ sequence: 2, is_cancelled: true })
    }),
  )
})
