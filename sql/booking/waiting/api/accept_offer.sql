create or replace function app_public.accept_offer(
  clinic_id bigint, offer_id bigint, answers jsonb default null, idempotency_key text default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  offer app_public.slot_offers := app_private.own_offer(accept_offer.clinic_id, accept_offer.offer_id);
begin
  -- With a key, a repeated request gets the booking that the first one made.
  if offer.state in ('declined', 'lost') or offer.state = 'accepted' and accept_offer.idempotency_key is null then
    perform app_hidden.refuse('offer_ended', 'This offer has ended.', jsonb_build_object('state', offer.state));
  end if;
  return app_private.take_offer(offer, accept_offer.answers, accept_offer.idempotency_key);
end
$$;

comment on function app_public.accept_offer is
'Accepts an offered time: books it, or, if the patient waits with a booking, moves that booking to it, by the rules '
'of book_slot and reschedule_booking. This is possible from the beginning of the head start, also after its end, '
'until somebody else has taken the time. For its customer and the desk. Refuses offer_not_found, payment_required, '
'place_not_offered, offer_ended, slot_offered (the head start has not begun), slot_taken, slot_held, slot_withdrawn, '
'doctor_absent, slot_reserved, slot_not_found, run_not_free, no_resource_free, service_not_found, '
'service_not_offered, service_not_for_customer, start_not_offered, question_not_found, answer_missing, '
'answer_not_accepted, booking_not_found, illegal_transition, cancellation_too_late, booking_too_late, '
'booking_too_far_ahead, slot_in_the_past, too_many_bookings, email_not_confirmed, network_takes_too_many, '
'customer_busy, customer_not_found, customer_not_confirmed, idempotency_key_reused, invalid_argument, text_too_long, '
'text_not_accepted, forbidden, unauthenticated; in a shard also global_database_first, shard_behind.';

grant execute on function app_public.accept_offer to app_customer;
