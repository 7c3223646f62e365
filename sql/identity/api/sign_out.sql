create or replace function app_public.sign_out(refresh_token text default null) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if sign_out.refresh_token is null and app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  -- The caller's own session, whose id comes from the verified token, or the session of the refresh token. Any token of
  -- the session is accepted, even a used one, because it can only end the session here.
  update app_private.sessions s set revoked_at = now()
  where s.revoked_at is null
    and (s.id = app_hidden.current_session_id() and s.account_id = app_hidden.current_account_id()
      or s.id = (select rt.session_id from app_private.refresh_tokens rt
                 where rt.token_hash = sha256(convert_to(sign_out.refresh_token, 'utf8'))));
  return found;
end
$$;

comment on function app_public.sign_out is
'Ends the caller''s session and the session of the given refresh token, for which no access token is needed. Their '
'refresh tokens and access tokens are refused immediately afterwards. Returns whether there was a session to end. '
'Refuses unauthenticated.';

grant execute on function app_public.sign_out to app_anonymous;
