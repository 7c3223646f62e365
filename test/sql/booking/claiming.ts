import { type Booking, book, hold, reschedule, type Slot } from '../../helpers/clinic/operations.ts'
import { type aPractice, aSlot } from '../../helpers/clinic/world.ts'
import type { Db } from '../../helpers/database/database.ts'

export type Practice = Awaited<ReturnType<typeof aPractice>>

/** hold_slot, book_slot or release_hold. */
export type Act = (...of: Parameters<typeof hold>) => Promise<Slot | Booking>

/** Claims a slot for the practice's customer; `customerId` is for callers who are somebody else. */
export type Claim = (slotId: string, customerId?: string) => Promise<unknown>

/**
 * The ways to claim a slot, which follow the same rules. The owner prepares each, then the caller that the test names
 * tries it.
 */
export const ways: [string, (db: Db, practice: Practice) => Promise<Claim>][] = [
  [
    'hold_slot',
    async (db, { clinicId }) =>
      (slotId, customerId) =>
        hold(db, clinicId, slotId, { customerId: customerId ?? null }),
  ],
  [
    'book_slot',
    async (db, { clinicId }) =>
      (slotId, customerId) =>
        book(db, clinicId, slotId, { customerId: customerId ?? null }),
  ],
  [
    'reschedule_booking',
    async (db, { clinicId, doctorId, customer }) => {
      const booked = await aSlot(db, clinicId, doctorId, 1000)
      const { id } = await book(db, clinicId, booked, { customerId: customer.customerId })
      return (slotId) => reschedule(db, clinicId, id, slotId)
    },
  ],
]

/** Changes a clinic's policy: `set` as in SQL. */
export const policy = (db: Db, clinicId: string, set: string) =>
  db.query(`update app_public.policies set ${set} where clinic_id = $1`, [clinicId])

/** As if the time of a hold had passed and no job had come by. */
export const expire = (db: Db, slotId: string) =>
  db.query('update app_public.booking_slots set held_until = now() where id = $1', [slotId])

/** Checks the deferred constraints now and not at the commit. */
export const judgeAsCommit = (db: Db) => db.query('set constraints all immediate; set constraints all deferred')

/** A booking that a DBA records by plain inserts, without the checks of functions. Returns its id. */
export async function recordBooking(
  db: Pick<Db, 'query' | 'one'>,
  slotId: string,
  customerId: string,
  status = 'booked',
): Promise<string> {
  await db.query(
    `update app_public.booking_slots set status = 'booked', customer_id = $2, held_until = null where id = $1`,
    [slotId, customerId],
  )
  await db.query(
    `insert into app_public.clinic_customers (clinic_id, customer_id, full_name)
     select clinic_id, $2, 'Ann' from app_public.booking_slots where id = $1 on conflict do nothing`,
    [slotId, customerId],
  )
  const { id } = await db.one<{ id: string }>(
    `insert into app_public.bookings (clinic_id, booking_slot_id, customer_id, status)
     select clinic_id, id, customer_id, $2 from app_public.booking_slots where id = $1 returning id`,
    [slotId, status],
  )
  return id
}

/** Makes a booking one that has been in its state for this long, by the time of its last event. */
export const cameIntoItsState = (db: Db, bookingId: string, ago: string) =>
  db.query(
    `insert into app_public.events (clinic_id, entity, booking_id, booking_slot_id, customer_id, from_state, to_state, actor, occurred_at)
     select clinic_id, 'booking', id, booking_slot_id, customer_id, 'booked', status::text, 'staff', now() - $2::interval
     from app_public.bookings where id = $1`,
    [bookingId, ago],
  )
