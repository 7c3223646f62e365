create or replace function app_public.complete_booking(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Who may, and when, is judged there.
  return app_private.advance_booking(complete_booking.clinic_id, complete_booking.booking_id, 'completed', complete_booking.idempotency_key, complete_booking.row_version);
end
$$;

comment on function app_public.complete_booking(bigint, bigint, text, int) is
'Notes that the appointment took place; the patient was checked in before. For the desk, and for a doctor the own patients. Refuses forbidden, booking_not_found, illegal_transition, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.complete_booking(bigint, bigint, text, int) from public;
grant execute on function app_public.complete_booking(bigint, bigint, text, int) to app_staff;
