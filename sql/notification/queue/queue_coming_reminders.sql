create or replace function app_private.queue_coming_reminders(clinic_id bigint, at timestamptz default now())
returns int
language plpgsql volatile
-- One generic plan that reads the bookings of some days and looks up their reminders by their keys.
set plan_cache_mode = force_generic_plan
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  until constant timestamptz := queue_coming_reminders.at + app_private.reminder_period();
  looked_at timestamptz;
  lead_times interval[];
  lacking bigint[];
begin
  -- One worker at a time; a second does not wait.
  select rr.looked_at into looked_at from app_private.reminder_rounds rr
  where rr.clinic_id = queue_coming_reminders.clinic_id for update skip locked;
  if looked_at is null then
    return 0;
  end if;
  select p.reminder_lead_times into lead_times from app_public.policies p
  where p.clinic_id = queue_coming_reminders.clinic_id;
  -- Each round looks at everything that is due within the period, and not only at what has come near since the last
  -- one. So nothing is lost when a booking is committed late, or is locked at this moment: a later round finds it.
  -- The lock keeps a booking from being cancelled, moved or checked in before its reminders can be seen and dropped.
  select array_agg(l.id) into lacking
  from (
    select b.id from app_public.bookings b
    where b.clinic_id = queue_coming_reminders.clinic_id and b.status = 'booked'
      and b.starts_at > queue_coming_reminders.at
      -- Local dates differ from those in UTC by a day at most.
      and b.slot_date between queue_coming_reminders.at::date - 1
        and (until + (select max(l) from unnest(lead_times) l))::date + 1
      and exists (
        select from unnest(lead_times) as lead (lead_time)
        where b.starts_at - lead.lead_time > least(looked_at, queue_coming_reminders.at)
          and b.starts_at - lead.lead_time <= until
          and not exists (
            select from app_public.notifications n
            where n.clinic_id = b.clinic_id and n.booking_id = b.id and n.kind = 'booking_reminder'
              and n.lead_time = lead.lead_time and n.booking_sequence = b.sequence))
    for no key update of b skip locked
  ) l;
  update app_private.reminder_rounds rr set looked_at = queue_coming_reminders.at
  where rr.clinic_id = queue_coming_reminders.clinic_id;
  return app_private.queue_reminders(queue_coming_reminders.clinic_id, lacking, queue_coming_reminders.at,
    least(looked_at, queue_coming_reminders.at));
end
$$;

comment on function app_private.queue_coming_reminders is
'Writes the reminders of a clinic that are due within reminder_period and are not written yet, and those that have '
'become due since the last round, when no worker ran. Returns how many. Called by the job queue_coming_reminders for '
'each of clinics_due_for_reminders.';
