create or replace function app_private.is_public_address(address inet) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- For IPv6, only the addresses that IANA has assigned to the public internet: addresses that are translated to
  -- IPv4, deprecated or site-local are outside of it.
  return (family(address) = 4 or address <<= '2000::/3')
    and not exists (select from app_private.special_networks sn where address <<= sn.network);
end
$$;

comment on function app_private.is_public_address is
'Whether an address is on the public internet, so that webhooks may be sent to it: it is in none of '
'app_private.special_networks and, if IPv6, within 2000::/3.';
