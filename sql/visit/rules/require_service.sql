create or replace function app_private.require_service(clinic_id bigint, service_id bigint)
returns app_public.services
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  service app_public.services;
begin
  select s.* into service from app_public.services s
  where s.clinic_id = require_service.clinic_id and s.id = require_service.service_id for no key update;
  if service.id is null then
    perform app_hidden.refuse('service_not_found', 'No such service in this clinic.',
      jsonb_build_object('serviceId', require_service.service_id::text));
  end if;
  return service;
end
$$;

comment on function app_private.require_service is
'A service of the clinic, active or not, locked for a change. Refuses service_not_found.';
