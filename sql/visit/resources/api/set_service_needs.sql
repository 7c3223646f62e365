create or replace function app_public.set_service_needs(
  clinic_id bigint, service_id bigint, needs jsonb, row_version int default null)
returns app_public.services
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  service app_public.services;
  present app_public.service_needs[];
  wanted record;
  used int[] := '{}';
  number int;
begin
  perform app_private.require_clinic_role(set_service_needs.clinic_id, 'manage');
  service := app_private.require_service(set_service_needs.clinic_id, set_service_needs.service_id);
  perform app_private.require_version('services', set_service_needs.row_version, service.row_version);
  present := array(
    select n from app_public.service_needs n where n.clinic_id = service.clinic_id and n.service_id = service.id);
  delete from app_public.service_needs n where n.clinic_id = service.clinic_id and n.service_id = service.id;
  for wanted in
    select w.need, array_agg(w.resource_id order by w.resource_id) as resource_ids
    from app_private.read_needs(set_service_needs.needs) w group by w.need order by w.need
  loop
    -- A need that keeps one of its resources keeps its number, which the claims of bookings have.
    select min(p.need) into number
    from unnest(present) p where p.resource_id = any (wanted.resource_ids) and p.need <> all (used);
    number := coalesce(number, (
      select coalesce(max(n), 0) + 1 from unnest(used || array(select p.need from unnest(present) p)) n));
    used := used || number;
    insert into app_public.service_needs (clinic_id, service_id, resource_id, need)
    select service.clinic_id, service.id, (app_private.require_resource(service.clinic_id, r)).id, number
    from unnest(wanted.resource_ids) r;
  end loop;
  select s.* into service from app_public.services s where s.clinic_id = service.clinic_id and s.id = service.id;
  return service;
end
$$;

comment on function app_public.set_service_needs is
'Says which rooms and equipment a visit to a service takes, these and no others: `needs` has a list of the ids of '
'resources for each need, [["1", "2"], ["3"]] for one of two rooms and the ultrasound machine; [] for nothing. A '
'resource serves one need of a service. Bookings keep what they have until they are moved. For managers. Refuses '
'forbidden, unauthenticated, service_not_found, resource_not_found, invalid_argument, stale_row_version.';

grant execute on function app_public.set_service_needs to app_staff;
