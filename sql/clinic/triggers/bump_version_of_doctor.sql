create or replace function app_private.bump_version_of_doctor() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.doctors d set full_name = d.full_name
  where (d.clinic_id, d.id) = (coalesce(NEW.clinic_id, OLD.clinic_id), coalesce(NEW.doctor_id, OLD.doctor_id));
  return null;
end
$$;

comment on function app_private.bump_version_of_doctor is
'Trigger on doctor_specializations: clients see and edit the specializations as part of the doctor, so each change '
'increases the doctor''s row_version.';
