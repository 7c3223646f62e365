create or replace function app_private.require_booking_of_booked_slot() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Deferred to the commit, because the slot is taken before its booking is written. Judged by what is true then.
  if exists (select from app_public.booking_slots bs where bs.clinic_id = NEW.clinic_id and bs.id = NEW.id and bs.status = 'booked')
     and not exists (
       select from app_public.bookings b
       where b.clinic_id = NEW.clinic_id and b.active_booking_slot_id = NEW.id and b.customer_id = NEW.customer_id) then
    raise exception 'booking slot % is booked without a booking', NEW.id using errcode = 'check_violation', constraint = TG_NAME;
  end if;
  return null;
end
$$;

comment on function app_private.require_booking_of_booked_slot() is
'Constraint trigger: at commit a booked slot has a live or finished booking of its customer. (The other direction, no booking without a booked slot, is a foreign key.)';

revoke all on function app_private.require_booking_of_booked_slot() from public;
