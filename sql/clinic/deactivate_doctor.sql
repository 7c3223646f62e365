create or replace function app_public.deactivate_doctor(clinic_id bigint, doctor_id bigint, "cascade" boolean default false)
returns app_public.doctors
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  doctor app_public.doctors;
begin
  perform app_private.require_clinic_role(deactivate_doctor.clinic_id, 'manage');
  perform app_private.lock_schedule(deactivate_doctor.clinic_id);
  select d.* into doctor from app_public.doctors d
  where d.clinic_id = deactivate_doctor.clinic_id and d.id = deactivate_doctor.doctor_id;
  if doctor.id is null then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.', jsonb_build_object('doctorId', deactivate_doctor.doctor_id::text));
  end if;
  perform app_private.clear_schedule(deactivate_doctor.clinic_id, deactivate_doctor.doctor_id, deactivate_doctor."cascade", 'doctor deactivated');
  update app_public.doctors d set is_active = false
  where d.clinic_id = deactivate_doctor.clinic_id and d.id = deactivate_doctor.doctor_id
  returning d.* into doctor;
  return doctor;
end
$$;

comment on function app_public.deactivate_doctor(bigint, bigint, boolean) is
'Takes a doctor out of service. Refuses (still_in_use, with the list) while open slots ahead or live bookings hang on; with `cascade` it withdraws those slots and cancels those bookings, telling their customers, all in one transaction. For managers. Refuses forbidden, clinic_not_found, doctor_not_found.';

revoke all on function app_public.deactivate_doctor(bigint, bigint, boolean) from public;
grant execute on function app_public.deactivate_doctor(bigint, bigint, boolean) to app_staff;
