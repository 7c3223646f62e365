create or replace function app_private.list_withdrawn_booking(booking app_public.bookings) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- No other time is needed for an appointment that is over.
  if booking.ends_at > now() then
    insert into app_public.rebooking_list (clinic_id, booking_id, booking_slot_id, reason)
    values (booking.clinic_id, booking.id, booking.booking_slot_id, 'slot_withdrawn')
    on conflict on constraint a_booking_is_listed_once_at_a_time do nothing;
  end if;
end
$$;

comment on function app_private.list_withdrawn_booking is
'Puts a booking that the clinic cancelled by withdrawing its slot on the rebooking list, so that the desk can offer '
'another time. The entry stays until the patient books here again (app_private.resolve_withdrawn) or the desk '
'dismisses it.';
