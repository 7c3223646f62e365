import type { Db } from '../helpers/database.ts'

// What must be true of two clinics after whatever happened, each as a query for what breaks it. $1 is the clinics' ids.

/** Each rule and the rows that break it. */
export const invariants: Record<string, string> = {
  'slots of a doctor that are not withdrawn never overlap': `
    select a.id, b.id as other from app_public.booking_slots a
    join app_public.booking_slots b on b.clinic_id = a.clinic_id and b.doctor_id = a.doctor_id and b.id > a.id and b.during && a.during
    where a.clinic_id = any ($1) and a.status <> 'withdrawn' and b.status <> 'withdrawn'`,

  'no slot has two bookings that are not cancelled': `
    select clinic_id, booking_slot_id from app_public.bookings
    where clinic_id = any ($1) and status <> 'cancelled' group by 1, 2 having count(*) > 1`,

  'a slot is booked when and only when there is such a booking, of the same customer': `
    select bs.id, b.id as booking
    from (select * from app_public.booking_slots where clinic_id = any ($1) and status = 'booked') bs
    full join (select * from app_public.bookings where clinic_id = any ($1) and status <> 'cancelled') b
      on b.clinic_id = bs.clinic_id and b.booking_slot_id = bs.id and b.customer_id = bs.customer_id
    where bs.id is null or b.id is null`,

  'live bookings of a customer in a clinic never overlap': `
    select a.id, b.id as other from app_public.bookings a
    join app_public.bookings b on b.clinic_id = a.clinic_id and b.customer_id = a.customer_id and b.id > a.id and b.during && a.during
    where a.clinic_id = any ($1) and a.status in ('booked', 'checked_in') and b.status in ('booked', 'checked_in')`,

  'bookings are at the time and with the doctor of their slot': `
    select b.id from app_public.bookings b join app_public.booking_slots bs on bs.clinic_id = b.clinic_id and bs.id = b.booking_slot_id
    where b.clinic_id = any ($1) and (b.doctor_id, b.slot_date, b.during) is distinct from (bs.doctor_id, bs.slot_date, bs.during)`,

  'an inactive doctor has neither free slots nor live bookings': `
    select d.id from app_public.doctors d
    where d.clinic_id = any ($1) and not d.is_active and (
      exists (select from app_public.booking_slots bs where bs.clinic_id = d.clinic_id and bs.doctor_id = d.id and bs.status in ('open', 'held'))
      or exists (select from app_public.bookings b where b.clinic_id = d.clinic_id and b.doctor_id = d.id and b.status in ('booked', 'checked_in')
        and b.starts_at > now()))`,

  'held and booked slots have a customer, and no others': `
    select id from app_public.booking_slots
    where clinic_id = any ($1) and (status in ('held', 'booked')) <> (customer_id is not null)`,

  'the events of a slot follow each other, from its making to what it is now': `
    select * from (
      select bs.id, e.id as event, e.from_state, e.to_state, bs.status,
        lag(e.to_state) over life is distinct from e.from_state as breaks,
        lead(e.id) over life is null and (e.to_state <> bs.status::text
          or bs.customer_id is not null and e.customer_id is distinct from bs.customer_id) as ends_elsewhere
      from app_public.booking_slots bs
      left join app_public.events e on e.clinic_id = bs.clinic_id and e.booking_slot_id = bs.id and e.entity = 'booking_slot'
      where bs.clinic_id = any ($1) window life as (partition by bs.id order by e.id)) steps
    where breaks or ends_elsewhere or event is null`,

  'the events of a booking follow each other, from its making to what and where it is now': `
    select * from (
      select b.id, e.id as event, e.from_state, e.to_state, b.status,
        lag(e.to_state) over life is distinct from e.from_state as breaks,
        lead(e.id) over life is null and (e.to_state, e.booking_slot_id, e.customer_id)
          is distinct from (b.status::text, b.booking_slot_id, b.customer_id) as ends_elsewhere,
        -- The sequence counts moves, and the cancellation.
        lead(e.id) over life is null and b.sequence <> count(*) filter (
          where e.from_state = 'booked' and e.to_state = 'booked' or e.to_state = 'cancelled') over life as moved_otherwise
      from app_public.bookings b
      left join app_public.events e on e.clinic_id = b.clinic_id and e.booking_id = b.id and e.entity = 'booking'
      where b.clinic_id = any ($1) window life as (partition by b.id order by e.id)) steps
    where breaks or ends_elsewhere or moved_otherwise or event is null`,

  'a booking ahead has exactly its notice and its reminders, of its present time, besides what was sent of earlier ones': `
    select b.id, b.sequence, n.told from app_public.bookings b
    cross join lateral (
      select coalesce(array_agg(n.kind || ' ' || n.lead_time || ' ' || n.booking_sequence order by n.kind, n.lead_time), '{}') as told
      from app_public.notifications n
      where n.clinic_id = b.clinic_id and n.booking_id = b.id
        and (n.state = 'pending' or n.state in ('sent', 'dead') and n.booking_sequence = b.sequence)) n
    cross join lateral (
      select array_agg('booking_reminder ' || ahead || ' ' || b.sequence order by ahead) as reminders
      from app_public.policies p cross join unnest(p.reminder_lead_times) ahead where p.clinic_id = b.clinic_id) r
    cross join lateral (
      select case b.sequence when 0 then 'booking_confirmed' else 'booking_rescheduled' end || ' 00:00:00 ' || b.sequence as notice) c
    where b.clinic_id = any ($1) and b.status = 'booked' and n.told not in (c.notice || r.reminders, r.reminders || c.notice)`,

  'reminders are due their lead time before the start': `
    select n.id from app_public.notifications n join app_public.bookings b on b.clinic_id = n.clinic_id and b.id = n.booking_id
    where n.clinic_id = any ($1) and n.state = 'pending' and n.kind = 'booking_reminder' and n.due_at <> b.starts_at - n.lead_time`,

  'every booking ahead has exactly the reminders that its clinic wants, as the view for operators says': `
    select * from app_private.bookings_missing_reminders where clinic_id = any ($1)`,

  'of a cancelled booking that is told, once, and nothing else is to be; of one that has come nothing': `
    select b.id, b.status, n.told from app_public.bookings b
    cross join lateral (
      select coalesce(array_agg(n.kind::text), '{}') as told from app_public.notifications n
      where n.clinic_id = b.clinic_id and n.booking_id = b.id
        and (n.state = 'pending' or n.state in ('sent', 'dead') and n.kind in ('booking_cancelled', 'slot_withdrawn'))) n
    where b.clinic_id = any ($1) and b.status <> 'booked'
      and case b.status when 'cancelled' then n.told not in ('{booking_cancelled}', '{slot_withdrawn}') else n.told <> '{}' end`,
}

/** The rules that are broken, with up to five of the rows that break each; empty when all is well. */
export async function brokenInvariants(db: Pick<Db, 'query'>, clinicIds: string[]): Promise<Record<string, unknown[]>> {
  const broken: Record<string, unknown[]> = {}
  for (const [rule, query] of Object.entries(invariants)) {
    const rows = await db.query(query, [clinicIds])
    if (rows.length > 0) broken[rule] = rows.slice(0, 5)
  }
  return broken
}
