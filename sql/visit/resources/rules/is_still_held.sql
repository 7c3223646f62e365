create or replace function app_private.is_still_held(claim app_public.resource_claims) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return claim.held_until > now() and exists (
    select from app_public.booking_slots bs
    where bs.clinic_id = claim.clinic_id and bs.id = claim.held_slot_id and bs.status = 'held'
      and bs.held_until = claim.held_until);
end
$$;

comment on function app_private.is_still_held is
'Whether the hold for which a resource is kept has not ended: its slot is still held, and the hold ends at the same '
'moment as when the resource was taken.';
