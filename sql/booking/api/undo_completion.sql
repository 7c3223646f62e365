create or replace function app_public.undo_completion(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- undo_step checks the caller's right and the time limit.
  return app_private.undo_step(undo_completion.clinic_id, undo_completion.booking_id, 'completed', 'checked_in',
    undo_completion.idempotency_key, undo_completion.row_version);
end
$$;

comment on function app_public.undo_completion is
'Undoes the completion of an appointment that was recorded by mistake: the patient is checked in again. Within the '
'time limit in app_public.state_transitions. For the desk, and for doctors on bookings with them. Refuses forbidden, '
'booking_not_found, illegal_transition, undo_too_late, customer_busy, idempotency_key_reused, invalid_argument, '
'stale_row_version.';

grant execute on function app_public.undo_completion to app_staff;
