create or replace function app_public.deactivate_clinic(
  clinic_id bigint, "cascade" boolean default false, row_version int default null)
returns app_public.clinics
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  active_doctors jsonb;
begin
  perform app_private.require_clinic_role(deactivate_clinic.clinic_id, 'manage');
  clinic := app_private.lock_schedule(deactivate_clinic.clinic_id);
  perform app_private.require_version('clinics', deactivate_clinic.row_version, clinic.row_version);
  if not deactivate_clinic."cascade" then
    select jsonb_agg(jsonb_build_object('doctorId', d.id::text, 'fullName', d.full_name) order by d.id)
      into active_doctors
    from app_public.doctors d where d.clinic_id = deactivate_clinic.clinic_id and d.is_active;
    if active_doctors is not null then
      perform app_hidden.refuse('still_in_use',
        format('This clinic has %s active doctors.', jsonb_array_length(active_doctors)),
        jsonb_build_object('activeDoctors', active_doctors));
    end if;
  end if;
  perform app_private.clear_schedule(
    deactivate_clinic.clinic_id, null, deactivate_clinic."cascade", 'clinic deactivated');
  update app_public.doctors d set is_active = false where d.clinic_id = deactivate_clinic.clinic_id and d.is_active;
  update app_public.clinics c set is_active = false where c.id = deactivate_clinic.clinic_id returning c.* into clinic;
  return clinic;
end
$$;

comment on function app_public.deactivate_clinic is
'Deactivates a clinic. With `cascade` its active doctors are deactivated, their open slots are withdrawn and their '
'future live bookings are cancelled, all in one transaction. The customers are notified if an address is known; the '
'query bookingsToPhone lists those who have to be phoned. Bookings that have begun keep their state and can still be '
'completed. For the clinic''s managers and operators. Refuses still_in_use (without `cascade`; the detail lists the '
'active doctors), forbidden, clinic_not_found, stale_row_version.';

grant execute on function app_public.deactivate_clinic to app_staff;
