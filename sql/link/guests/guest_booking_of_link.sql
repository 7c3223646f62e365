create or replace function app_private.guest_booking_of_link(token text) returns app_private.guest_bookings
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  link app_private.link := app_private.read_link(token);
  guest app_private.guest_bookings;
begin
  select gb.* into guest from app_private.guest_bookings gb
  where gb.clinic_id = link.clinic_id and gb.id = link.subject_id and gb.created_at > now() - interval '1 day';
  if app_private.is_link_token(token, 'confirm', guest.clinic_id, guest.id, 0) then
    return guest;
  end if;
  return null;
end
$$;

comment on function app_private.guest_booking_of_link is
'The request that the link in a guest''s mail confirms; null if the token is not valid or older than a day.';
