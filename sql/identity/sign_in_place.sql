create or replace function app_private.sign_in_place(address text, kind text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  -- Where there is no network to tell apart (this machine, psql) everybody is in the same place.
  given text := case sign_in_place.kind
    when 'device' then nullif(current_setting('medislot.client_device', true), '')
    else coalesce(app_private.client_network()::text, 'here') end;
begin
  if given is null then
    return null;
  end if;
  -- With the address in it, so that the places of two people cannot be compared.
  return sign_in_place.kind || ' ' || encode(sha256(convert_to(sign_in_place.address || ' ' || given, 'utf8')), 'base64');
end
$$;

comment on function app_private.sign_in_place(text, text) is
'Where the request at hand comes from, as a digest that holds for this e-mail address only. Kind network: its network. Kind device: the browser that presents the cookie of an earlier sign-in; null when there is none.';

revoke all on function app_private.sign_in_place(text, text) from public;
