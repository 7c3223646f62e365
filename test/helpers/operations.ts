import type { Db } from './database.ts'

// What clients do with slots and bookings, called as SQL. Ids are strings, as bigint comes; who calls is the transaction's matter.
type Caller = Pick<Db, 'one'>

export interface Slot {
  clinic_id: string
  id: string
  doctor_id: string
  status: 'open' | 'held' | 'booked' | 'withdrawn'
  customer_id: string | null
  held_until: Date | null
  starts_at: Date
  ends_at: Date
}

export interface Booking {
  clinic_id: string
  id: string
  booking_slot_id: string
  customer_id: string
  doctor_id: string
  status: 'booked' | 'checked_in' | 'completed' | 'cancelled' | 'no_show'
  sequence: number
  note: string | null
  booked_by_account_id: string | null
  cancelled_at: Date | null
  cancelled_by: 'customer' | 'clinic' | null
  cancellation_reason: string | null
  starts_at: Date
  ends_at: Date
}

/** For whom (by default the caller), and under which idempotency key. */
interface Options {
  customerId?: string | null
  key?: string | null
}

const call = <Row extends Slot | Booking>(db: Caller, name: string, ...values: unknown[]) =>
  db.one<Row & Record<string, unknown>>(
    `select * from app_public.${name}(${values.map((_, i) => `$${i + 1}`).join(', ')})`,
    values,
  )

export const hold = (db: Caller, clinicId: string, slotId: string, { customerId = null, key = null }: Options = {}) =>
  call<Slot>(db, 'hold_slot', clinicId, slotId, customerId, key)

export const release = (
  db: Caller,
  clinicId: string,
  slotId: string,
  { customerId = null, key = null }: Options = {},
) => call<Slot>(db, 'release_hold', clinicId, slotId, customerId, key)

export const book = (
  db: Caller,
  clinicId: string,
  slotId: string,
  { customerId = null, note = null, key = null }: Options & { note?: string | null } = {},
) => call<Booking>(db, 'book_slot', clinicId, slotId, customerId, note, key)

export const cancel = (
  db: Caller,
  clinicId: string,
  bookingId: string,
  reason: string | null = null,
  key: string | null = null,
) => call<Booking>(db, 'cancel_booking', clinicId, bookingId, reason, key)

export const reschedule = (
  db: Caller,
  clinicId: string,
  bookingId: string,
  slotId: string,
  key: string | null = null,
) => call<Booking>(db, 'reschedule_booking', clinicId, bookingId, slotId, key)

export const checkIn = (db: Caller, clinicId: string, bookingId: string, key: string | null = null) =>
  call<Booking>(db, 'check_in', clinicId, bookingId, key)

export const complete = (db: Caller, clinicId: string, bookingId: string, key: string | null = null) =>
  call<Booking>(db, 'complete_booking', clinicId, bookingId, key)

export const noShow = (db: Caller, clinicId: string, bookingId: string, key: string | null = null) =>
  call<Booking>(db, 'mark_no_show', clinicId, bookingId, key)

export const undoCheckIn = (db: Caller, clinicId: string, bookingId: string, key: string | null = null) =>
  call<Booking>(db, 'undo_check_in', clinicId, bookingId, key)

export const undoCompletion = (db: Caller, clinicId: string, bookingId: string, key: string | null = null) =>
  call<Booking>(db, 'undo_completion', clinicId, bookingId, key)

export const undoNoShow = (db: Caller, clinicId: string, bookingId: string, key: string | null = null) =>
  call<Booking>(db, 'undo_no_show', clinicId, bookingId, key)

export const withdraw = (
  db: Caller,
  clinicId: string,
  slotId: string,
  {
    cascade = false,
    reason = null,
    key = null,
  }: { cascade?: boolean; reason?: string | null; key?: string | null } = {},
) => call<Slot>(db, 'withdraw_slot', clinicId, slotId, cascade, reason, key)

export const createSlot = (db: Caller, clinicId: string, doctorId: string, timeSlotId: string, date: string | null) =>
  call<Slot>(db, 'create_booking_slot', clinicId, doctorId, timeSlotId, date)

/** A slot as it stands; the owner sees every one. */
export const slotOf = (db: Caller, slotId: string) =>
  db.one<Slot & Record<string, unknown>>('select * from app_public.booking_slots where id = $1', [slotId])

/** A booking as it stands; the owner sees every one. */
export const bookingOf = (db: Caller, bookingId: string) =>
  db.one<Booking & Record<string, unknown>>('select * from app_public.bookings where id = $1', [bookingId])
