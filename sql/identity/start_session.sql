create or replace function app_private.start_session(account_id bigint) returns app_public.auth_tokens
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  session app_private.sessions;
begin
  perform app_private.remember_places(start_session.account_id);
  perform app_private.count_sign_in(coalesce(a.email, a.claimed_email), 'account ' || a.id)
  from app_private.accounts a where a.id = start_session.account_id;
  perform app_private.count_network_attempt('signed_in');
  insert into app_private.sessions (account_id) values (start_session.account_id) returning * into session;
  return app_private.issue_refresh_token(session);
end
$$;

comment on function app_private.start_session(bigint) is 'Starts a session of an account and gives its first refresh token. Counts it as a sign-in and remembers where it came from.';

revoke all on function app_private.start_session(bigint) from public;
