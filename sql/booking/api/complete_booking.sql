create or replace function app_public.complete_booking(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- advance_booking checks the caller's right and the time.
  return app_private.advance_booking(complete_booking.clinic_id, complete_booking.booking_id, 'completed',
    complete_booking.idempotency_key, complete_booking.row_version);
end
$$;

comment on function app_public.complete_booking is
'Records that the appointment took place. The patient must be checked in. For the desk, and for doctors on bookings '
'with them. Refuses forbidden, booking_not_found, illegal_transition, idempotency_key_reused, invalid_argument, '
'stale_row_version.';

grant execute on function app_public.complete_booking to app_staff;
