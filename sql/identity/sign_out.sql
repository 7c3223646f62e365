create or replace function app_public.sign_out(refresh_token text default null) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if sign_out.refresh_token is null and app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  -- Either the caller's own session, whose id comes from the verified token, or the one that the refresh token belongs to:
  -- any token of it, also one that was used, since ending a session is all that it is used for here.
  update app_private.sessions s set revoked_at = now()
  where s.revoked_at is null
    and (s.id = app_hidden.current_session_id() and s.account_id = app_hidden.current_account_id()
      or s.id = (select rt.session_id from app_private.refresh_tokens rt
                 where rt.token_hash = sha256(convert_to(sign_out.refresh_token, 'utf8'))));
  return found;
end
$$;

comment on function app_public.sign_out(text) is
'Ends the caller''s session at once, and the one that a refresh token belongs to, for which no access token is needed: their refresh tokens and access tokens are refused from now on. True when there was one to end. Refuses unauthenticated.';

revoke all on function app_public.sign_out(text) from public;
grant execute on function app_public.sign_out(text) to app_anonymous;
