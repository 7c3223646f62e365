create or replace function app_private.read_sealed_calendar(calendar jsonb) returns app_private.sealed_calendar
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  sealed app_private.sealed_calendar;
begin
  if calendar ? 'keysAreMissing' then
    perform app_hidden.refuse('calendar_keys_missing', 'This server has no keys to encrypt addresses and passwords.');
  elsif calendar ->> 'kind' in ('ics', 'caldav')
        and calendar ->> 'nonce' ~ '^[0-9a-f]{24}$' and calendar ->> 'ciphertext' ~ '^([0-9a-f]{2}){17,}$' then
    sealed.kind := calendar ->> 'kind';
    sealed.origin := calendar ->> 'origin';
    sealed.key_id := calendar ->> 'keyId';
    sealed.nonce := decode(calendar ->> 'nonce', 'hex');
    sealed.ciphertext := decode(calendar ->> 'ciphertext', 'hex');
  end if;
  if num_nulls(sealed.kind, sealed.origin, sealed.key_id, sealed.nonce, sealed.ciphertext) > 0 then
    perform app_hidden.refuse('invalid_argument',
      'A calendar has a kind, ics or caldav, and a url; a CalDAV calendar also has a username and a password.',
      '{"argument": "calendar"}');
  end if;
  return sealed;
end
$$;

comment on function app_private.read_sealed_calendar is
'The address of an external calendar as the program has encrypted it (KeyRing in src/identity), binary values in '
'hexadecimal. A program without keys sends {"keysAreMissing": true}, and {} for what is not a calendar. Refuses '
'calendar_keys_missing, invalid_argument.';
