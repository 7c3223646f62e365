import { expect, it } from '@jest/globals'
import { book } from '../../helpers/clinic/operations.ts'
import { aCustomer, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { inTransaction } from '../../helpers/database/database.ts'

// A patient's rows are found by an index, however many rows other patients have.

it.each([
  ['notifications', 'notifications_of_a_customer', ''],
  ['archived_booking_slots', 'archived_slots_of_a_customer', ''],
  ['booking_slots', 'holds_of_a_customer', `where customer_id = app_hidden.current_customer_id() and status = 'held'`],
])('of 20,000 %s a patient reads their own by %s', (table, index, condition) =>
  inTransaction(async (db) => {
    const { clinicId, doctorId, slotId, customer } = await aPractice(db)
    const other = await aCustomer(db)
    const mine = await book(db, clinicId, slotId, { customerId: customer.customerId })
    const theirs = await book(db, clinicId, await aSlot(db, clinicId, doctorId, 60), { customerId: other.customerId })
    // The rows differ only in their keys, and are as many as in a clinic that has been open for years.
    await db.query(
      `insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, booking_sequence, due_at, state, sent_at)
       select $1, $2, $3, 'booking_confirmed', i, now(), 'sent', now() from generate_series(1, 20000) i`,
      [clinicId, theirs.id, other.customerId],
    )
    await db.query(
      `insert into app_public.archived_booking_slots
         (clinic_id, id, doctor_id, time_slot_id, slot_date, during, status, customer_id, created_at)
       select $1, -i, $2, 0, current_date - 100, tstzrange(now() - interval '100 days', now() - interval '99 days'),
         'booked', case when i = 1 then $3::bigint else $4 end, now() from generate_series(1, 20000) i`,
      [clinicId, doctorId, customer.customerId, other.customerId],
    )
    await db.query(
      `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, status)
       select bs.clinic_id, bs.doctor_id, bs.time_slot_id, day, tstzrange(noon, noon + interval '1 minute'), 'withdrawn'
       from app_public.booking_slots bs, app_public.clinics c,
         generate_series(1, 20000) i, lateral (select current_date - i as day) d,
         lateral (select (day + time '12:00') at time zone c.time_zone as noon) n
       where bs.id = $1 and c.id = bs.clinic_id`,
      [mine.booking_slot_id],
    )
    await db.query(`analyze app_public.${table}`)
    await db.as(customer.claims)
    const plan = JSON.stringify(await db.query(`explain (format json) select id from app_public.${table} ${condition}`))
    expect(plan).toContain(index)
    expect(plan).not.toContain('Seq Scan')
  }),
)
