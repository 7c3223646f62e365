create or replace function app_private.offer_url(public_url text, clinic_id bigint, offer_id bigint) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- After #, because browsers do not send that part to servers and do not pass it on to other pages.
  return btrim(public_url, '/') || '/offer#' || app_private.link_token('offer', clinic_id, offer_id, 0);
end
$$;

comment on function app_private.offer_url is
'The address of the page on which anyone who has the link can accept or decline an offer. `public_url` is the address '
'of the pages; null gives null.';
