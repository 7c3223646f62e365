create or replace function app_hidden.search_key(
  name text, email text default null, phone text default null, phone_e164 text default null) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
return app_hidden.name_key(concat_ws(' ', search_key.name, search_key.email))
  || coalesce('#' || nullif(regexp_replace(search_key.phone, '[^0-9]', '', 'g'), '') || '#', '')
  || coalesce('#' || nullif(regexp_replace(search_key.phone_e164, '[^0-9]', '', 'g'), '') || '#', '');

comment on function app_hidden.search_key is
'The text that searches look at: the words of a name and an e-mail address as app_hidden.name_key returns them, then '
'the digits of a phone number as it was typed and in international form, each between two #.';

grant execute on function app_hidden.search_key to app_staff;
