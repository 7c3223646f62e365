create or replace view app_private.bookings_missing_reminders with (security_invoker = true) as
select b.clinic_id, b.id as booking_id, lead.lead_time, 'missing' as problem
from app_public.bookings b
join app_public.policies p on p.clinic_id = b.clinic_id
join app_private.reminder_rounds rr on rr.clinic_id = b.clinic_id
cross join lateral (select distinct unnest(p.reminder_lead_times) as lead_time) lead
-- In UTC, because the view runs with the settings of the session that reads it, and in UTC a day is 24 hours.
cross join lateral (select (b.starts_at at time zone 'UTC' - lead.lead_time) at time zone 'UTC' as at) due
where b.status = 'booked' and b.starts_at > now()
  -- Those that are due later are not written yet, see queue_coming_reminders.
  and due.at at time zone 'UTC' <= now() at time zone 'UTC' + interval '24 hours'
  -- Also those that became due while no worker ran, unless they were due when the booking was made or moved.
  and (due.at > now() or due.at > rr.looked_at and due.at > (
    select max(e.occurred_at) from app_public.events e
    where e.clinic_id = b.clinic_id and e.booking_id = b.id and e.to_state = 'booked'))
  and exists (select from app_public.notification_rules nr where nr.clinic_id = b.clinic_id
    and nr.kind = 'booking_reminder')
  and not exists (
    select from app_public.notifications n
    where n.clinic_id = b.clinic_id and n.booking_id = b.id and n.kind = 'booking_reminder'
      and n.lead_time = lead.lead_time and n.booking_sequence = b.sequence
      and (n.state <> 'dropped' or n.dropped_because in ('opted_out', 'quiet_hours')))
union all
select n.clinic_id, n.booking_id, n.lead_time,
  case when n.due_at > (b.starts_at at time zone 'UTC' - n.lead_time) at time zone 'UTC'
    then 'due too late' else 'not wanted' end
from app_public.notifications n
join app_public.bookings b on b.clinic_id = n.clinic_id and b.id = n.booking_id
join app_public.policies p on p.clinic_id = n.clinic_id
-- A reminder that the desk sent again is due at another time.
where n.kind = 'booking_reminder' and n.state = 'pending' and n.generation = 1 and b.starts_at > now()
  and (b.status <> 'booked' or n.booking_sequence <> b.sequence or n.lead_time <> all (p.reminder_lead_times)
    or n.due_at > (b.starts_at at time zone 'UTC' - n.lead_time) at time zone 'UTC');

comment on view app_private.bookings_missing_reminders is
'Future bookings that lack a reminder which is due within 24 hours or became due while no worker ran, and pending '
'reminders that should not be sent. Always empty while a worker runs; a row is a bug.';
