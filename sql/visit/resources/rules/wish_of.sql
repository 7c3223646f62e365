create or replace function app_private.wish_of(slot app_public.booking_slots, service app_public.services)
returns app_private.resource_wish
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  starts_at constant timestamptz := slot.starts_at + service.buffer_before;
begin
  return row(slot.clinic_id, service.id, starts_at, coalesce(starts_at + service.duration, slot.ends_at));
end
$$;

comment on function app_private.wish_of is
'The resources that a visit needs if it begins with this slot. `service` is a result of app_private.offered_service.';
