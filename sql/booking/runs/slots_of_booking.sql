create or replace function app_private.slots_of_booking(booking app_public.bookings) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if booking.service_id is null then
    return array[booking.booking_slot_id];
  end if;
  return booking.booking_slot_id || array(
    select bs.id from app_public.booking_slots bs
    where bs.clinic_id = booking.clinic_id and bs.head_slot_id = booking.booking_slot_id
    order by bs.starts_at);
end
$$;

comment on function app_private.slots_of_booking is 'The ids of the slots of a live booking, in order of time.';
