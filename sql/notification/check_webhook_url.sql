create or replace function app_private.check_webhook_url() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Hosts in plain ASCII only: a client would decode %31 or fullwidth digits to something that was not judged.
  parts text[] := regexp_match(NEW.url, '^(https?)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?(?:[/?][^[:space:]]*)?$');
  host text := lower(rtrim(parts[2], '.'));
  address inet;
  reason text;
begin
  if parts is null then
    reason := 'not_understood';
  elsif not (select i.is_production from app_private.installation i) then
    return NEW;
  elsif parts[1] <> 'https' then
    reason := 'https_required';
  elsif host like '[%' or host ~ '(^|\.)(\d+|0x[0-9a-f]*)$' then
    -- Clients read every host that ends in a number as an IPv4 address: 2130706433, 0x7f.1 and 0177.0.0.1 are 127.0.0.1.
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
  elsif host !~ '\.' or host ~ '\.(localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa|test|example|invalid|onion)$' then
    -- Names that are of no public domain. Where the others lead is seen when they are looked up, at each delivery.
    reason := 'not_public';
  end if;
  if reason is not null then
    perform app_hidden.refuse('webhook_url_refused', 'A webhook needs an https address on the public internet.',
      jsonb_build_object('argument', 'url', 'reason', reason));
  end if;
  return NEW;
end
$$;

comment on function app_private.check_webhook_url() is
'Trigger: refuses (webhook_url_refused) an endpoint''s URL that is not understood and, in production (app_private.installation), one that is not https or whose host is seen to be inside a network: an address that is not public, or a name without a public domain.';

revoke all on function app_private.check_webhook_url() from public;
