create or replace function app_private.hold_resources(slot app_public.booking_slots, service app_public.services)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  had bigint[];
begin
  perform app_private.lock_resources(slot.clinic_id);
  with given_up as (
    delete from app_public.resource_claims c
    where c.clinic_id = slot.clinic_id and c.held_slot_id = slot.id
    returning c.resource_id
  )
  select array_agg(g.resource_id) into had from given_up g;
  perform app_private.take_resources(app_private.wish_of(slot, service), null, slot.id, slot.held_until, had);
end
$$;

comment on function app_private.hold_resources is
'Keeps the resources that a visit of the service needs, for the hold of its first slot. Called by hold_slot for '
'services with needs. Refuses no_resource_free.';
