create or replace function app_private.record_known_places(account_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  address text := (
    select coalesce(a.email, a.claimed_email) from app_private.accounts a where a.id = record_known_places.account_id);
begin
  insert into app_private.known_places as kp (account_id, place)
  select record_known_places.account_id, p
  from unnest(array[app_private.sign_in_place(address, 'network'), app_private.sign_in_place(address, 'device')]) p
  where p is not null
  on conflict on constraint a_place_is_known_once_to_an_account do update set signed_in_at = now();
end
$$;

comment on function app_private.record_known_places is
'Records the network and the device of the current request as known places of the account. Failures at other places '
'do not block sign-in from a known place.';
