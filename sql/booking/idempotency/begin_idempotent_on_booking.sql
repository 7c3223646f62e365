create or replace function app_private.begin_idempotent_on_booking(
  clinic_id bigint, booking_id bigint, key text, operation text, arguments jsonb)
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings;
  by_desk boolean;
begin
  if key is null then
    return null;
  end if;
  -- The caller's present right is checked before a stored outcome is read. The booking is not locked here: the
  -- operation locks it and checks the right again.
  select b.* into booking from app_public.bookings b
  where b.clinic_id = begin_idempotent_on_booking.clinic_id and b.id = begin_idempotent_on_booking.booking_id;
  if booking.id is null then
    perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.',
      jsonb_build_object('bookingId', begin_idempotent_on_booking.booking_id::text));
  end if;
  by_desk := app_private.acts_as_desk(booking);
  booking := app_private.begin_idempotent(booking.clinic_id, begin_idempotent_on_booking.key,
    begin_idempotent_on_booking.operation, begin_idempotent_on_booking.arguments, null::app_public.bookings);
  if not by_desk and booking.id is not null then
    -- The outcome may have been stored when the caller still worked at the desk.
    booking.booked_by_account_id := null;
  end if;
  return booking;
end
$$;

comment on function app_private.begin_idempotent_on_booking is
'app_private.begin_idempotent for an operation on a booking that its customer may perform as well as the desk. Checks '
'the caller''s right to the booking first. Refuses booking_not_found, forbidden, unauthenticated, '
'idempotency_key_reused, invalid_argument.';
