create or replace function app_private.hash_password(password text, address text default null) returns text
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
begin
  -- bcrypt reads 72 bytes and silently ignores the rest, so a longer password would be weaker than it looks.
  if password is null or char_length(password) < 10 or octet_length(password) > 72 then
    perform app_hidden.refuse('weak_password',
      'A password needs at least 10 characters and may have at most 72 bytes.');
  end if;
  return public.crypt(password, coalesce(app_private.salt_of(hash_password.address), app_private.new_salt()));
end
$$;

comment on function app_private.hash_password is
'The bcrypt hash of a password (pgcrypto) for an account with this address. It uses the salt that the accounts of the '
'address share, if there is one. Refuses weak_password: under 10 characters or over 72 bytes.';
