create or replace view app_private.bookings_missing_reminders with (security_invoker = true) as
select b.clinic_id, b.id as booking_id, lead.lead_time, 'missing' as problem
from app_public.bookings b
join app_public.policies p on p.clinic_id = b.clinic_id
cross join lateral (select distinct unnest(p.reminder_lead_times) as lead_time) lead
-- In UTC: the view runs with the settings of the session that reads it, and a day is 24 hours.
where b.status = 'booked' and (b.starts_at at time zone 'UTC' - lead.lead_time) at time zone 'UTC' > now()
  and exists (select from app_public.notification_rules nr where nr.clinic_id = b.clinic_id and nr.kind = 'booking_reminder')
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
-- One sent again by hand is due when the desk said.
where n.kind = 'booking_reminder' and n.state = 'pending' and n.generation = 1 and b.starts_at > now()
  and (b.status <> 'booked' or n.booking_sequence <> b.sequence or n.lead_time <> all (p.reminder_lead_times)
    or n.due_at > (b.starts_at at time zone 'UTC' - n.lead_time) at time zone 'UTC');

comment on view app_private.bookings_missing_reminders is
'Always empty: bookings ahead that lack a reminder, and reminders that nobody should get. A row here is a bug.';
