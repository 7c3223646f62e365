create or replace function app_private.sign_in_place(address text, kind text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  -- If the network is not known (this machine, psql), all callers are in the same place.
  given text := case sign_in_place.kind
    when 'device' then nullif(current_setting('medislot.client_device', true), '')
    else coalesce(app_private.client_network()::text, 'here') end;
begin
  if given is null then
    return null;
  end if;
  -- The digest includes the address, so that the places of two people cannot be compared.
  return sign_in_place.kind || ' '
    || encode(sha256(convert_to(sign_in_place.address || ' ' || given, 'utf8')), 'base64');
end
$$;

comment on function app_private.sign_in_place is
'The place that the current request comes from, as a digest for this e-mail address only. Kind network: its network. '
'Kind device: the browser that presents the cookie of an earlier sign-in; null without such a cookie.';
