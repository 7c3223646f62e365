create or replace function app_public.undo_check_in(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Who may, and until when, is judged there.
  return app_private.undo_step(undo_check_in.clinic_id, undo_check_in.booking_id, 'checked_in', 'booked',
    undo_check_in.idempotency_key, undo_check_in.row_version);
end
$$;

comment on function app_public.undo_check_in(bigint, bigint, text, int) is
'Takes back a check-in that was recorded by mistake: the booking is booked again, and its reminders are sent if they are still ahead. Within the time limit of app_public.state_transitions. For the desk, and for a doctor the own patients. Refuses forbidden, booking_not_found, illegal_transition, undo_too_late, customer_busy, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.undo_check_in(bigint, bigint, text, int) from public;
grant execute on function app_public.undo_check_in(bigint, bigint, text, int) to app_staff;
