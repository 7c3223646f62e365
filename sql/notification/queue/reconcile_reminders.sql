create or replace function app_private.reconcile_reminders(clinic_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic record;
begin
  select c.id, c.time_zone, p.reminder_lead_times as lead_times, p.quiet_from, p.quiet_until, exists (
    select from app_public.notification_rules nr where nr.clinic_id = c.id
      and nr.kind = 'booking_reminder') as sends_reminders
  into clinic
  from app_public.clinics c join app_public.policies p on p.clinic_id = c.id
  where c.id = reconcile_reminders.clinic_id;

  -- In one order, as everything does that waits for several messages.
  perform from app_public.notifications n
  where n.clinic_id = clinic.id and n.kind = 'booking_reminder' and n.state = 'pending'
  order by n.id for no key update;
  update app_public.notifications n set state = 'dropped', dropped_because = 'rules_changed'
  where n.clinic_id = clinic.id and n.kind = 'booking_reminder' and n.state = 'pending'
    and (not clinic.sends_reminders or n.lead_time <> all (clinic.lead_times));
  -- The quiet hours may have changed, too.
  update app_public.notifications n set due_at = r.due_at, send_after = null
  from (
    select x.id, coalesce(app_private.before_quiet_hours(
      b.starts_at - x.lead_time, clinic.time_zone, clinic.quiet_from, clinic.quiet_until),
        b.starts_at - x.lead_time) as due_at
    from app_public.notifications x
    join app_public.bookings b on b.clinic_id = x.clinic_id and b.id = x.booking_id
    where x.clinic_id = clinic.id and x.kind = 'booking_reminder' and x.state = 'pending' and x.attempts = 0
      and x.generation = 1
  ) r
  where n.clinic_id = clinic.id and n.id = r.id and n.due_at <> r.due_at;
  perform app_private.queue_reminders(clinic.id, array(
    select b.id from app_public.bookings b
    where b.clinic_id = clinic.id and b.status = 'booked' and b.starts_at > now()
      -- Read by the index of a clinic's days; local dates differ from those in UTC by a day at most.
      and b.slot_date >= now()::date - 1
      and b.starts_at <= clock_timestamp() + app_private.reminder_period()
        + (select max(lead_time) from unnest(clinic.lead_times) lead_time)));
end
$$;

comment on function app_private.reconcile_reminders is
'Adjusts the reminders of a clinic to its changed rules: drops those that are no longer wanted, adjusts the others to '
'the current quiet hours, and adds those that are wanted now (queue_reminders).';
