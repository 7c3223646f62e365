create or replace function app_private.take_resources(
  wish app_private.resource_wish, booking_id bigint, held_slot_id bigint, held_until timestamptz, preferred bigint[])
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.remove_ended_claims(r, wish.starts_at, wish.ends_at)
  from app_public.service_needs n
  join app_public.resources r on r.clinic_id = n.clinic_id and r.id = n.resource_id
  where n.clinic_id = wish.clinic_id and n.service_id = wish.service_id;
  insert into app_public.resource_claims (clinic_id, resource_id, need, booking_id, held_slot_id, held_until, during)
  select distinct on (f.need) wish.clinic_id, f.resource_id, f.need, take_resources.booking_id,
    take_resources.held_slot_id, take_resources.held_until, tstzrange(wish.starts_at, wish.ends_at + r.turnover)
  from app_private.free_resources(wish) f
  join app_public.resources r on r.clinic_id = wish.clinic_id and r.id = f.resource_id
  order by f.need, f.resource_id = any (preferred) desc nulls last, f.resource_id;
  if exists (
       select n.need from app_public.service_needs n
       where n.clinic_id = wish.clinic_id and n.service_id = wish.service_id
       except
       select c.need from app_public.resource_claims c
       where c.clinic_id = wish.clinic_id
         and (c.booking_id = take_resources.booking_id or c.held_slot_id = take_resources.held_slot_id)) then
    perform app_private.refuse_without_resources(wish);
  end if;
exception when exclusion_violation then
  -- Only if somebody inserts claims without app_private.lock_resources.
  perform app_private.refuse_without_resources(wish);
end
$$;

comment on function app_private.take_resources is
'Takes a resource for each need of a visit, for a booking or for the hold of a slot: one of `preferred` if it is free, '
'else that with the lowest id. The caller has called app_private.lock_resources. Refuses no_resource_free.';
