create or replace function app_private.booking_of_link(token text, purpose app_private.link_purpose)
returns app_public.bookings
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  link app_private.link := app_private.read_link(token);
  booking app_public.bookings;
begin
  select b.* into booking from app_public.bookings b
  where b.clinic_id = link.clinic_id and b.id = link.subject_id and b.ends_at > now() - interval '1 day'
    and not exists (select from app_private.erasures e where e.customer_id = b.customer_id);
  if app_private.is_link_token(token, purpose, booking.clinic_id, booking.id, booking.link_generation) then
    return booking;
  end if;
  return null;
end
$$;

comment on function app_private.booking_of_link is
'The booking to which a link of this purpose leads; null if the token is not valid: wrong, of another purpose, '
'revoked, of a booking that ended more than a day ago, or of a patient who was erased.';
