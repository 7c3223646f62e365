create or replace function app_private.salt_of(address text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- The first 29 characters of a bcrypt hash are its version, cost and salt.
  return (
    select left(a.password_hash, 29) from app_private.accounts a
    where (a.email = salt_of.address or a.claimed_email = salt_of.address) and a.password_hash is not null
    order by a.id limit 1);
end
$$;

comment on function app_private.salt_of is
'The salt that the accounts of an address share, or null if there is none yet. With a shared salt, one hash is enough '
'to find which of these accounts a password opens, and sign-in takes the same time for one account as for several.';
