create or replace function app_public.next_generation(clinic_id bigint) returns app_public.next_generation
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  policy app_public.policies;
  last_due timestamptz;
  coming app_public.next_generation;
  dates record;
begin
  perform app_private.require_clinic_role(next_generation.clinic_id, 'staff');
  select c.* into clinic from app_public.clinics c where c.id = next_generation.clinic_id;
  if clinic.id is null then
    perform app_hidden.refuse('clinic_not_found', 'No such clinic.', jsonb_build_object('clinicId', next_generation.clinic_id::text));
  elsif not clinic.is_active then
    return null;
  end if;
  select p.* into policy from app_public.policies p where p.clinic_id = clinic.id;
  coming.clinic_id := clinic.id;
  -- One that is due and has not run comes first.
  select d.due_at into coming.due_at from app_private.clinics_due_for_generation() d where d.clinic_id = clinic.id;
  if coming.due_at is null then
    last_due := app_private.last_generation_time(now(), clinic.time_zone, policy.generation_weekday, policy.generation_time);
    -- By the clinic's clock: seven days of it are not always 168 hours.
    coming.due_at := ((last_due at time zone clinic.time_zone)::date + 7 + policy.generation_time) at time zone clinic.time_zone;
  end if;
  dates := app_private.dates_to_generate(clinic.id, coming.due_at);
  coming.from_date := dates.from_date;
  coming.to_date := dates.to_date;
  return coming;
end
$$;

comment on function app_public.next_generation(bigint) is
'When a clinic''s slots are made next by its schedule, and for which local dates, inclusive. In the past while a run is due and no worker has come to it. Null for an inactive clinic. For staff. Refuses forbidden, unauthenticated, clinic_not_found.';

revoke all on function app_public.next_generation(bigint) from public;
grant execute on function app_public.next_generation(bigint) to app_staff;
