create or replace function app_public.decline_offer(clinic_id bigint, offer_id bigint) returns app_public.slot_offers
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  offer app_public.slot_offers := app_private.own_offer(decline_offer.clinic_id, decline_offer.offer_id);
begin
  return app_private.decline(offer.clinic_id, offer.id);
end
$$;

comment on function app_public.decline_offer is
'Declines an offered time. The head starts that have not begun are moved forward; if there are none, anyone can book '
'the time. The entry on the waiting list stays. An offer that has ended stays as it is. For its customer and the '
'desk. Refuses offer_not_found, forbidden, unauthenticated.';

grant execute on function app_public.decline_offer to app_customer;
