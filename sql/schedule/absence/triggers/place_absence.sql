create or replace function app_private.place_absence() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Locked first of all, before the slots: a generation sees the absence, or the absence sees its slots.
  clinic app_public.clinics := app_private.lock_schedule(NEW.clinic_id);
begin
  NEW.during := app_private.absence_range(
    NEW.first_date, NEW.last_date, NEW.start_time, NEW.end_time, clinic.time_zone);
  return NEW;
end
$$;

comment on function app_private.place_absence is
'Trigger: computes the instants of a new or changed absence by the clinic''s clock, whatever the statement said, and '
'locks the clinic''s schedule. Refuses clinic_not_found, invalid_argument.';
