create or replace function app_public.decline_offer_by_link(token text, leave boolean default false)
returns app_public.linked_offer
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  offer app_public.slot_offers := app_private.offer_of_link(decline_offer_by_link.token);
  own_claims jsonb;
begin
  if offer.id is null then
    return app_private.refuse_offer_link();
  end if;
  own_claims := app_private.begin_as_link_holder(offer.customer_id);
  perform app_public.decline_offer(offer.clinic_id, offer.id);
  if decline_offer_by_link.leave then
    perform app_public.leave_waiting_list(offer.clinic_id, offer.waiting_id);
  end if;
  perform app_private.set_claims(own_claims);
  return app_private.linked_offer(offer.clinic_id, offer.id);
end
$$;

comment on function app_public.decline_offer_by_link is
'Declines the time to which the link of a message leads; with `leave` it also leaves the waiting list. An offer that '
'has ended stays as it is. For anyone who has the link. Refuses link_invalid (in the field refusal), '
'too_many_attempts.';

grant execute on function app_public.decline_offer_by_link to app_anonymous;
