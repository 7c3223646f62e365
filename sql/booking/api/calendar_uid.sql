create or replace function app_public.calendar_uid(clinic_id bigint, booking_id bigint) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return format('booking-%s-%s@%s.medislot', clinic_id, booking_id, app_private.installation_id());
end
$$;

comment on function app_public.calendar_uid is
'The UID of a booking in calendar files (RFC 5545). It is the same in e-mails and on the pages, never changes, and '
'is unique to this installation. `sequence` rises when the booking is moved and when it is cancelled, so that '
'calendars update their entry. Does not reveal whether the booking exists.';

grant execute on function app_public.calendar_uid to app_customer;
