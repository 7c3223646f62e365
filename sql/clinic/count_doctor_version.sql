create or replace function app_private.count_doctor_version() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.doctors d set full_name = d.full_name
  where (d.clinic_id, d.id) = (coalesce(NEW.clinic_id, OLD.clinic_id), coalesce(NEW.doctor_id, OLD.doctor_id));
  return null;
end
$$;

comment on function app_private.count_doctor_version() is
'Trigger on doctor_specializations: a doctor''s specializations are part of what clients see and edit as the doctor, so a change of them is a new version of the doctor.';

revoke all on function app_private.count_doctor_version() from public;
