create or replace function app_public.refresh_session(refresh_token text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  presented app_private.refresh_tokens;
  session app_private.sessions;
  tokens app_public.auth_tokens;
begin
  select rt.* into presented from app_private.refresh_tokens rt
  where rt.token_hash = sha256(convert_to(refresh_session.refresh_token, 'utf8'));
  -- The session is locked before its token is judged, so that of two who present the same token one finds it used.
  select s.* into session from app_private.sessions s where s.id = presented.session_id for no key update;
  if session.id is null or session.revoked_at is not null or session.expires_at <= now() or presented.expires_at <= now()
     or not exists (select from app_private.accounts a where a.id = session.account_id and a.is_active) then
    perform app_hidden.refuse('refresh_token_invalid', 'The session has ended. Sign in again.');
  end if;

  update app_private.refresh_tokens rt set used_at = now()
  where rt.token_hash = presented.token_hash and rt.used_at is null;
  if not found then
    -- Used twice: one of the two is a thief, and nobody can tell which. Returned, not raised, so that the revocation stays.
    update app_private.sessions s set revoked_at = now() where s.id = session.id;
    tokens.refusal := 'refresh_token_reused';
    return tokens;
  end if;
  return app_private.issue_refresh_token(session);
end
$$;

comment on function app_public.refresh_session(text) is
'Exchanges a refresh token, which works once, for the next one of its session. A token used before ends the session: field refusal = refresh_token_reused. Refuses refresh_token_invalid.';

revoke all on function app_public.refresh_session(text) from public;
grant execute on function app_public.refresh_session(text) to app_anonymous;
