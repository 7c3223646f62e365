create or replace function app_public.undo_check_in(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- undo_step checks the caller's right and the time limit.
  return app_private.undo_step(undo_check_in.clinic_id, undo_check_in.booking_id, 'checked_in', 'booked',
    undo_check_in.idempotency_key, undo_check_in.row_version);
end
$$;

comment on function app_public.undo_check_in is
'Undoes a check-in that was recorded by mistake: the status is booked again, and reminders that are still due are '
'sent. Within the time limit in app_public.state_transitions. For the desk, and for doctors on bookings with them. '
'Refuses forbidden, booking_not_found, illegal_transition, undo_too_late, customer_busy, idempotency_key_reused, '
'invalid_argument, stale_row_version.';

grant execute on function app_public.undo_check_in to app_staff;
