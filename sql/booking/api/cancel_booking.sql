create or replace function app_public.cancel_booking(
  clinic_id bigint, booking_id bigint, reason text default null, idempotency_key text default null,
  row_version int default null, keeps_fee boolean default false)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  by_desk boolean;
  freed bigint[];
begin
  cancel_booking.reason := app_hidden.prose_or_null(cancel_booking.reason);
  booking := app_private.begin_idempotent_on_booking(cancel_booking.clinic_id, cancel_booking.booking_id,
    cancel_booking.idempotency_key,
    'cancel_booking', jsonb_build_array(cancel_booking.booking_id, cancel_booking.reason)
      || case when cancel_booking.keeps_fee then '"keepsFee"'::jsonb else '[]' end);
  if booking.id is not null then
    return booking;
  end if;
  booking := app_private.lock_booking(cancel_booking.clinic_id, cancel_booking.booking_id);
  by_desk := app_private.acts_as_desk(booking);
  perform app_private.require_version('bookings', cancel_booking.row_version, booking.row_version);
  if not by_desk and booking.status in ('booked', 'checked_in') then
    perform app_private.assert_cancellable(booking);
  end if;
  freed := app_private.slots_of_booking(booking);
  booking := app_private.end_booking(booking.clinic_id, booking.id,
    (case when by_desk then 'clinic' else 'customer' end)::app_public.booking_party, cancel_booking.reason,
    keeps_fee => by_desk and cancel_booking.keeps_fee);
  perform app_private.offer_freed_slots(booking.clinic_id, freed, booking.customer_id);
  -- Column privileges do not apply to a function's result, and customers may not see which employee booked.
  booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
  perform app_private.finish_idempotent(booking.clinic_id, cancel_booking.idempotency_key, booking);
  return booking;
end
$$;

comment on function app_public.cancel_booking is
'Cancels a booking and frees its slots immediately. Customers cancel their own bookings until the cancellation '
'cut-off of the service or, if it has none, of the clinic; the desk cancels any booking of its clinic. What was paid '
'for the visit becomes credit; with `keeps_fee` the desk keeps what the price demands in advance, because the patient '
'cancels late. Refuses booking_not_found, cancellation_too_late, illegal_transition (no longer booked), forbidden, '
'unauthenticated, idempotency_key_reused, invalid_argument, text_too_long, text_not_accepted, stale_row_version.';

grant execute on function app_public.cancel_booking to app_customer;
