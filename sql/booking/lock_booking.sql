create or replace function app_private.lock_booking(clinic_id bigint, booking_id bigint, other_slot_id bigint default null)
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  seen app_public.bookings;
  booking app_public.bookings;
begin
  select b.* into seen from app_public.bookings b where b.clinic_id = lock_booking.clinic_id and b.id = lock_booking.booking_id;
  if seen.id is null then
    perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.', jsonb_build_object('bookingId', lock_booking.booking_id::text));
  end if;
  perform from app_public.booking_slots bs
  where bs.clinic_id = lock_booking.clinic_id and bs.id in (seen.booking_slot_id, lock_booking.other_slot_id)
  order by bs.id for update;
  select b.* into booking from app_public.bookings b
  where b.clinic_id = lock_booking.clinic_id and b.id = lock_booking.booking_id for no key update;
  if booking.booking_slot_id <> seen.booking_slot_id then
    -- It was moved to another slot between the look and the lock. Going on would lock slots out of order.
    raise exception 'booking % was rescheduled meanwhile', booking.id using errcode = 'serialization_failure';
  end if;
  return booking;
end
$$;

comment on function app_private.lock_booking(bigint, bigint, bigint) is
'The booking, locked together with its slot and, if named, another slot, in the order everybody locks in. Refuses booking_not_found; 40001 when the booking moves in that moment: repeat.';

revoke all on function app_private.lock_booking(bigint, bigint, bigint) from public;
