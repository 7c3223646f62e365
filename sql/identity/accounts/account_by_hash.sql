create or replace function app_private.account_by_hash(address text, hash text, place text) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select a.id from app_private.accounts a
    where (a.email = account_by_hash.address or a.claimed_email = account_by_hash.address)
      and a.password_hash = account_by_hash.hash and a.is_active
      and (app_private.account_blocked_until(account_by_hash.address, a.id, account_by_hash.place) > now()) is not true
    order by a.email is null, a.id limit 1);
end
$$;

comment on function app_private.account_by_hash is
'The account of an address that a password''s hash opens from a place, or null. Accounts that are blocked at this '
'place are left out.';
