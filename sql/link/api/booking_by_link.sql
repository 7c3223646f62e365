create or replace function app_public.booking_by_link(token text) returns app_public.linked_booking
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings := app_private.booking_of_link(booking_by_link.token, 'manage');
begin
  if booking.id is null then
    return app_private.refuse_link();
  end if;
  return app_private.linked_booking(booking.clinic_id, booking.id);
end
$$;

comment on function app_public.booking_by_link is
'The booking to which the link of a message leads. It changes nothing; it is a mutation because tokens that are not '
'valid are counted for the network. For anyone who has the link, until a day after the visit. Never shows the name, '
'contact or note of the patient. Refuses link_invalid (in the field refusal, since the count must be committed; the '
'same for wrong, foreign, expired and revoked tokens), too_many_attempts (many such tokens from one network).';

grant execute on function app_public.booking_by_link to app_anonymous;
