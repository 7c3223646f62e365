create or replace function app_private.public_url_fault(url text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Hosts in ASCII only: a client would decode %31 or full-width digits to something that was not checked.
  parts text[] := regexp_match(public_url_fault.url,
    '^(https?)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?(?:[/?][^[:space:]]*)?$');
  host text := lower(rtrim(parts[2], '.'));
  address inet;
  reason text;
begin
  if parts is null then
    reason := 'not_understood';
  elsif not (select i.is_production from app_private.installation i) then
    return null;
  elsif parts[1] <> 'https' then
    reason := 'https_required';
  elsif host like '[%' or host ~ '(^|\.)(\d+|0x[0-9a-f]*)$' then
    -- Clients read every host that ends in a number as an IPv4 address: 2130706433, 0x7f.1 and 0177.0.0.1 all mean
    -- 127.0.0.1.
    if host like '[%' or host ~ '^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$' then
      begin
        address := btrim(host, '[]');
      exception when invalid_text_representation then
        null;
      end;
    end if;
    if address is null or (family(address) = 6) <> (host like '[%') then
      reason := 'not_understood';
    elsif not app_private.is_public_address(address) then
      reason := 'not_public';
    end if;
  elsif host !~ '\.' or host ~ ('\.(localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa'
      || '|test|example|invalid|onion)$') then
    -- Names outside of the public domains. The addresses of other names are checked at each request, when the names are
    -- resolved.
    reason := 'not_public';
  end if;
  return reason;
end
$$;

comment on function app_private.public_url_fault is
'Why the server must not request this URL for a clinic; null if it may. not_understood: it cannot be parsed. In '
'production (app_private.installation) also https_required, and not_public for a host inside a network: an address '
'that is not public, or a name without a public domain.';
