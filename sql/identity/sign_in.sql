create or replace function app_public.sign_in(email text, password text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  account app_private.accounts;
  tokens app_public.auth_tokens;
begin
  -- The lock makes guesses at one account queue up behind each other, however many connections make them.
  select a.* into account from app_private.accounts a
  where a.email = btrim(sign_in.email)::public.citext for no key update;

  if account.locked_until > now() then
    perform app_hidden.refuse('too_many_attempts', 'Too many failed attempts. Wait and try again.',
      jsonb_build_object('retryAfterSeconds', ceil(extract(epoch from account.locked_until - now()))));
  end if;

  -- An unknown address costs the same bcrypt as a known one, so that the time taken tells nothing.
  -- "Not true" rather than "distinct": no password given must not match an account that has none.
  if (public.crypt(sign_in.password, coalesce(account.password_hash, '$2a$10$lm1lycIy9AXB8Yayvm1L3uIocpSM5bsCaXxoW7d87tjMc4ujGvOP.'))
       = account.password_hash) is not true or not account.is_active then
    update app_private.accounts a
    set failed_sign_ins = a.failed_sign_ins + 1,
        -- Four failures are free; then 2, 4, 8 … seconds, at most 15 minutes.
        locked_until = case when a.failed_sign_ins >= 4
          then now() + least(interval '1 second' * 2 ^ least(a.failed_sign_ins - 3, 10), interval '15 minutes') end
    where a.id = account.id;
    -- Not raised: an exception would roll the count back. The API turns this field into the error after the commit.
    tokens.refusal := 'wrong_credentials';
    return tokens;
  end if;

  update app_private.accounts a set failed_sign_ins = 0, locked_until = null
  where a.id = account.id and a.failed_sign_ins > 0;
  return app_private.start_session(account.id);
end
$$;

comment on function app_public.sign_in(text, text) is
'Signs in with e-mail and password and starts a session. Open to everybody. A failure is counted and therefore returned, not raised: field refusal = wrong_credentials. Refuses too_many_attempts (detail: retryAfterSeconds).';

revoke all on function app_public.sign_in(text, text) from public;
grant execute on function app_public.sign_in(text, text) to app_anonymous;
