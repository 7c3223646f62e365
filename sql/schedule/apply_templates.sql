create or replace function app_public.apply_templates(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.require_clinic_role(apply_templates.clinic_id, 'manage');
  return app_private.follow_templates(apply_templates.clinic_id);
end
$$;

comment on function app_public.apply_templates(bigint) is
'Makes the slots ahead follow changed templates and time slots now, without waiting for the job: free slots that no longer fit are withdrawn, missing ones made, bookings that no longer fit put on the rebooking list. Returns the generation, or null when none was made yet. For managers. Refuses forbidden, clinic_not_found.';

revoke all on function app_public.apply_templates(bigint) from public;
grant execute on function app_public.apply_templates(bigint) to app_staff;
