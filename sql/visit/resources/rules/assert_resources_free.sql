create or replace function app_private.assert_resources_free(
  slot app_public.booking_slots, service app_public.services) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  wish constant app_private.resource_wish := app_private.wish_of(slot, service);
begin
  if service.takes_resources and not app_private.has_free_resources(wish, own_slot_id => slot.id) then
    perform app_private.refuse_without_resources(wish);
  end if;
end
$$;

comment on function app_private.assert_resources_free is
'Checks that the rooms and equipment that a visit of the service needs are free, if it begins with this slot. Those '
'that are kept for a hold of the slot count as free. `service` is a result of app_private.offered_service. Refuses '
'no_resource_free.';
