create or replace function app_private.issue_refresh_token(session app_private.sessions) returns app_public.auth_tokens
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- 32 random bytes need no salt and no slow hash: nobody guesses them from their digest.
  token text := translate(encode(public.gen_random_bytes(32), 'base64'), '+/=', '-_');
  tokens app_public.auth_tokens;
begin
  insert into app_private.refresh_tokens (token_hash, session_id, expires_at, generation)
  values (sha256(convert_to(token, 'utf8')), session.id, least(now() + interval '30 days', session.expires_at),
    coalesce((select max(rt.generation) from app_private.refresh_tokens rt
              where rt.session_id = session.id and rt.used_at is not null), 0) + 1)
  returning expires_at into tokens.refresh_expires_at;
  select c.id into tokens.customer_id from app_public.customers c where c.account_id = session.account_id;
  tokens.account_id := session.account_id;
  tokens.session_id := session.id;
  tokens.refresh_token := token;
  return tokens;
end
$$;

comment on function app_private.issue_refresh_token(app_private.sessions) is
'A new refresh token of a session, valid 30 days but no longer than the session; only its SHA-256 is stored. Call it with the session locked.';

revoke all on function app_private.issue_refresh_token(app_private.sessions) from public;
