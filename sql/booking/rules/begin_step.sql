create or replace function app_private.begin_step(
  clinic_id bigint, booking_id bigint, operation text, idempotency_key text, row_version int,
  out booking app_public.bookings, out is_done boolean)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.require_clinic_role(begin_step.clinic_id, 'staff');
  if begin_step.idempotency_key is not null then
    -- The caller's present right is checked before a stored outcome is read.
    select b.* into booking from app_public.bookings b
    where b.clinic_id = begin_step.clinic_id and b.id = begin_step.booking_id;
    if booking.id is null then
      perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.',
        jsonb_build_object('bookingId', begin_step.booking_id::text));
    end if;
    perform app_private.require_desk_or_own_doctor(booking.clinic_id, booking.doctor_id);
  end if;
  booking := app_private.begin_idempotent(begin_step.clinic_id, begin_step.idempotency_key, begin_step.operation,
    jsonb_build_array(begin_step.booking_id), null::app_public.bookings);
  is_done := booking.id is not null;
  if is_done then
    return;
  end if;
  booking := app_private.lock_booking(begin_step.clinic_id, begin_step.booking_id);
  -- Doctors act on bookings with them, the desk on all.
  perform app_private.require_desk_or_own_doctor(booking.clinic_id, booking.doctor_id);
  perform app_private.require_version('bookings', begin_step.row_version, booking.row_version);
end
$$;

comment on function app_private.begin_step is
'The beginning of advance_booking and undo_step: checks the caller''s right and locks the booking. `is_done` means '
'that this operation was performed before under the idempotency key; `booking` is then the stored outcome. Refuses '
'unauthenticated, forbidden, booking_not_found, idempotency_key_reused, invalid_argument, stale_row_version.';
