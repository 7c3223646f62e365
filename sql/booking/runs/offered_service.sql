create or replace function app_private.offered_service(
  clinic_id bigint, service_id bigint, doctor_id bigint, is_kept boolean default false)
returns app_public.services
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  service app_public.services;
  offer app_public.doctor_services;
begin
  select s.* into service from app_public.services s
  where s.clinic_id = offered_service.clinic_id and s.id = offered_service.service_id
    and (s.is_active or offered_service.is_kept);
  if service.id is null then
    perform app_hidden.refuse('service_not_found', 'No such service in this clinic, or it is no longer offered.',
      jsonb_build_object('serviceId', offered_service.service_id::text));
  end if;
  service.takes_resources := service.takes_resources and service.mode <> 'online';
  if offered_service.doctor_id is null then
    return service;
  end if;
  select ds.* into offer from app_public.doctor_services ds
  where ds.clinic_id = service.clinic_id and ds.doctor_id = offered_service.doctor_id and ds.service_id = service.id;
  if offer.service_id is null then
    perform app_hidden.refuse('service_not_offered', 'This doctor does not offer this service.',
      jsonb_build_object('serviceId', service.id::text, 'doctorId', offered_service.doctor_id::text));
  end if;
  service.duration := coalesce(offer.duration, service.duration);
  return service;
end
$$;

comment on function app_private.offered_service is
'A service as a doctor offers it: `duration` is the doctor''s own, if there is one, and `takes_resources` is false '
'if it takes place online. Without `doctor_id` it is the service as such. With `is_kept`, for a booking that keeps '
'its service, the service may be inactive. Refuses service_not_found, service_not_offered.';
