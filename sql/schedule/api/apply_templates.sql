create or replace function app_public.apply_templates(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.require_clinic_role(apply_templates.clinic_id, 'manage');
  return app_private.follow_templates(apply_templates.clinic_id);
end
$$;

comment on function app_public.apply_templates is
'Adapts the future slots to changed templates and time slots now, without waiting for the job: free slots that no '
'longer fit are withdrawn, missing slots are made, bookings that no longer fit are put on the rebooking list. '
'Returns the generation run, or null if slots were never generated. For managers. Refuses forbidden, '
'clinic_not_found.';

grant execute on function app_public.apply_templates to app_staff;
