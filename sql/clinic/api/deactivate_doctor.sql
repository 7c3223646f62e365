create or replace function app_public.deactivate_doctor(
  clinic_id bigint, doctor_id bigint, "cascade" boolean default false, row_version int default null)
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
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.',
      jsonb_build_object('doctorId', deactivate_doctor.doctor_id::text));
  end if;
  perform app_private.require_version('doctors', deactivate_doctor.row_version, doctor.row_version);
  perform app_private.clear_schedule(
    deactivate_doctor.clinic_id, deactivate_doctor.doctor_id, deactivate_doctor."cascade", 'doctor deactivated');
  -- The version is checked again here: the doctor is locked only now, after the slots and bookings, as the lock order
  -- requires.
  update app_public.doctors d
  set is_active = false, row_version = coalesce(deactivate_doctor.row_version, d.row_version)
  where d.clinic_id = deactivate_doctor.clinic_id and d.id = deactivate_doctor.doctor_id
  returning d.* into doctor;
  return doctor;
end
$$;

comment on function app_public.deactivate_doctor is
'Deactivates a doctor. With `cascade` the doctor''s future open slots are withdrawn and the future live bookings are '
'cancelled and put on the rebooking list, all in one transaction. The customers are notified if an address is known; '
'the query bookingsToPhone lists those who have to be phoned. Bookings that have begun keep their state and can still '
'be completed. A doctor who is activated again gets new slots. For managers. Refuses still_in_use (without `cascade`; '
'the detail lists the open slots and live bookings), forbidden, clinic_not_found, doctor_not_found, '
'stale_row_version.';

grant execute on function app_public.deactivate_doctor to app_staff;
