create or replace function app_private.claim_resources() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  had bigint[];
begin
  if TG_OP = 'UPDATE' then
    if NEW.status = 'cancelled' or not NEW.takes_resources then
      delete from app_public.resource_claims c where c.clinic_id = NEW.clinic_id and c.booking_id = NEW.id;
      return null;
    elsif (NEW.booking_slot_id, NEW.service_id) is not distinct from (OLD.booking_slot_id, OLD.service_id) then
      return null;
    end if;
  end if;
  perform app_private.lock_resources(NEW.clinic_id);
  with given_up as (
    delete from app_public.resource_claims c
    where c.clinic_id = NEW.clinic_id and (c.booking_id = NEW.id or c.held_slot_id = NEW.booking_slot_id)
    returning c.resource_id
  )
  select array_agg(g.resource_id) into had from given_up g;
  perform app_private.take_resources(
    row(NEW.clinic_id, NEW.service_id, NEW.visit_starts_at, NEW.visit_ends_at)::app_private.resource_wish,
    NEW.id, null, null, had);
  return null;
end
$$;

comment on function app_private.claim_resources is
'Trigger on bookings of services with needs: takes a resource for each need, preferably those that the booking or the '
'hold of its slot had; gives them up when the booking is cancelled. Refuses no_resource_free.';
