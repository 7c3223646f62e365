create or replace function app_public.check_in(clinic_id bigint, booking_id bigint, idempotency_key text default null) returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Who may, and when, is judged there.
  return app_private.advance_booking(check_in.clinic_id, check_in.booking_id, 'checked_in', check_in.idempotency_key);
end
$$;

comment on function app_public.check_in(bigint, bigint, text) is
'Notes that the patient has arrived. From the clinics local day of the booking on. For the desk, and for a doctor the own patients. Refuses forbidden, booking_not_found, not_yet, illegal_transition, idempotency_key_reused, invalid_argument.';

revoke all on function app_public.check_in(bigint, bigint, text) from public;
grant execute on function app_public.check_in(bigint, bigint, text) to app_staff;
