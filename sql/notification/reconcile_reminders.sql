create or replace function app_private.reconcile_reminders(clinic_id bigint, booking_id bigint default null) returns void
language plpgsql volatile
-- One kept plan for a booking and for a whole clinic, as a range of ids: planned anew it cost a booking a tenth of its time.
set plan_cache_mode = force_generic_plan
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic record;
begin
  select c.id, c.time_zone, p.reminder_lead_times as lead_times, p.quiet_from, p.quiet_until, exists (
    select from app_public.notification_rules nr where nr.clinic_id = c.id and nr.kind = 'booking_reminder') as sends_reminders
  into clinic
  from app_public.clinics c join app_public.policies p on p.clinic_id = c.id
  where c.id = reconcile_reminders.clinic_id;

  if reconcile_reminders.booking_id is null then
    update app_public.notifications n set state = 'dropped', dropped_because = 'rules_changed'
    where n.clinic_id = clinic.id and n.kind = 'booking_reminder' and n.state = 'pending'
      and (not clinic.sends_reminders or n.lead_time <> all (clinic.lead_times));
    -- The quiet hours may be others, too.
    update app_public.notifications n set due_at = r.due_at, send_after = null
    from (
      select x.id, coalesce(app_private.before_quiet_hours(
        b.starts_at - x.lead_time, clinic.time_zone, clinic.quiet_from, clinic.quiet_until), b.starts_at - x.lead_time) as due_at
      from app_public.notifications x
      join app_public.bookings b on b.clinic_id = x.clinic_id and b.id = x.booking_id
      where x.clinic_id = clinic.id and x.kind = 'booking_reminder' and x.state = 'pending' and x.attempts = 0 and x.generation = 1
    ) r
    where n.clinic_id = clinic.id and n.id = r.id and n.due_at <> r.due_at;
  end if;
  if not clinic.sends_reminders then
    return;
  end if;

  insert into app_public.notifications as n (clinic_id, booking_id, customer_id, kind, channel, lead_time, booking_sequence, due_at)
  select b.clinic_id, b.id, b.customer_id, 'booking_reminder',
    (app_private.choose_channel(b.clinic_id, b.customer_id, 'booking_reminder')).channel, lead.lead_time, b.sequence,
    -- In the quiet hours nobody is reminded, but before. What this plans is judged again by claim_notifications.
    coalesce(app_private.before_quiet_hours(b.starts_at - lead.lead_time, clinic.time_zone, clinic.quiet_from, clinic.quiet_until),
             b.starts_at - lead.lead_time)
  from app_public.bookings b
  cross join unnest(clinic.lead_times) with ordinality as lead (lead_time, place)
  where b.clinic_id = clinic.id
    and b.id between coalesce(reconcile_reminders.booking_id, 0) and coalesce(reconcile_reminders.booking_id, 9223372036854775807)
    and b.status = 'booked' and b.starts_at - lead.lead_time > now()
    -- Once, or a policy that names a lead time twice ('1 day' and '24 hours') would stop all bookings of its clinic.
    and array_position(clinic.lead_times, lead.lead_time) = lead.place
  -- A lead time that was taken out of the policy and comes back, or a check-in that was taken back: other changes of a booking give it
  -- another sequence, and so other reminders.
  on conflict on constraint a_booking_is_told_each_thing_once do update
    set state = 'pending', dropped_because = null, due_at = excluded.due_at, send_after = null
    where n.state = 'dropped' and n.dropped_because in ('rules_changed', 'booking_changed');
end
$$;

comment on function app_private.reconcile_reminders(bigint, bigint) is
'Gives a booking (or, with null, every booking ahead of a clinic) the reminders that the policy wants: one per lead time that still lies ahead. In a whole clinic also drops those it no longer wants, and plans those it has by the quiet hours of now.';

revoke all on function app_private.reconcile_reminders(bigint, bigint) from public;
