create or replace function app_private.client_network() returns cidr
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  -- An IPv4 address as IPv6 writes it is that address; a zone (fe80::1%eth0) is no part of one.
  given text := regexp_replace(split_part(current_setting('medislot.client_address', true), '%', 1), '^::ffff:([0-9.]+)$', '\1', 'i');
  address inet := nullif(given, '')::inet;
begin
  -- This machine is a proxy of ours or a person at it: to slow it down would be to slow everybody down.
  if address <<= any ('{127.0.0.0/8,::1}'::inet[]) then
    return null;
  end if;
  -- Who has one IPv6 address has the 2^64 beside it.
  return network(set_masklen(address, case family(address) when 4 then 32 else 64 end))::cidr;
end
$$;

comment on function app_private.client_network() is
'The network that the request at hand comes from: an IPv4 address, or the /64 of an IPv6 address. Null for this machine, and where there is no request.';

revoke all on function app_private.client_network() from public;
