create or replace function app_private.require_offer() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Deferred to the commit, because the slots are held before the offers are inserted. Reads the state at commit.
  if exists (
       select from app_public.booking_slots bs
       where bs.clinic_id = NEW.clinic_id and bs.id = NEW.id and bs.status = 'held' and bs.customer_id is null
         -- An expired hold is free, whatever became of its offers.
         and bs.held_until > now()
         and not exists (
           select from app_public.slot_offers o
           where o.clinic_id = bs.clinic_id and o.slot_ids @> array[bs.id] and o.state = 'offered')) then
    raise exception 'booking slot % is held neither for a customer nor for the waiting list', NEW.id
      using errcode = 'check_violation', constraint = TG_NAME;
  end if;
  return null;
end
$$;

comment on function app_private.require_offer is
'Constraint trigger on booking_slots: at commit, a slot that is held without a customer is offered to somebody on the '
'waiting list.';
