create or replace function app_public.undo_no_show(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- undo_step checks the caller's right and the time limit.
  return app_private.undo_step(undo_no_show.clinic_id, undo_no_show.booking_id, 'no_show', 'booked',
    undo_no_show.idempotency_key, undo_no_show.row_version);
end
$$;

comment on function app_public.undo_no_show is
'Undoes a no-show that was recorded by mistake: the status is booked again, and the patient can be checked in. '
'Within the time limit in app_public.state_transitions. For the desk, and for doctors on bookings with them. Refuses '
'forbidden, booking_not_found, illegal_transition, undo_too_late, customer_busy, idempotency_key_reused, '
'invalid_argument, stale_row_version.';

grant execute on function app_public.undo_no_show to app_staff;
