create or replace function app_public.mark_no_show(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- advance_booking checks the caller's right and the time.
  return app_private.advance_booking(mark_no_show.clinic_id, mark_no_show.booking_id, 'no_show',
    mark_no_show.idempotency_key, mark_no_show.row_version);
end
$$;

comment on function app_public.mark_no_show is
'Records that the patient did not come, once the slot has started. For the desk, and for doctors on bookings with '
'them. Refuses forbidden, booking_not_found, not_yet, illegal_transition, idempotency_key_reused, invalid_argument, '
'stale_row_version.';

grant execute on function app_public.mark_no_show to app_staff;
