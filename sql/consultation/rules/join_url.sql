create or replace function app_private.join_url(public_url text, booking app_public.bookings) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- After #, as in manage_url.
  return case when booking.is_online then btrim(public_url, '/') || '/join#'
    || app_private.link_token('join', booking.clinic_id, booking.id, booking.link_generation) end;
end
$$;

comment on function app_private.join_url is
'The address of the page on which the patient joins an online visit. Null for a visit at the clinic. `public_url` is '
'the address of the pages; null gives null.';
