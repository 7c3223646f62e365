create or replace function app_public.mark_no_show(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Who may, and when, is judged there.
  return app_private.advance_booking(mark_no_show.clinic_id, mark_no_show.booking_id, 'no_show', mark_no_show.idempotency_key, mark_no_show.row_version);
end
$$;

comment on function app_public.mark_no_show(bigint, bigint, text, int) is
'Notes that the patient did not come, once the slot has started. For the desk, and for a doctor the own patients. Refuses forbidden, booking_not_found, not_yet, illegal_transition, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.mark_no_show(bigint, bigint, text, int) from public;
grant execute on function app_public.mark_no_show(bigint, bigint, text, int) to app_staff;
