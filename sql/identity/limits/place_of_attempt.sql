create or replace function app_private.place_of_attempt(address text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  device text := app_private.sign_in_place(place_of_attempt.address, 'device');
begin
  -- A cookie that no account of the address knows is ignored, because anybody can make one up.
  if exists (
       select from app_private.known_places kp join app_private.accounts a on a.id = kp.account_id
       where kp.place = device
         and (a.email = place_of_attempt.address or a.claimed_email = place_of_attempt.address)) then
    return device;
  end if;
  return app_private.sign_in_place(place_of_attempt.address, 'network');
end
$$;

comment on function app_private.place_of_attempt is
'The place for which failures of the current request to sign in with this address are counted: the device, if it has '
'signed in with the address before, otherwise the network.';
