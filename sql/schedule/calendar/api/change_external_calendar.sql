create or replace function app_public.change_external_calendar(clinic_id bigint, calendar_id bigint, calendar jsonb)
returns app_public.external_calendars
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  connected app_public.external_calendars :=
    app_private.own_external_calendar(change_external_calendar.clinic_id, change_external_calendar.calendar_id);
  sealed constant app_private.sealed_calendar :=
    app_private.read_sealed_calendar(change_external_calendar.calendar);
begin
  update app_public.external_calendars ec set kind = sealed.kind, origin = sealed.origin
  where ec.clinic_id = connected.clinic_id and ec.id = connected.id
  returning ec.* into connected;
  update app_private.external_calendar_access a
  set key_id = sealed.key_id, nonce = sealed.nonce, ciphertext = sealed.ciphertext, etag = null, read_fully_at = null,
    attempts = 0, failing_since = null, reported_at = null, retry_at = now()
  where a.clinic_id = connected.clinic_id and a.calendar_id = connected.id;
  return connected;
end
$$;

comment on function app_public.change_external_calendar is
'Replaces the address, user name and password of an external calendar, as in connect_external_calendar, for example '
'when the password has changed. Its busy times stay until it is read again, which happens at once. For doctors '
'concerning their own calendars, managers, administrators and DBAs. Refuses forbidden, clinic_not_found, '
'external_calendar_not_found, invalid_argument, calendar_keys_missing (the server has no keys), '
'calendar_address_refused.';

grant execute on function app_public.change_external_calendar to app_staff;
