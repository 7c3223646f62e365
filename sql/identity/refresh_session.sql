create or replace function app_public.refresh_session(refresh_token text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- As long as a client needs to notice that an answer is not coming, and to ask again.
  grace constant interval := '30 seconds';
  presented app_private.refresh_tokens;
  session app_private.sessions;
  used_generation int;
  tokens app_public.auth_tokens;
begin
  -- The session is locked before its token is judged, so that of two who present the same token one finds it used.
  select s.* into session from app_private.refresh_tokens rt join app_private.sessions s on s.id = rt.session_id
  where rt.token_hash = sha256(convert_to(refresh_session.refresh_token, 'utf8')) for no key update of s;
  select rt.* into presented from app_private.refresh_tokens rt
  where rt.token_hash = sha256(convert_to(refresh_session.refresh_token, 'utf8')) and rt.session_id = session.id;
  if session.id is null or session.revoked_at is not null or session.expires_at <= now() or presented.expires_at <= now()
     or not exists (select from app_private.accounts a where a.id = session.account_id and a.is_active) then
    perform app_hidden.refuse('refresh_token_invalid', 'The session has ended. Sign in again.');
  end if;

  -- A page reloaded, or a connection lost, while the answer was on its way: the client never saw the next token and comes
  -- with the old one again. That alone is no theft, as long as nobody has used a next one. Whoever does use one of the
  -- two then given makes the other a token used before; so a copy that was used in this time is noticed all the same, by
  -- the second of the two who come back. To give out the same next token again was rejected: only its digest is kept.
  select max(rt.generation) into used_generation from app_private.refresh_tokens rt
  where rt.session_id = session.id and rt.used_at is not null;
  if presented.generation < used_generation
     or presented.generation = used_generation and (presented.used_at > now() - grace) is not true then
    -- Used twice: one of the two is a thief, and nobody can tell which. Returned, not raised, so that the revocation stays.
    update app_private.sessions s set revoked_at = now() where s.id = session.id;
    tokens.refusal := 'refresh_token_reused';
    return tokens;
  end if;

  update app_private.refresh_tokens rt set used_at = now()
  where rt.token_hash = presented.token_hash and rt.used_at is null;
  return app_private.issue_refresh_token(session);
end
$$;

comment on function app_public.refresh_session(text) is
'Exchanges a refresh token, which works once, for the next one of its session. Who lost the answer may ask again with the same token for 30 seconds, unless the next one was used meanwhile. Any other token used before ends the session: field refusal = refresh_token_reused. Refuses refresh_token_invalid.';

revoke all on function app_public.refresh_session(text) from public;
grant execute on function app_public.refresh_session(text) to app_anonymous;
