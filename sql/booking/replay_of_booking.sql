create or replace function app_private.replay_of_booking(
  clinic_id bigint, booking_id bigint, key text, operation text, arguments jsonb)
returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings;
  by_desk boolean;
  outcome jsonb;
begin
  if key is null then
    return null;
  end if;
  -- The right of this moment, before anything stored is read. Without a lock: what follows takes it and checks again.
  select b.* into booking from app_public.bookings b
  where b.clinic_id = replay_of_booking.clinic_id and b.id = replay_of_booking.booking_id;
  if booking.id is null then
    perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.',
      jsonb_build_object('bookingId', replay_of_booking.booking_id::text));
  end if;
  by_desk := app_private.require_booking_right(booking);
  outcome := app_private.replay(
    replay_of_booking.clinic_id, replay_of_booking.key, replay_of_booking.operation, replay_of_booking.arguments);
  if not by_desk and outcome is not null then
    -- Stored when the caller still worked at the desk, perhaps.
    outcome := outcome || '{"booked_by_account_id": null}';
  end if;
  return outcome;
end
$$;

comment on function app_private.replay_of_booking(bigint, bigint, text, text, jsonb) is
'app_private.replay for an operation on a booking that its customer may do as well as the desk. The caller''s right to the booking is checked first. Refuses booking_not_found, forbidden, unauthenticated, idempotency_key_reused, invalid_argument.';

revoke all on function app_private.replay_of_booking(bigint, bigint, text, text, jsonb) from public;
