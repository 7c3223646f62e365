create or replace function app_public.consultation_by_link(token text) returns app_public.consultation_entry
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings := app_private.booking_of_link(consultation_by_link.token, 'join');
  entry app_public.consultation_entry;
begin
  if booking.id is not null then
    entry := app_private.entry_of(booking);
  end if;
  if entry.booking_id is null then
    perform app_private.refuse_link();
    entry.refusal := 'link_invalid';
  end if;
  return entry;
end
$$;

comment on function app_public.consultation_by_link is
'The entrance of the online visit to which the join link of a message leads. It changes nothing; it is a mutation '
'because tokens that are not valid are counted for the network. For anyone who has the link, until a day after the '
'visit. Refuses link_invalid (in the field refusal), too_many_attempts (many such tokens from one network).';

grant execute on function app_public.consultation_by_link to app_anonymous;
