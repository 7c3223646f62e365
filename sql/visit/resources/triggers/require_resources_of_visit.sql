create or replace function app_private.require_resources_of_visit() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Deferred to the commit, because a move takes the resources anew. Reads the state at commit.
  if exists (
       select from app_public.bookings b
       join app_public.service_needs n on n.clinic_id = b.clinic_id and n.service_id = b.service_id
         and n.need = OLD.need
       where b.clinic_id = OLD.clinic_id and b.id = OLD.booking_id and b.takes_resources and b.status <> 'cancelled'
         and not exists (
           select from app_public.resource_claims c
           where c.clinic_id = b.clinic_id and c.booking_id = b.id and c.need = n.need)) then
    raise exception 'booking % has lost a room or equipment that its service needs', OLD.booking_id
      using errcode = 'check_violation', constraint = TG_NAME;
  end if;
  return null;
end
$$;

comment on function app_private.require_resources_of_visit is
'Constraint trigger on resource_claims: at commit, a booking that is not cancelled still has a resource for each need '
'for which it had one, unless its service does not have the need any more. New bookings get theirs by the trigger '
'claim_resources.';
