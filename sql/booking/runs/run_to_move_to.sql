create or replace function app_private.run_to_move_to(
  clinic_id bigint, booking_id bigint, booking_slot_id bigint, service_id bigint, without_service boolean)
returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings;
  slot app_public.booking_slots;
begin
  select b.* into booking from app_public.bookings b
  where b.clinic_id = run_to_move_to.clinic_id and b.id = run_to_move_to.booking_id;
  if booking.status = 'booked' and not run_to_move_to.without_service
     and coalesce(run_to_move_to.service_id, booking.service_id) is not null
  then
    select bs.* into slot from app_public.booking_slots bs
    where bs.clinic_id = booking.clinic_id and bs.id = run_to_move_to.booking_slot_id;
  end if;
  if slot.id is null
     or slot.id = booking.booking_slot_id
       and coalesce(run_to_move_to.service_id, booking.service_id) is not distinct from booking.service_id
  then
    -- One slot, or nothing to do, or refused under the lock.
    return array[run_to_move_to.booking_slot_id];
  end if;
  return app_private.run_of(slot, app_private.service_to_move(booking, run_to_move_to.service_id, slot,
    app_private.acts_as_desk(booking)));
end
$$;

comment on function app_private.run_to_move_to is
'The ids of the slots that a booking will take when it is moved to this slot, in order of time, so that they can be '
'locked together with those that it has. Nothing is locked yet. Refuses booking_not_found, forbidden, '
'unauthenticated, service_not_found, service_not_offered, service_not_for_customer, start_not_offered, run_not_free.';
