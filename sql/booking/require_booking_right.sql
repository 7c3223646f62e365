create or replace function app_private.require_booking_right(booking app_public.bookings) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if booking.clinic_id = any (app_hidden.desk_clinic_ids()) or app_private.caller_is_operator() then
    return true;
  end if;
  if booking.customer_id = app_hidden.current_customer_id() then
    return false;
  end if;
  if app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif booking.clinic_id = any (app_hidden.staff_clinic_ids()) then
    perform app_hidden.refuse('forbidden', 'Only the desk does this.');
  end if;
  -- Whose booking it is, or whether there is one, is not the caller's to know.
  perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.', jsonb_build_object('bookingId', booking.id::text));
end
$$;

comment on function app_private.require_booking_right(app_public.bookings) is
'Whether the caller acts on a booking as the desk (true) or as its customer (false). Refuses everybody else: unauthenticated, forbidden (staff without the desk''s right), booking_not_found.';

revoke all on function app_private.require_booking_right(app_public.bookings) from public;
