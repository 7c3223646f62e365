create or replace function app_public.set_doctor_specializations(
  clinic_id bigint, doctor_id bigint, specialization_ids bigint[], row_version int default null)
returns app_public.doctors
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  doctor app_public.doctors;
begin
  perform app_private.require_clinic_role(set_doctor_specializations.clinic_id, 'manage');
  select d.* into doctor from app_public.doctors d
  where d.clinic_id = set_doctor_specializations.clinic_id and d.id = set_doctor_specializations.doctor_id
  for no key update;
  if doctor.id is null then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.',
      jsonb_build_object('doctorId', set_doctor_specializations.doctor_id::text));
  end if;
  perform app_private.require_version('doctors', set_doctor_specializations.row_version, doctor.row_version);
  if exists (
       select from unnest(specialization_ids) wanted
       where not exists (select from app_public.specializations s where s.id = wanted)) then
    perform app_hidden.refuse('invalid_argument', 'There is no such specialization.',
      '{"argument": "specializationIds"}');
  end if;
  delete from app_public.doctor_specializations ds
  where ds.clinic_id = doctor.clinic_id and ds.doctor_id = doctor.id
    and ds.specialization_id <> all (coalesce(specialization_ids, '{}'));
  insert into app_public.doctor_specializations (clinic_id, doctor_id, specialization_id)
  select distinct doctor.clinic_id, doctor.id, wanted from unnest(specialization_ids) wanted
  on conflict do nothing;
  select d.* into doctor from app_public.doctors d where d.clinic_id = doctor.clinic_id and d.id = doctor.id;
  return doctor;
end
$$;

comment on function app_public.set_doctor_specializations is
'Replaces a doctor''s specializations with these. For managers. Refuses forbidden, unauthenticated, doctor_not_found, '
'invalid_argument, stale_row_version.';

grant execute on function app_public.set_doctor_specializations to app_staff;
