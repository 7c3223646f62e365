create or replace function app_private.manage_url(public_url text, booking app_public.bookings) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- After #, because browsers do not send that part to servers and do not pass it on to other pages.
  return btrim(public_url, '/') || '/visit#'
    || app_private.link_token('manage', booking.clinic_id, booking.id, booking.link_generation);
end
$$;

comment on function app_private.manage_url is
'The address of the page on which anyone who has the link can see, move and cancel a booking. `public_url` is the '
'address of the pages; null gives null.';
