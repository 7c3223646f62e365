import type { Db } from '../database/database.ts'

// The operations of clients on slots and bookings, called by SQL. Ids are strings, as bigint is. The transaction sets
// the caller.
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
  service_id: string | null
  head_slot_id: string | null
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
  service_id: string | null
  visit_starts_at: Date
  visit_ends_at: Date
}

/** The customer (by default the caller), the idempotency key, and the service (by default none). */
interface Options {
  customerId?: string | null
  key?: string | null
  serviceId?: string | null
}

const call = <Row extends Slot | Booking>(db: Caller, name: string, ...values: unknown[]) =>
  db.one<Row & Record<string, unknown>>(
    `select * from app_public.${name}(${values.map((_, i) => `$${i + 1}`).join(', ')})`,
    values,
  )

/** Lets the job queue_coming_reminders run for a clinic as if it were 26 hours before the start of a booking. */
export const remindersComeNear = (db: Caller, clinicId: string, bookingId: string) =>
  db.one<{ queued: number }>(
    `select app_private.queue_coming_reminders(b.clinic_id, b.starts_at - interval '26 hours') as queued
     from app_public.bookings b where b.clinic_id = $1 and b.id = $2`,
    [clinicId, bookingId],
  )

export const hold = (
  db: Caller,
  clinicId: string,
  slotId: string,
  { customerId = null, key = null, serviceId = null }: Options = {},
) => call<Slot>(db, 'hold_slot', clinicId, slotId, customerId, key, null, serviceId)

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
  { customerId = null, note = null, key = null, serviceId = null }: Options & { note?: string | null } = {},
) => call<Booking>(db, 'book_slot', clinicId, slotId, customerId, note, key, null, serviceId)

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
  serviceId: string | null = null,
  answers: unknown[] | null = null,
  withoutService: boolean | null = null,
) =>
  call<Booking>(
    db,
    'reschedule_booking',
    clinicId,
    bookingId,
    slotId,
    key,
    null,
    serviceId,
    answers && JSON.stringify(answers),
    withoutService,
  )

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

export const createSlot = (
  db: Caller,
  clinicId: string,
  doctorId: string,
  timeSlotId: string,
  date: string | null,
  key: string | null = null,
  serviceId: string | null = null,
) => call<Slot>(db, 'create_booking_slot', clinicId, doctorId, timeSlotId, date, key, serviceId)

/** The current state of a slot; the owner sees all slots. */
export const slotOf = (db: Caller, slotId: string) =>
  db.one<Slot & Record<string, unknown>>('select * from app_public.booking_slots where id = $1', [slotId])

/** The current state of a booking; the owner sees all bookings. */
export const bookingOf = (db: Caller, bookingId: string) =>
  db.one<Booking & Record<string, unknown>>('select * from app_public.bookings where id = $1', [bookingId])
