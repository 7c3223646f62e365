create or replace function app_private.offer_of_link(token text) returns app_public.slot_offers
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  link app_private.link := app_private.read_link(token);
  offer app_public.slot_offers;
begin
  select o.* into offer
  from app_public.slot_offers o
  join app_public.booking_slots bs on bs.clinic_id = o.clinic_id and bs.id = o.booking_slot_id
  where o.clinic_id = link.clinic_id and o.id = link.subject_id and bs.ends_at > now() - interval '1 day'
    and not exists (select from app_private.erasures e where e.customer_id = o.customer_id);
  if app_private.is_link_token(token, 'offer', offer.clinic_id, offer.id, 0) then
    return offer;
  end if;
  return null;
end
$$;

comment on function app_private.offer_of_link is
'The offer to which a link leads; null if the token is not valid: wrong, of another purpose, of a time that ended more '
'than a day ago, or of a patient who was erased.';
