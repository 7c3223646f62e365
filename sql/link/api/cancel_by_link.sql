create or replace function app_public.cancel_by_link(
  token text, reason text default null, idempotency_key text default null)
returns app_public.linked_booking
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings := app_private.booking_of_link(cancel_by_link.token, 'manage');
  own_claims jsonb;
begin
  if booking.id is null then
    return app_private.refuse_link();
  end if;
  own_claims := app_private.begin_as_link_holder(booking.customer_id);
  perform app_public.cancel_booking(
    booking.clinic_id, booking.id, cancel_by_link.reason, cancel_by_link.idempotency_key);
  perform app_private.set_claims(own_claims);
  return app_private.linked_booking(booking.clinic_id, booking.id);
end
$$;

comment on function app_public.cancel_by_link is
'Cancels the booking to which the link of a message leads, as its customer, by the rules of cancel_booking. For anyone '
'who has the link. The events name the customer as the actor, without an account. Refuses link_invalid (in the field '
'refusal), too_many_attempts, cancellation_too_late, illegal_transition (no longer booked), idempotency_key_reused, '
'invalid_argument, text_too_long, text_not_accepted.';

grant execute on function app_public.cancel_by_link to app_anonymous;
