create or replace function app_private.account_by_hash(address text, hash text) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  opened bigint;
begin
  -- The locks make guesses at one address queue up behind each other, however many connections make them.
  perform from app_private.accounts a
  where a.email = account_by_hash.address or a.claimed_email = account_by_hash.address order by a.id for no key update;

  select a.id into opened from app_private.accounts a
  where (a.email = account_by_hash.address or a.claimed_email = account_by_hash.address)
    and a.password_hash = account_by_hash.hash and a.is_active and (a.locked_until > now()) is not true
  order by a.email is null, a.id limit 1;
  -- Also when another account of the address was opened: or else whoever registers with somebody's address, which opens an account
  -- beside theirs, could try passwords as often as they like.
  perform app_private.count_failure(a.id) from app_private.accounts a
  where (a.email = account_by_hash.address or a.claimed_email = account_by_hash.address)
    and a.id is distinct from opened and (a.locked_until > now()) is not true;
  update app_private.accounts a set failed_sign_ins = 0, locked_until = null where a.id = opened and a.failed_sign_ins > 0;
  return opened;
end
$$;

comment on function app_private.account_by_hash(text, text) is
'Which account of an address a password''s hash opens, or null; for the others it counts as a failure. Accounts that have to wait after failures are not judged.';

revoke all on function app_private.account_by_hash(text, text) from public;
