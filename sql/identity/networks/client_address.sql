create or replace function app_private.client_address() returns inet
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  -- An IPv4-mapped IPv6 address means the IPv4 address. A zone (fe80::1%eth0) is not part of the address.
  given text := nullif(current_setting('medislot.client_address', true), '');
  address inet;
begin
  if given is null then
    return null;
  end if;
  address := regexp_replace(split_part(given, '%', 1), '^::ffff:([0-9.]+)$', '\1', 'i')::inet;
  -- A request from this machine comes from a proxy or from a person at the machine. A limit for it would be a limit for
  -- everybody.
  return case when not address <<= any ('{127.0.0.0/8,::1}'::inet[]) then address end;
end
$$;

comment on function app_private.client_address is
'The address that the current request comes from. Null for this machine and outside a request.';
