create or replace function app_private.list_withdrawn_booking(booking app_public.bookings) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Nobody wants another time for what is over.
  if booking.ends_at > now() then
    insert into app_public.rebooking_list (clinic_id, booking_id, booking_slot_id, reason)
    values (booking.clinic_id, booking.id, booking.booking_slot_id, 'slot_withdrawn')
    on conflict on constraint a_booking_is_listed_once_at_a_time do nothing;
  end if;
end
$$;

comment on function app_private.list_withdrawn_booking(app_public.bookings) is
'Puts a booking that ended because the clinic took its time away onto the rebooking list, so that the desk sees whom to offer another. It stays there until the patient books here again (app_private.resolve_withdrawn) or the desk dismisses it.';

revoke all on function app_private.list_withdrawn_booking(app_public.bookings) from public;
