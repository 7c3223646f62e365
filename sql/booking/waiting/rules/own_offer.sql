create or replace function app_private.own_offer(clinic_id bigint, offer_id bigint) returns app_public.slot_offers
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  offer app_public.slot_offers;
begin
  select o.* into offer from app_public.slot_offers o
  where o.clinic_id = own_offer.clinic_id and o.id = own_offer.offer_id;
  if app_private.require_desk_or_customer(own_offer.clinic_id, offer.customer_id) is not null
     and offer.id is not null then
    return offer;
  end if;
  -- The caller may not learn whether the offer exists.
  perform app_hidden.refuse('offer_not_found', 'No such offer in this clinic.',
    jsonb_build_object('offerId', own_offer.offer_id::text));
end
$$;

comment on function app_private.own_offer is
'An offer, for its customer and the desk. Refuses all others: unauthenticated, forbidden, offer_not_found.';
