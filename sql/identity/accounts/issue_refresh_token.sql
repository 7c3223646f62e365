create or replace function app_private.issue_refresh_token(session app_private.sessions) returns app_public.auth_tokens
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- 32 random bytes need no salt and no slow hash: they cannot be guessed from their digest.
  token text := translate(encode(public.gen_random_bytes(32), 'base64'), '+/=', '-_');
  tokens app_public.auth_tokens;
begin
  insert into app_private.refresh_tokens (token_hash, session_id, expires_at, generation)
  values (sha256(convert_to(token, 'utf8')), session.id, least(now() + interval '30 days', session.expires_at),
    coalesce((select max(rt.generation) from app_private.refresh_tokens rt
              where rt.session_id = session.id and rt.used_at is not null), 0) + 1)
  returning expires_at into tokens.refresh_expires_at;
  -- As in person_of.
  select case when a.email_verified_at is null then c.id else coalesce(c.merged_into_id, c.id) end
  into tokens.customer_id
  from app_public.customers c join app_private.accounts a on a.id = c.account_id
  where c.account_id = session.account_id;
  tokens.account_id := session.account_id;
  tokens.session_id := session.id;
  tokens.refresh_token := token;
  return tokens;
end
$$;

comment on function app_private.issue_refresh_token is
'Creates a refresh token for a session, valid for 30 days but no longer than the session. Only its SHA-256 is stored. '
'The caller has locked the session.';
