create or replace function app_public.accept_offer_by_link(
  token text, answers jsonb default null, idempotency_key text default null)
returns app_public.linked_offer
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  offer app_public.slot_offers := app_private.offer_of_link(accept_offer_by_link.token);
  own_claims jsonb;
begin
  if offer.id is null then
    return app_private.refuse_offer_link();
  end if;
  if offer.state <> 'accepted' then
    own_claims := app_private.begin_as_link_holder(offer.customer_id);
    perform app_public.accept_offer(offer.clinic_id, offer.id, accept_offer_by_link.answers,
      accept_offer_by_link.idempotency_key);
    perform app_private.set_claims(own_claims);
  end if;
  return app_private.linked_offer(offer.clinic_id, offer.id);
end
$$;

comment on function app_public.accept_offer_by_link is
'Accepts the offered time to which the link of a message leads, as its customer, by the rules of accept_offer. '
'Repeating the call changes nothing. For anyone who has the link. The events name the customer as the actor, without '
'an account. Refuses link_invalid (in the field refusal), too_many_attempts, payment_required, place_not_offered, '
'offer_ended, slot_offered, slot_taken, slot_held, slot_withdrawn, doctor_absent, slot_reserved, run_not_free, '
'no_resource_free, service_not_found, service_not_offered, service_not_for_customer, start_not_offered, '
'question_not_found, answer_missing, answer_not_accepted, illegal_transition, cancellation_too_late, '
'booking_too_late, booking_too_far_ahead, too_many_bookings, network_takes_too_many, customer_busy, '
'customer_not_found, idempotency_key_reused, invalid_argument, text_too_long, text_not_accepted; in a shard also '
'global_database_first, shard_behind.';

grant execute on function app_public.accept_offer_by_link to app_anonymous;
