create or replace function app_private.lock_booking(
  clinic_id bigint, booking_id bigint, other_slot_ids bigint[] default '{}')
returns app_public.bookings
language plpgsql volatile
-- Uses a generic plan. Otherwise PostgreSQL plans the statement in each call, since its estimate depends on the length
-- of the list of slots.
set plan_cache_mode = force_generic_plan set jit = off
set search_path = pg_catalog, pg_temp as $$
declare
  seen app_public.bookings;
  booking app_public.bookings;
  slot_ids bigint[];
begin
  select b.* into seen from app_public.bookings b
  where b.clinic_id = lock_booking.clinic_id and b.id = lock_booking.booking_id;
  if seen.id is null then
    perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.',
      jsonb_build_object('bookingId', lock_booking.booking_id::text));
  end if;
  slot_ids := app_private.slots_of_booking(seen) || other_slot_ids;
  perform from app_public.booking_slots bs
  where bs.clinic_id = lock_booking.clinic_id and bs.id = any (slot_ids)
  order by bs.id for update;
  select b.* into booking from app_public.bookings b
  where b.clinic_id = lock_booking.clinic_id and b.id = lock_booking.booking_id for no key update;
  if booking.booking_slot_id <> seen.booking_slot_id
     or booking.service_id is not null and booking.status <> 'cancelled'
       and not app_private.slots_of_booking(booking) <@ slot_ids
  then
    -- Another transaction moved it before the lock was taken. Continuing would lock slots in the wrong order.
    raise exception 'booking % was rescheduled meanwhile', booking.id using errcode = 'serialization_failure';
  end if;
  return booking;
end
$$;

comment on function app_private.lock_booking is
'Locks the booking together with its slots and, if given, others, in the common order of locks, and returns it. '
'Refuses booking_not_found; fails with 40001 if the booking is moved at the same moment: repeat the call.';
