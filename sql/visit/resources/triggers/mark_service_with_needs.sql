create or replace function app_private.mark_service_with_needs() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.services s
  set takes_resources = exists (
    select from app_public.service_needs n where n.clinic_id = s.clinic_id and n.service_id = s.id)
  where (s.clinic_id, s.id) = (coalesce(NEW.clinic_id, OLD.clinic_id), coalesce(NEW.service_id, OLD.service_id));
  return null;
end
$$;

comment on function app_private.mark_service_with_needs is
'Trigger: keeps services.takes_resources, so that bookings of services without needs read nothing more. Clients see '
'the needs as part of the service, so each change increases its row_version.';
