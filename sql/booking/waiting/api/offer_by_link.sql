create or replace function app_public.offer_by_link(token text) returns app_public.linked_offer
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  offer app_public.slot_offers := app_private.offer_of_link(offer_by_link.token);
begin
  if offer.id is null then
    return app_private.refuse_offer_link();
  end if;
  return app_private.linked_offer(offer.clinic_id, offer.id);
end
$$;

comment on function app_public.offer_by_link is
'The offer to which the link of a message leads. Changes nothing. For anyone who has the link, until a day after the '
'time. Refuses link_invalid (in the field refusal), too_many_attempts.';

grant execute on function app_public.offer_by_link to app_anonymous;
