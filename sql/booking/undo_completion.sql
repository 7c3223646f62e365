create or replace function app_public.undo_completion(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Who may, and until when, is judged there.
  return app_private.undo_step(undo_completion.clinic_id, undo_completion.booking_id, 'completed', 'checked_in',
    undo_completion.idempotency_key, undo_completion.row_version);
end
$$;

comment on function app_public.undo_completion(bigint, bigint, text, int) is
'Takes back the completion of a visit that was recorded by mistake: the patient is checked in again. Within the time limit of app_public.state_transitions. For the desk, and for a doctor the own patients. Refuses forbidden, booking_not_found, illegal_transition, undo_too_late, customer_busy, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.undo_completion(bigint, bigint, text, int) from public;
grant execute on function app_public.undo_completion(bigint, bigint, text, int) to app_staff;
