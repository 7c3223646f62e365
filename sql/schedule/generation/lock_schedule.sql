create or replace function app_private.lock_schedule(clinic_id bigint) returns app_public.clinics
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
begin
  -- FOR NO KEY UPDATE: one generation or deactivation at a time per clinic, while bookings, which only refer to the
  -- clinic, go on.
  select c.* into clinic from app_public.clinics c where c.id = lock_schedule.clinic_id for no key update;
  if clinic.id is null then
    perform app_hidden.refuse('clinic_not_found', 'No such clinic.',
      jsonb_build_object('clinicId', lock_schedule.clinic_id::text));
  end if;
  return clinic;
end
$$;

comment on function app_private.lock_schedule is
'Locks the clinic''s schedule, so that one transaction at a time makes or clears slots, and returns the clinic. '
'Bookings do not wait for this lock. Refuses clinic_not_found.';
