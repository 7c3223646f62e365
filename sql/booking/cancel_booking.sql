create or replace function app_public.cancel_booking(
  clinic_id bigint, booking_id bigint, reason text default null, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  by_desk boolean;
  cutoff interval;
  outcome jsonb;
begin
  outcome := app_private.replay_of_booking(cancel_booking.clinic_id, cancel_booking.booking_id, cancel_booking.idempotency_key,
    'cancel_booking', jsonb_build_array(cancel_booking.booking_id, cancel_booking.reason));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.bookings, outcome);
  end if;
  booking := app_private.lock_booking(cancel_booking.clinic_id, cancel_booking.booking_id);
  by_desk := app_private.require_booking_right(booking);
  perform app_private.require_version('bookings', cancel_booking.row_version, booking.row_version);
  if not by_desk and booking.status in ('booked', 'checked_in') then
    select p.cancellation_cutoff into cutoff from app_public.policies p where p.clinic_id = booking.clinic_id;
    if booking.starts_at < now() + cutoff then
      perform app_hidden.refuse('cancellation_too_late', 'It is too late to change this booking. Call the clinic.',
        jsonb_build_object('cancellableUntil', booking.starts_at - cutoff));
    end if;
  end if;
  booking := app_private.end_booking(booking.clinic_id, booking.id,
    (case when by_desk then 'clinic' else 'customer' end)::app_public.booking_party, nullif(btrim(cancel_booking.reason), ''));
  -- What a function returns knows no rights of columns, and who at the desk booked is not for customers.
  booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
  perform app_private.remember(booking.clinic_id, cancel_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_public.cancel_booking(bigint, bigint, text, text, int) is
'Cancels a booking and frees its slot at once. Customers their own, until the clinic''s cancellation cut-off; the desk any of its clinic. Refuses booking_not_found, cancellation_too_late, illegal_transition (not booked any more), forbidden, unauthenticated, idempotency_key_reused, invalid_argument, text_too_long, text_not_accepted, stale_row_version.';

revoke all on function app_public.cancel_booking(bigint, bigint, text, text, int) from public;
grant execute on function app_public.cancel_booking(bigint, bigint, text, text, int) to app_customer;
