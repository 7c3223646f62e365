create or replace function app_private.generate_due_slots(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  due timestamptz;
  zone text;
  weeks int;
  monday date;
  covered date;
  first_day date;
begin
  select d.due_at, c.time_zone, p.generation_weeks into due, zone, weeks
  from app_private.clinics_due_for_generation() d
  join app_public.clinics c on c.id = d.clinic_id
  join app_public.policies p on p.clinic_id = d.clinic_id
  where d.clinic_id = generate_due_slots.clinic_id;
  if due is null then
    return null;
  end if;
  monday := date_trunc('week', due at time zone zone)::date + 7;
  -- Weeks that were missed while no worker ran are made up for, from the day after the last scheduled run's end.
  select max(r.to_date) into covered from app_public.slot_generation_runs r
  where r.clinic_id = generate_due_slots.clinic_id and r.due_at is not null;
  first_day := greatest(least(monday, covered + 1), (now() at time zone zone)::date);
  return app_private.make_booking_slots(
    generate_due_slots.clinic_id,
    first_day,
    -- A year of weeks and missed ones before them would be more than one run may make; the next one goes on from there.
    least(monday + 7 * weeks - 1, first_day + 366),
    due);
end
$$;

comment on function app_private.generate_due_slots(bigint) is
'Makes the slots that the clinic''s schedule is due to make: the next Monday to Sunday (policies.generation_weeks of them), and weeks missed before. Returns the run, or null when none is due. Called by the job generate_due_slots, one clinic a transaction.';

revoke all on function app_private.generate_due_slots(bigint) from public;
