create or replace function app_public.confirm_guest_booking(token text) returns app_public.linked_booking
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  guest app_private.guest_bookings := app_private.guest_booking_of_link(confirm_guest_booking.token);
  booking app_public.bookings;
  own_claims jsonb;
begin
  -- Locked first, as always. A second request with the token waits here and finds the booking.
  perform from app_public.customers c where c.id = guest.customer_id and c.is_active for no key update;
  if not found then
    return app_private.refuse_link();
  end if;
  select gb.* into guest from app_private.guest_bookings gb
  where gb.clinic_id = guest.clinic_id and gb.id = guest.id;
  if guest.booking_id is null then
    perform app_private.confirm_customer(guest.customer_id);
    own_claims := app_private.begin_as_link_holder(guest.customer_id);
    booking := app_public.book_slot(guest.clinic_id, guest.booking_slot_id, service_id => guest.service_id,
      answers => app_private.answers_of_guest(guest), online => guest.online);
    perform app_private.set_claims(own_claims);
    update app_private.guest_bookings gb set booking_id = booking.id, answers = null
    where gb.clinic_id = guest.clinic_id and gb.id = guest.id returning gb.* into guest;
  end if;
  return app_private.linked_booking(guest.clinic_id, guest.booking_id);
end
$$;

comment on function app_public.confirm_guest_booking is
'Books what book_as_guest holds, with the token of the link that it mailed; the address is then proven. Repeating it '
'returns the same booking. After the hold has ended it still books if the slot is free, until a day after the guest '
'asked. For anyone who has the link. Refuses link_invalid (in the field refusal), too_many_attempts, '
'payment_required, slot_taken, slot_held, slot_offered, slot_withdrawn, slot_reserved, slot_not_found, '
'service_not_found, service_not_offered, place_not_offered, service_not_for_customer, start_not_offered, '
'run_not_free, no_resource_free, answer_missing, answer_not_accepted, booking_too_late, booking_too_far_ahead, '
'too_many_bookings, customer_busy, network_takes_too_many; in a shard also global_database_first, shard_behind.';

grant execute on function app_public.confirm_guest_booking to app_anonymous;
