create or replace function app_private.require_booking_of_booked_slot() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  the_clinic bigint;
  the_slot bigint;
  is_visit boolean := false;
  is_broken boolean;
begin
  if TG_TABLE_NAME = 'bookings' then
    the_clinic := OLD.clinic_id;
    the_slot := OLD.booking_slot_id;
    is_visit := OLD.service_id is not null;
  else
    the_clinic := NEW.clinic_id;
    the_slot := NEW.id;
  end if;
  -- Deferred to the commit, because the slot is updated before its booking is inserted. Reads the state at commit: the
  -- slot may have been freed and booked for another customer in the same transaction.
  is_broken := exists (
    select from app_public.booking_slots bs
    where bs.clinic_id = the_clinic and bs.id = the_slot and bs.status = 'booked'
      and not exists (
        select from app_public.bookings b
        where b.clinic_id = bs.clinic_id and b.active_booking_slot_id = coalesce(bs.head_slot_id, bs.id)
          and b.customer_id = bs.customer_id));
  -- The other slots of a visit. A statement of its own: with an "or" in one, PostgreSQL planned it at each booking.
  if is_visit and not is_broken then
    is_broken := exists (
      select from app_public.booking_slots bs
      where bs.clinic_id = the_clinic and bs.head_slot_id = the_slot
        and not exists (
          select from app_public.bookings b
          where b.clinic_id = bs.clinic_id and b.active_booking_slot_id = bs.head_slot_id
            and b.customer_id = bs.customer_id));
  end if;
  if is_broken then
    raise exception 'booking slot % is booked without a booking of its customer',
      the_slot using errcode = 'check_violation', constraint = TG_NAME;
  end if;
  return null;
end
$$;

comment on function app_private.require_booking_of_booked_slot is
'Constraint trigger on booking_slots and bookings: at commit, a booked slot, or the head of its visit, has a booking '
'of its customer that is not cancelled. So cancelling or moving a booking must free its slots. A foreign key keeps '
'the other direction: no booking without a booked slot.';
