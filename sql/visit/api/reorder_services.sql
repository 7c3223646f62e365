create or replace function app_public.reorder_services(clinic_id bigint, service_ids bigint[])
returns setof app_public.services
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  unknown bigint;
begin
  perform app_private.require_clinic_role(reorder_services.clinic_id, 'manage');
  perform from app_public.services s where s.clinic_id = reorder_services.clinic_id order by s.id for no key update;
  select wanted into unknown from unnest(service_ids) wanted
  where not exists (
    select from app_public.services s where s.clinic_id = reorder_services.clinic_id and s.id = wanted)
  limit 1;
  if found then
    perform app_hidden.refuse('service_not_found', 'No such service in this clinic.',
      jsonb_build_object('serviceId', unknown::text));
  end if;
  update app_public.services s set position = o.place
  from (
    select each.id, row_number() over (
      order by array_position(reorder_services.service_ids, each.id), each.position, each.id) as place
    from app_public.services each where each.clinic_id = reorder_services.clinic_id
  ) o
  where s.clinic_id = reorder_services.clinic_id and s.id = o.id and s.position <> o.place;
  return query
    select s.* from app_public.services s where s.clinic_id = reorder_services.clinic_id order by s.position, s.id;
end
$$;

comment on function app_public.reorder_services is
'Puts a clinic''s services in this order; those that are left out follow in their present order. Returns all of them '
'in the new order. For managers. Refuses forbidden, unauthenticated, service_not_found.';

grant execute on function app_public.reorder_services to app_staff;
