create or replace function app_public.calendar_uid(clinic_id bigint, booking_id bigint) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return format('booking-%s-%s@%s.medislot', clinic_id, booking_id, app_private.installation_id());
end
$$;

comment on function app_public.calendar_uid(bigint, bigint) is
'The UID of a booking in calendar files (RFC 5545): the same in e-mails and on the pages for the booking''s whole life, and of this installation only. With `sequence`, which rises when the booking moves and when it is cancelled, a calendar changes the entry that it has. Says nothing about whether there is such a booking.';

revoke all on function app_public.calendar_uid(bigint, bigint) from public;
grant execute on function app_public.calendar_uid(bigint, bigint) to app_customer;
