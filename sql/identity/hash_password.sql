create or replace function app_private.hash_password(password text, address text default null) returns text
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
begin
  -- bcrypt reads 72 bytes and silently ignores the rest, so a longer password would be weaker than it looks.
  if password is null or char_length(password) < 10 or octet_length(password) > 72 then
    perform app_hidden.refuse('weak_password', 'A password has 10 characters at least and 72 bytes at most.');
  end if;
  -- Cost 10: some 60 ms here, the usual compromise between an attacker's cost and a sign-in's.
  return public.crypt(password, coalesce(app_private.salt_of(hash_password.address), public.gen_salt('bf', 10)));
end
$$;

comment on function app_private.hash_password(text, text) is
'The bcrypt hash of a password (pgcrypto, cost 10) for an account of this address, with the salt in use there, if any. Refuses weak_password: under 10 characters or over 72 bytes.';

revoke all on function app_private.hash_password(text, text) from public;
