create or replace function app_private.bump_version_of_service() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.services s set name = s.name
  where (s.clinic_id, s.id) = (coalesce(NEW.clinic_id, OLD.clinic_id), coalesce(NEW.service_id, OLD.service_id));
  return null;
end
$$;

comment on function app_private.bump_version_of_service is
'Trigger on doctor_services: clients see and edit the doctors as part of the service, so each change increases the '
'service''s row_version.';
