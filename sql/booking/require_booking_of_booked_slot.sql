create or replace function app_private.require_booking_of_booked_slot() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  the_clinic bigint;
  the_slot bigint;
begin
  if TG_TABLE_NAME = 'bookings' then
    the_clinic := OLD.clinic_id;
    the_slot := OLD.booking_slot_id;
  else
    the_clinic := NEW.clinic_id;
    the_slot := NEW.id;
  end if;
  -- Deferred to the commit, because the slot is taken before its booking is written. Judged by what is true then: in the same
  -- transaction the slot may have been freed again and booked for somebody else.
  if exists (
       select from app_public.booking_slots bs
       where bs.clinic_id = the_clinic and bs.id = the_slot and bs.status = 'booked'
         and not exists (
           select from app_public.bookings b
           where b.clinic_id = bs.clinic_id and b.active_booking_slot_id = bs.id and b.customer_id = bs.customer_id)) then
    raise exception 'booking slot % is booked without a booking of its customer', the_slot using errcode = 'check_violation', constraint = TG_NAME;
  end if;
  return null;
end
$$;

comment on function app_private.require_booking_of_booked_slot() is
'Constraint trigger on booking_slots and bookings: at commit a booked slot has a live or finished booking of its customer, so who ends or moves a booking frees its slot. (The other direction, no booking without a booked slot, is a foreign key.)';

revoke all on function app_private.require_booking_of_booked_slot() from public;
