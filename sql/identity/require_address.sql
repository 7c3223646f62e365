create or replace function app_private.require_address(address public.citext) returns void
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
  if address is null or address !~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' or char_length(address::text) > 254 then
    perform app_hidden.refuse('invalid_email', 'This does not look like an e-mail address.', '{"argument": "email"}');
  end if;
end
$$;

comment on function app_private.require_address(public.citext) is
'Refuses (invalid_email) what does not look like an e-mail address.';

revoke all on function app_private.require_address(public.citext) from public;
