create or replace function app_private.open_visit(
  clinic_id bigint, booking_id bigint, operation text, idempotency_key text, row_version int,
  out booking app_public.bookings, out is_done boolean)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  outcome jsonb;
begin
  perform app_private.require_clinic_role(open_visit.clinic_id, 'staff');
  if open_visit.idempotency_key is not null then
    -- The right of this moment, before anything stored is read.
    select b.* into booking from app_public.bookings b
    where b.clinic_id = open_visit.clinic_id and b.id = open_visit.booking_id;
    if booking.id is null then
      perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.',
        jsonb_build_object('bookingId', open_visit.booking_id::text));
    end if;
    perform app_private.require_desk_or_own_doctor(booking.clinic_id, booking.doctor_id);
  end if;
  outcome := app_private.replay(open_visit.clinic_id, open_visit.idempotency_key, open_visit.operation,
    jsonb_build_array(open_visit.booking_id));
  is_done := outcome is not null;
  if is_done then
    booking := jsonb_populate_record(null::app_public.bookings, outcome);
    return;
  end if;
  booking := app_private.lock_booking(open_visit.clinic_id, open_visit.booking_id);
  -- Doctors record what becomes of their own patients, the desk of all.
  perform app_private.require_desk_or_own_doctor(booking.clinic_id, booking.doctor_id);
  perform app_private.require_version('bookings', open_visit.row_version, booking.row_version);
end
$$;

comment on function app_private.open_visit(bigint, bigint, text, text, int) is
'What advance_booking and undo_step begin with: checks the caller''s right and locks the booking. `is_done` says that this operation was done before under the idempotency key; the booking is then the stored outcome. Refuses unauthenticated, forbidden, booking_not_found, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_private.open_visit(bigint, bigint, text, text, int) from public;
