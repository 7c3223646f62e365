create or replace function app_private.require_reserved_service() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Deferred to the commit, because the slot is updated before its booking is inserted.
  if exists (
       select from app_public.booking_slots bs
       join app_public.bookings b
         on b.clinic_id = bs.clinic_id and b.active_booking_slot_id = coalesce(bs.head_slot_id, bs.id)
       where bs.clinic_id = NEW.clinic_id and bs.id = NEW.id and bs.status = 'booked'
         and bs.service_id is not null and b.service_id is distinct from bs.service_id) then
    raise exception 'booking slot % is reserved for another service than that of its booking', NEW.id
      using errcode = 'check_violation', constraint = TG_NAME;
  end if;
  return null;
end
$$;

comment on function app_private.require_reserved_service is
'Constraint trigger on booking_slots: at commit, a booked slot that is reserved for a service has a booking of that '
'service.';
