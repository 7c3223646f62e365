import { type Booking, createSlot } from '../../../helpers/clinic/operations.ts'
import { aDoctor, aPractice, aTimeSlot } from '../../../helpers/clinic/world.ts'
import type { Db } from '../../../helpers/database/database.ts'

/** A doctor's slots of half an hour at 9:00 and 9:30 on so many Mondays, beginning some weeks ahead, in order of time. */
export async function someWeeks(db: Db, weeks: number, zone = 'Europe/Berlin') {
  const practice = await aPractice(db, zone)
  const { clinicId, customer, receptionist } = practice
  const doctorId = await aDoctor(db, clinicId)
  // The desk knows the customer.
  await db.query(
    `insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email)
     select $1, id, full_name, email from app_public.customers where id = $2`,
    [clinicId, customer.customerId],
  )
  const [nine, half] = [
    await aTimeSlot(db, clinicId, '09:00', '09:30'),
    await aTimeSlot(db, clinicId, '09:30', '10:00'),
  ]
  const mondays = await db.query<{ day: string }>(
    `select (date_trunc('week', now() at time zone 'UTC')::date + 7 * n)::text as day from generate_series(3, $1 + 2) n`,
    [weeks],
  )
  const at = { nine: [] as string[], half: [] as string[] }
  // The ids are not in the order of time.
  for (const { day } of mondays.toReversed()) {
    at.half.unshift((await createSlot(db, clinicId, doctorId, half, day)).id)
    at.nine.unshift((await createSlot(db, clinicId, doctorId, nine, day)).id)
  }
  const series = (slots: string[], values: Record<string, unknown> = {}, claims = receptionist.claims) => {
    const given = { clinic_id: clinicId, customer_id: customer.customerId, booking_slot_ids: slots, ...values }
    return db.as(claims, () =>
      db.query<Booking & Record<string, unknown>>(
        `select * from app_public.book_series(${Object.keys(given).map((name, i) => `${name} => $${i + 1}`)})`,
        Object.values(given),
      ),
    )
  }
  const cancelFrom = (seriesId: unknown, date: unknown, key: string | null = null, claims = receptionist.claims) =>
    db.as(claims, () =>
      db.query<Booking & Record<string, unknown>>(
        `select * from app_public.cancel_series($1, $2, $3, 'The doctor retires', $4)`,
        [clinicId, seriesId, date, key],
      ),
    )
  const move = (
    seriesId: unknown,
    visits: (string | undefined)[],
    slots: (string | undefined)[],
    key: string | null = null,
    claims = receptionist.claims,
  ) =>
    db.as(claims, () =>
      db.query<Booking & Record<string, unknown>>('select * from app_public.move_series($1, $2, $3, $4, $5)', [
        clinicId,
        seriesId,
        visits,
        slots,
        key,
      ]),
    )
  /** The messages to the customer, by their kind and state, and the bookings that they are about. */
  const messages = () =>
    db.query(
      `select n.kind, n.booking_id, n.state from app_public.notifications n
       where n.clinic_id = $1 and n.channel = 'email' and n.state <> 'dropped' order by n.id`,
      [clinicId],
    )
  const text = async (id: string, kind: string) =>
    db.one<{ subject: string; body: string; calendar: unknown }>(
      `select m.subject, m.body, m.calendar from app_public.notifications n
       cross join lateral app_private.messages_of(n.clinic_id, array[n.id]) m
       where n.clinic_id = $1 and n.booking_id = $2 and n.kind = $3::app_public.notification_kind and n.channel = 'email'
         and n.state <> 'dropped'`,
      [clinicId, id, kind],
    )
  const days = mondays.map(({ day }) => day)
  return { ...practice, doctorId, days, ...at, series, cancelFrom, move, messages, text }
}

export const ids = (rows: { id: string }[]) => rows.map(({ id }) => id)
