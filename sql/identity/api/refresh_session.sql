create or replace function app_public.refresh_session(refresh_token text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Long enough for a client to notice that a response is missing and to ask again.
  grace constant interval := '30 seconds';
  presented app_private.refresh_tokens;
  session app_private.sessions;
  used_generation int;
  tokens app_public.auth_tokens;
begin
  -- The session is locked before its token is checked. Of two requests with the same token, the second then finds it
  -- used.
  select s.* into session from app_private.refresh_tokens rt join app_private.sessions s on s.id = rt.session_id
  where rt.token_hash = sha256(convert_to(refresh_session.refresh_token, 'utf8')) for no key update of s;
  select rt.* into presented from app_private.refresh_tokens rt
  where rt.token_hash = sha256(convert_to(refresh_session.refresh_token, 'utf8')) and rt.session_id = session.id;
  if session.id is null or session.revoked_at is not null
     or session.expires_at <= now() or presented.expires_at <= now()
     or not exists (select from app_private.accounts a where a.id = session.account_id and a.is_active) then
    perform app_hidden.refuse('refresh_token_invalid', 'The session has ended. Sign in again.');
  end if;

  -- If the connection is lost before the response arrives, the client never sees the next token and presents the old
  -- one again. This is accepted within the grace period, as long as no token of the next generation was used. The
  -- client then has two next tokens; using one of them makes the other a used token. So if a copy was used within the
  -- grace period, it is still detected when the second of the two clients returns. Returning the same next token again
  -- was rejected, because only its digest is stored.
  select max(rt.generation) into used_generation from app_private.refresh_tokens rt
  where rt.session_id = session.id and rt.used_at is not null;
  if presented.generation < used_generation
     or presented.generation = used_generation and (presented.used_at > now() - grace) is not true then
    -- The token was used twice: one of the two clients stole it, and it is not known which. The refusal is returned
    -- rather than raised, so that the revocation is committed.
    update app_private.sessions s set revoked_at = now() where s.id = session.id;
    tokens.refusal := 'refresh_token_reused';
    return tokens;
  end if;

  update app_private.refresh_tokens rt set used_at = now()
  where rt.token_hash = presented.token_hash and rt.used_at is null;
  return app_private.issue_refresh_token(session);
end
$$;

comment on function app_public.refresh_session is
'Exchanges a refresh token for the next one of its session. A token works once. A client that lost the response may '
'repeat the request with the same token for 30 seconds, unless the next token was used in the meantime. Any other use '
'of a used token ends the session: field refusal = refresh_token_reused. Refuses refresh_token_invalid.';

grant execute on function app_public.refresh_session to app_anonymous;
