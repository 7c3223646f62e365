create or replace function app_private.queue_reminders(
  clinic_id bigint, booking_ids bigint[], at timestamptz default now(), due_after timestamptz default null)
returns int
language plpgsql volatile
-- One generic plan for a single booking and for many, which looks each booking up by its key: planning each time took
-- a tenth of a booking's time.
set plan_cache_mode = force_generic_plan
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic record;
  queued int;
begin
  select c.id, c.time_zone, p.reminder_lead_times as lead_times, p.quiet_from, p.quiet_until
  into clinic
  from app_public.clinics c join app_public.policies p on p.clinic_id = c.id
  where c.id = queue_reminders.clinic_id
    and exists (select from app_public.notification_rules nr where nr.clinic_id = c.id
      and nr.kind = 'booking_reminder');
  if not found then
    return 0;
  end if;

  insert into app_public.notifications as n (clinic_id, booking_id, customer_id, kind, channel, lead_time,
    booking_sequence, due_at)
  select b.clinic_id, b.id, b.customer_id, 'booking_reminder',
    (app_private.choose_channel(b.clinic_id, b.customer_id, 'booking_reminder')).channel, lead.lead_time, b.sequence,
    -- A reminder that would fall into the quiet hours is sent before them. claim_notifications checks again when it
    -- is sent.
    coalesce(app_private.before_quiet_hours(b.starts_at - lead.lead_time, clinic.time_zone, clinic.quiet_from,
      clinic.quiet_until),
             b.starts_at - lead.lead_time)
  from unnest(queue_reminders.booking_ids) as given (id)
  join app_public.bookings b on b.clinic_id = clinic.id and b.id = given.id
  cross join unnest(clinic.lead_times) with ordinality as lead (lead_time, place)
  where b.status = 'booked' and b.starts_at > queue_reminders.at
    and b.starts_at - lead.lead_time > coalesce(queue_reminders.due_after, queue_reminders.at)
    -- By the clock and not by the beginning of the transaction: what a transaction leaves to queue_coming_reminders
    -- is due later than the period after it was left.
    and b.starts_at - lead.lead_time <= greatest(queue_reminders.at, clock_timestamp()) + app_private.reminder_period()
    -- Each lead time once; otherwise a policy that lists one twice ('1 day' and '24 hours') would make all bookings
    -- of its clinic fail.
    and array_position(clinic.lead_times, lead.lead_time) = lead.place
    -- One that was due while no worker ran is sent late, but not one whose time had passed when the booking was made
    -- or moved.
    and (b.starts_at - lead.lead_time > queue_reminders.at or b.starts_at - lead.lead_time > (
      select max(e.occurred_at) from app_public.events e
      where e.clinic_id = b.clinic_id and e.booking_id = b.id and e.to_state = 'booked'))
  -- A lead time that was removed from the policy and added again, or a check-in that was undone. Other changes of a
  -- booking give it another sequence and so other reminders.
  on conflict on constraint a_booking_is_told_each_thing_once do update
    set state = 'pending', dropped_because = null, due_at = excluded.due_at, send_after = null
    where n.state = 'dropped' and n.dropped_because in ('rules_changed', 'booking_changed');
  get diagnostics queued = row_count;
  return queued;
end
$$;

comment on function app_private.queue_reminders is
'Gives bookings of a clinic the reminders that its policy asks for: one for each lead time that is due after '
'`due_after` (default `at`) and within reminder_period of `at`. Those due later are written when they come near, by '
'queue_coming_reminders. Returns how many were written.';
