create or replace function app_private.dates_to_generate(
  clinic_id bigint, due_at timestamptz, out from_date date, out to_date date)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  zone text;
  weeks int;
  monday date;
  covered date;
begin
  select c.time_zone, p.generation_weeks into zone, weeks
  from app_public.clinics c
  join app_public.policies p on p.clinic_id = c.id
  where c.id = dates_to_generate.clinic_id;
  monday := date_trunc('week', due_at at time zone zone)::date + 7;
  -- Weeks that were missed while no worker ran are made up for, from the day after the last scheduled run's end.
  select max(r.to_date) into covered from app_public.slot_generation_runs r
  where r.clinic_id = dates_to_generate.clinic_id and r.due_at is not null;
  from_date := greatest(least(monday, covered + 1), (now() at time zone zone)::date);
  -- A year of weeks and missed ones before them would be more than one run may make; the next one goes on from there.
  to_date := least(monday + 7 * weeks - 1, from_date + 366);
end
$$;

comment on function app_private.dates_to_generate is
'For which of a clinic''s local dates, inclusive, its scheduled generation due at `due_at` makes slots: the next '
'Monday to Sunday (policies.generation_weeks of them), and weeks missed before.';
