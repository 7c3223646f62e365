import { book } from '../../../helpers/clinic/operations.ts'
import { aCustomer, aPractice } from '../../../helpers/clinic/world.ts'
import type { Db } from '../../../helpers/database/database.ts'

// The operations of the waiting list, called by SQL. Ids are strings, as bigint is.
type Caller = Pick<Db, 'one'>

export interface Entry {
  clinic_id: string
  id: string
  customer_id: string
  service_id: string | null
  booking_id: string | null
  priority: number
  state: 'waiting' | 'booked' | 'left'
  joined_at: Date
}

export interface Offer {
  clinic_id: string
  id: string
  waiting_id: string
  customer_id: string
  booking_slot_id: string
  slot_ids: string[]
  begins: Date
  ends: Date
  lasts_until: Date
  state: 'offered' | 'accepted' | 'declined' | 'lost' | 'opened'
}

/** Joins with arguments by their names in SQL. */
export function join(db: Caller, clinicId: string, conditions: Record<string, unknown> = {}): Promise<Entry> {
  const names = Object.keys(conditions)
  return db.one<Entry & Record<string, unknown>>(
    `select * from app_public.join_waiting_list($1${names.map((name, i) => `, ${name} => $${i + 2}`).join('')})`,
    [clinicId, ...Object.values(conditions)],
  )
}

export const leave = (db: Caller, { clinic_id, id }: Entry) =>
  db.one<Entry & Record<string, unknown>>('select * from app_public.leave_waiting_list($1, $2)', [clinic_id, id])

export const accept = (db: Caller, { clinic_id, id }: Pick<Offer, 'clinic_id' | 'id'>) =>
  db.one('select * from app_public.accept_offer($1, $2)', [clinic_id, id])

export const decline = (db: Caller, { clinic_id, id }: Pick<Offer, 'clinic_id' | 'id'>) =>
  db.one('select * from app_public.decline_offer($1, $2)', [clinic_id, id])

/** The offers of a slot in the order in which they were made; the owner sees all. */
export const offersOf = (db: Pick<Db, 'query'>, slotId: string): Promise<Offer[]> =>
  db.query<Offer & Record<string, unknown>>(
    `select o.*, lower(o.head_start) as begins, upper(o.head_start) as ends from app_public.slot_offers o
     where $1 = any (o.slot_ids) order by o.id`,
    [slotId],
  )

/** Lets this much time pass for a slot that is offered: its head starts and its hold begin and end sooner. */
export async function timePasses(db: Pick<Db, 'query'>, slotId: string, time: string): Promise<void> {
  await db.query(
    `update app_public.slot_offers
     set head_start = tstzrange(lower(head_start) - $2::interval, upper(head_start) - $2::interval),
       lasts_until = lasts_until - $2::interval, offered_at = offered_at - $2::interval
     where $1 = any (slot_ids)`,
    [slotId, time],
  )
  await db.query(
    `update app_public.booking_slots set held_until = held_until - $2::interval
     where status = 'held' and id in (select unnest(slot_ids) from app_public.slot_offers where $1 = any (slot_ids))`,
    [slotId, time],
  )
}

/** What app_private.freed_slots_not_offered lists of a clinic: always nothing. */
export const notOffered = (db: Pick<Db, 'query'>, clinicId: string) =>
  db.query('select * from app_private.freed_slots_not_offered where clinic_id = $1', [clinicId])

/** A practice whose slot in two days is booked, and customers of whom none has a booking yet. */
export async function aFullPractice(db: Db, waiters = 2) {
  const practice = await aPractice(db)
  const { id: bookingId } = await db.as(practice.customer.claims, () => book(db, practice.clinicId, practice.slotId))
  const customers = []
  for (let i = 0; i < waiters; i++) customers.push(await aCustomer(db))
  return { ...practice, bookingId, waiters: customers }
}
