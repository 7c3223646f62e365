create or replace function app_private.client_network() returns cidr
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  address inet := app_private.client_address();
begin
  -- An IPv6 customer has a whole /64 at least, so the network is counted.
  return network(set_masklen(address, case family(address) when 4 then 32 else 64 end))::cidr;
end
$$;

comment on function app_private.client_network is
'The smallest network that the current request comes from: an IPv4 address, or the /64 of an IPv6 address. Null for '
'this machine and outside a request.';
