create or replace function app_public.remove_service(clinic_id bigint, service_id bigint, row_version int default null)
returns app_public.services
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  service app_public.services;
begin
  perform app_private.require_clinic_role(remove_service.clinic_id, 'manage');
  service := app_private.require_service(remove_service.clinic_id, remove_service.service_id);
  perform app_private.require_version('services', remove_service.row_version, service.row_version);
  begin
    delete from app_public.service_questions q where q.clinic_id = service.clinic_id and q.service_id = service.id;
    delete from app_public.services s where s.clinic_id = service.clinic_id and s.id = service.id;
    service.is_active := false;
  exception when foreign_key_violation then
    -- It was booked, so it stays, but is not offered any more.
    update app_public.services s set is_active = false
    where s.clinic_id = service.clinic_id and s.id = service.id returning s.* into service;
  end;
  return service;
end
$$;

comment on function app_public.remove_service is
'Removes a service with its questions. One that was booked, or to whose questions there are answers, becomes inactive '
'instead. Returns it. For managers. Refuses forbidden, unauthenticated, service_not_found, stale_row_version.';

grant execute on function app_public.remove_service to app_staff;
