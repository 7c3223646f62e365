create or replace function app_public.check_in(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- advance_booking checks the caller's right and the time.
  return app_private.advance_booking(check_in.clinic_id, check_in.booking_id, 'checked_in', check_in.idempotency_key,
    check_in.row_version);
end
$$;

comment on function app_public.check_in is
'Records that the patient has arrived, from the clinic''s local day of the booking on. For the desk, and for doctors '
'on bookings with them. Refuses forbidden, booking_not_found, not_yet, illegal_transition, idempotency_key_reused, '
'invalid_argument, stale_row_version.';

grant execute on function app_public.check_in to app_staff;
