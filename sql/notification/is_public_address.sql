create or replace function app_private.is_public_address(address inet) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Of IPv6 only what IANA has given out for the public internet: whatever is translated to IPv4, deprecated or of a site lies outside.
  return (family(address) = 4 or address <<= '2000::/3')
    and not exists (select from app_private.special_networks sn where address <<= sn.network);
end
$$;

comment on function app_private.is_public_address(inet) is
'Whether an address is of the public internet, so that webhooks may be sent to it: in none of app_private.special_networks and, if IPv6, in 2000::/3.';

revoke all on function app_private.is_public_address(inet) from public;
