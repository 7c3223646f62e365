create or replace function app_hidden.require_address_of_channel(channel text, email text, phone text) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if channel = 'sms' and coalesce(btrim(phone), '') = '' then
    perform app_hidden.refuse('channel_needs_address', 'Messages by SMS need a phone number.', '{"argument": "phone"}');
  elsif channel = 'email' and email is null then
    perform app_hidden.refuse('channel_needs_address', 'Messages by e-mail need an e-mail address.', '{"argument": "email"}');
  end if;
  return true;
end
$$;

comment on function app_hidden.require_address_of_channel(text, text, text) is
'True when there is the address that messages over the preferred channel go to; for checks of tables. Refuses channel_needs_address.';

revoke all on function app_hidden.require_address_of_channel(text, text, text) from public;
grant execute on function app_hidden.require_address_of_channel(text, text, text) to app_anonymous;
