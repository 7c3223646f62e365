import { openInAbsences } from '../helpers/clinic/absences.ts'
import type { Db } from '../helpers/database/database.ts'

// The invariants of the two clinics, each as a query for the rows that break it. $1 is the ids of the clinics.

/** Each rule and the rows that break it. */
export const invariants: Record<string, string> = {
  'slots of a doctor never overlap, except withdrawn ones': `
    select a.id, b.id as other from app_public.booking_slots a
    join app_public.booking_slots b on b.clinic_id = a.clinic_id and b.doctor_id = a.doctor_id and b.id > a.id and b.during && a.during
    where a.clinic_id = any ($1) and a.status <> 'withdrawn' and b.status <> 'withdrawn'`,

  'a slot has at most one booking that is not cancelled': `
    select clinic_id, booking_slot_id from app_public.bookings
    where clinic_id = any ($1) and status <> 'cancelled' group by 1, 2 having count(*) > 1`,

  'a slot is booked if and only if it has such a booking, of the same customer': `
    select bs.id, b.id as booking
    from (select * from app_public.booking_slots where clinic_id = any ($1) and status = 'booked') bs
    full join (select * from app_public.bookings where clinic_id = any ($1) and status <> 'cancelled') b
      on b.clinic_id = bs.clinic_id and b.booking_slot_id = coalesce(bs.head_slot_id, bs.id) and b.customer_id = bs.customer_id
    where bs.id is null or b.id is null`,

  'the slots of a visit are of one doctor, adjoin each other and are as long as its service with its buffers': `
    select b.id, s.covered, b.during from app_public.bookings b
    join lateral (
      select range_agg(bs.during) as covered, count(distinct bs.doctor_id) as doctors,
        bool_and(bs.service_id is null or bs.service_id = b.service_id) as are_for_it, count(*) as number
      from app_public.booking_slots bs
      where bs.clinic_id = b.clinic_id and (bs.id = b.booking_slot_id or bs.head_slot_id = b.booking_slot_id)) s on true
    left join app_public.services sv on sv.clinic_id = b.clinic_id and sv.id = b.service_id
    where b.clinic_id = any ($1) and b.status <> 'cancelled'
      and (s.covered <> multirange(b.during) or s.doctors <> 1 or s.are_for_it is not true
        or b.service_id is null and s.number <> 1
        or b.visit_starts_at <> b.starts_at + coalesce(sv.buffer_before, '0')
        or b.visit_ends_at + coalesce(sv.buffer_after, '0') > b.ends_at)`,

  'a booking has a room or equipment for each need of its service, for its time and the turnover after it': `
    select b.id, n.need from app_public.bookings b
    join app_public.service_needs n on n.clinic_id = b.clinic_id and n.service_id = b.service_id
    left join app_public.resource_claims c on c.clinic_id = b.clinic_id and c.booking_id = b.id and c.need = n.need
    left join app_public.resources r on r.clinic_id = c.clinic_id and r.id = c.resource_id
    where b.clinic_id = any ($1) and b.status <> 'cancelled' and not b.is_online
      and c.during is distinct from tstzrange(b.visit_starts_at, b.visit_ends_at + r.turnover)`,

  'nothing else has a room or equipment, apart from holds': `
    select c.id, b.id as booking from app_public.resource_claims c
    left join app_public.bookings b on b.clinic_id = c.clinic_id and b.id = c.booking_id
    where c.clinic_id = any ($1) and c.held_slot_id is null
      and (b.id is null or b.status = 'cancelled' or not b.takes_resources or b.customer_id <> c.customer_id)`,

  'no room or equipment is in two visits at once, or in one and kept for a hold of another': `
    select c.id, o.id as other from app_public.resource_claims c
    join app_public.resource_claims o on o.clinic_id = c.clinic_id and o.resource_id = c.resource_id and o.id > c.id
      and o.during && c.during
    where c.clinic_id = any ($1)`,

  'live bookings of a customer in a clinic never overlap': `
    select a.id, b.id as other from app_public.bookings a
    join app_public.bookings b on b.clinic_id = a.clinic_id and b.customer_id = a.customer_id and b.id > a.id and b.during && a.during
    where a.clinic_id = any ($1) and a.status in ('booked', 'checked_in') and b.status in ('booked', 'checked_in')`,

  'a booking begins with its slot and has its doctor': `
    select b.id from app_public.bookings b join app_public.booking_slots bs on bs.clinic_id = b.clinic_id and bs.id = b.booking_slot_id
    where b.clinic_id = any ($1) and (b.doctor_id, b.slot_date, b.starts_at) is distinct from (bs.doctor_id, bs.slot_date, bs.starts_at)`,

  'an inactive doctor has neither free slots nor live bookings': `
    select d.id from app_public.doctors d
    where d.clinic_id = any ($1) and not d.is_active and (
      exists (select from app_public.booking_slots bs where bs.clinic_id = d.clinic_id and bs.doctor_id = d.id and bs.status in ('open', 'held'))
      or exists (select from app_public.bookings b where b.clinic_id = d.clinic_id and b.doctor_id = d.id and b.status in ('booked', 'checked_in')
        and b.starts_at > now()))`,

  'no slot is open or held inside an absence': openInAbsences,

  'a slot waits only for an absence that exists and covers it': `
    select bs.id, bs.withdrawn_for_absence_id from app_public.booking_slots bs
    where bs.clinic_id = any ($1) and bs.withdrawn_for_absence_id is not null and not exists (
      select from app_public.absences a where a.clinic_id = bs.clinic_id and a.id = bs.withdrawn_for_absence_id
        and a.during && bs.during and (a.doctor_id is null or a.doctor_id = bs.doctor_id))`,

  'a booked visit that lies in an absence is on the rebooking list, unless the desk has dismissed it': `
    select b.id from app_public.bookings b
    join app_public.absences a on a.clinic_id = b.clinic_id and a.during && b.during and (a.doctor_id is null or a.doctor_id = b.doctor_id)
    where b.clinic_id = any ($1) and b.status = 'booked' and b.ends_at > now() and not exists (
      select from app_public.rebooking_list rl where rl.clinic_id = b.clinic_id and rl.open_booking_id = b.id)
      -- A check-in that is undone does not list it again.
      and not exists (select from app_public.events e where e.booking_id = b.id and e.clinic_id = b.clinic_id and e.from_state = 'checked_in')`,

  'the busy times of a calendar are absences of its doctor, and no two overlap': `
    select a.id, o.id as other from app_public.absences a
    left join app_public.external_calendars ec on ec.clinic_id = a.clinic_id and ec.id = a.calendar_id
    left join app_public.absences o on o.clinic_id = a.clinic_id and o.calendar_id = a.calendar_id and o.id > a.id
      and o.during && a.during
    where a.clinic_id = any ($1) and a.kind = 'external'
      and (o.id is not null or ec.doctor_id is distinct from a.doctor_id)`,

  'a series has 2 to 52 visits, of its customer': `
    select s.id from app_public.booking_series s
    left join app_public.bookings b on b.clinic_id = s.clinic_id and b.series_id = s.id
    where s.clinic_id = any ($1)
    group by s.clinic_id, s.id having count(b.id) not between 2 and 52 or bool_or(b.customer_id <> s.customer_id)`,

  'a visit of a series that was never moved is confirmed once, by itself or with others': `
    select b.id, array_agg(n.id) as confirmed from app_public.bookings b
    left join app_public.notifications n on n.clinic_id = b.clinic_id and n.kind = 'booking_confirmed'
      and n.channel <> 'webhook' and n.state <> 'dropped' and (n.booking_id = b.id or b.id = any (n.series_booking_ids))
    where b.clinic_id = any ($1) and b.series_id is not null and b.status = 'booked' and b.sequence = 0
    group by b.clinic_id, b.id having count(n.id) <> 1`,

  'booked slots have a customer, held ones a customer or an offer, and no others': `
    select bs.id from app_public.booking_slots bs
    where bs.clinic_id = any ($1) and case bs.status
      when 'booked' then bs.customer_id is null
      when 'held' then bs.customer_id is null and bs.held_until > now() and not exists (
        select from app_public.slot_offers o
        where o.clinic_id = bs.clinic_id and bs.id = any (o.slot_ids))
      else bs.customer_id is not null end`,

  'what is offered is held for nobody else': `
    select o.id from app_public.slot_offers o
    join app_public.booking_slots bs on bs.clinic_id = o.clinic_id and bs.id = o.booking_slot_id
    where o.clinic_id = any ($1) and o.state = 'offered' and (bs.status <> 'held' or bs.customer_id is not null)`,

  'no slot was freed without an offer while somebody waited for it': `
    select * from app_private.freed_slots_not_offered where clinic_id = any ($1)`,

  'the events of a slot form a chain from its creation to its current state': `
    select * from (
      select bs.id, e.id as event, e.from_state, e.to_state, bs.status,
        lag(e.to_state) over life is distinct from e.from_state as breaks,
        lead(e.id) over life is null and (e.to_state <> bs.status::text
          or bs.customer_id is not null and e.customer_id is distinct from bs.customer_id) as ends_elsewhere
      from app_public.booking_slots bs
      left join app_public.events e on e.clinic_id = bs.clinic_id and e.booking_slot_id = bs.id and e.entity = 'booking_slot'
      where bs.clinic_id = any ($1) window life as (partition by bs.id order by e.id)) steps
    where breaks or ends_elsewhere or event is null`,

  'the events of a booking form a chain from its creation to its current state and slot': `
    select * from (
      select b.id, e.id as event, e.from_state, e.to_state, b.status,
        lag(e.to_state) over life is distinct from e.from_state as breaks,
        lead(e.id) over life is null and (e.to_state, e.booking_slot_id, e.customer_id)
          is distinct from (b.status::text, b.booking_slot_id, b.customer_id) as ends_elsewhere,
        -- The sequence counts the moves and the cancellation.
        lead(e.id) over life is null and b.sequence <> count(*) filter (
          where e.from_state = 'booked' and e.to_state = 'booked' and e.reason is distinct from 'other room or equipment'
            or e.to_state = 'cancelled') over life as moved_otherwise
      from app_public.bookings b
      left join app_public.events e on e.clinic_id = b.clinic_id and e.booking_id = b.id and e.entity = 'booking'
      where b.clinic_id = any ($1) window life as (partition by b.id order by e.id)) steps
    where breaks or ends_elsewhere or moved_otherwise or event is null`,

  // Those due later than that are written by queue_coming_reminders. In these worlds none is due in 24 to 25 hours.
  'an upcoming booking has exactly its notice and the reminders of a day for its current time, besides messages already sent': `
    select b.id, b.sequence, n.kinds from app_public.bookings b
    cross join lateral (
      select coalesce(array_agg(n.kind || ' ' || n.lead_time || ' ' || n.booking_sequence order by n.kind, n.lead_time), '{}') as kinds
      from app_public.notifications n
      where n.clinic_id = b.clinic_id and n.booking_id = b.id
        and (n.state = 'pending' or n.state in ('sent', 'dead') and n.booking_sequence = b.sequence)) n
    cross join lateral (
      select coalesce(array_agg('booking_reminder ' || ahead || ' ' || b.sequence order by ahead), '{}') as reminders
      from app_public.policies p cross join unnest(p.reminder_lead_times) ahead
      where p.clinic_id = b.clinic_id and b.starts_at - ahead > now() and b.starts_at - ahead < now() + interval '24 hours 30 minutes') r
    cross join lateral (
      select case b.sequence when 0 then 'booking_confirmed' else 'booking_rescheduled' end || ' 00:00:00 ' || b.sequence as notice) c
    -- The visits of a series have one confirmation together.
    where b.clinic_id = any ($1) and b.status = 'booked' and b.series_id is null and n.kinds not in (c.notice || r.reminders, r.reminders || c.notice)`,

  'a reminder is due its lead time before the start of the booking': `
    select n.id from app_public.notifications n join app_public.bookings b on b.clinic_id = n.clinic_id and b.id = n.booking_id
    where n.clinic_id = any ($1) and n.state = 'pending' and n.kind = 'booking_reminder' and n.due_at <> b.starts_at - n.lead_time`,

  'by the view for operators, every upcoming booking has exactly the reminders that its clinic configured': `
    select * from app_private.bookings_missing_reminders where clinic_id = any ($1)`,

  'by the view for operators, every upcoming online booking has exactly one consultation of its sequence': `
    select * from app_private.online_bookings_without_consultation where clinic_id = any ($1)`,

  'a cancelled booking has one notice of that and no other waiting message; one whose patient came has none': `
    select b.id, b.status, n.kinds from app_public.bookings b
    cross join lateral (
      select coalesce(array_agg(n.kind::text), '{}') as kinds from app_public.notifications n
      where n.clinic_id = b.clinic_id and n.booking_id = b.id
        and (n.state = 'pending' or n.state in ('sent', 'dead') and n.kind in ('booking_cancelled', 'slot_withdrawn'))) n
    where b.clinic_id = any ($1) and b.status <> 'booked' and b.series_id is null
      and case b.status when 'cancelled' then n.kinds not in ('{booking_cancelled}', '{slot_withdrawn}') else n.kinds <> '{}' end`,
}

/** The rules that are broken, each with up to five rows that break it; empty if no rule is broken. */
export async function brokenInvariants(db: Pick<Db, 'query'>, clinicIds: string[]): Promise<Record<string, unknown[]>> {
  const broken: Record<string, unknown[]> = {}
  for (const [rule, query] of Object.entries(invariants)) {
    const rows = await db.query(query, [clinicIds])
    if (rows.length > 0) broken[rule] = rows.slice(0, 5)
  }
  return broken
}
