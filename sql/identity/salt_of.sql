create or replace function app_private.salt_of(address text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- bcrypt's own notation: kind, cost and salt are the first 29 characters of a hash.
  return (
    select left(a.password_hash, 29) from app_private.accounts a
    where (a.email = salt_of.address or a.claimed_email = salt_of.address) and a.password_hash is not null
    order by a.id limit 1);
end
$$;

comment on function app_private.salt_of(text) is
'The salt that the accounts of an address share, so that one hash tells which of them a password opens, and sign-in takes as long for one as for several; null when there is none yet.';

revoke all on function app_private.salt_of(text) from public;
