create or replace function app_private.advance_booking(
  clinic_id bigint, booking_id bigint, to_status app_public.booking_status, idempotency_key text, row_version int)
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  zone text;
  outcome jsonb;
begin
  perform app_private.require_clinic_role(advance_booking.clinic_id, 'staff');
  if advance_booking.idempotency_key is not null then
    -- The right of this moment, before anything stored is read.
    select b.* into booking from app_public.bookings b
    where b.clinic_id = advance_booking.clinic_id and b.id = advance_booking.booking_id;
    if booking.id is null then
      perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.',
        jsonb_build_object('bookingId', advance_booking.booking_id::text));
    end if;
    perform app_private.require_desk_or_own_doctor(booking.clinic_id, booking.doctor_id);
  end if;
  outcome := app_private.replay(advance_booking.clinic_id, advance_booking.idempotency_key, advance_booking.to_status::text,
    jsonb_build_array(advance_booking.booking_id));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.bookings, outcome);
  end if;
  booking := app_private.lock_booking(advance_booking.clinic_id, advance_booking.booking_id);
  -- A doctor sees to the own patients; everybody's are the desk's.
  perform app_private.require_desk_or_own_doctor(booking.clinic_id, booking.doctor_id);
  perform app_private.require_version('bookings', advance_booking.row_version, booking.row_version);
  select c.time_zone into zone from app_public.clinics c where c.id = booking.clinic_id;
  if advance_booking.to_status = 'checked_in' and booking.slot_date > (now() at time zone zone)::date
     or advance_booking.to_status = 'no_show' and booking.starts_at > now() then
    perform app_hidden.refuse('not_yet', 'It is too early for that.', jsonb_build_object('startsAt', booking.starts_at));
  end if;
  if booking.status = advance_booking.to_status then
    -- The trigger of the transitions sees changes only.
    perform app_hidden.refuse('illegal_transition', format('The booking is %s already.', booking.status), jsonb_build_object('status', booking.status));
  end if;
  update app_public.bookings b set status = advance_booking.to_status
  where b.clinic_id = booking.clinic_id and b.id = booking.id
  returning b.* into booking;
  perform app_private.drop_notifications(booking);
  perform app_private.remember(booking.clinic_id, advance_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_private.advance_booking(bigint, bigint, app_public.booking_status, text, int) is
'The way of a booking on its day: checked_in (from the clinic''s local day on), completed, no_show (once it has started). For the desk, and for a doctor the own patients. Reminders still pending are dropped. Refuses forbidden, booking_not_found, not_yet, illegal_transition, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_private.advance_booking(bigint, bigint, app_public.booking_status, text, int) from public;
