create or replace function app_private.start_session(account_id bigint) returns app_public.auth_tokens
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  session app_private.sessions;
begin
  perform app_private.record_known_places(start_session.account_id);
  perform app_private.count_sign_in(coalesce(a.email, a.claimed_email), 'account ' || a.id)
  from app_private.accounts a where a.id = start_session.account_id;
  perform app_private.count_network_attempt('signed_in');
  insert into app_private.sessions (account_id) values (start_session.account_id) returning * into session;
  return app_private.issue_refresh_token(session);
end
$$;

comment on function app_private.start_session is
'Starts a session of an account and returns its first refresh token. Counts the sign-in and records the network and '
'the device that it came from.';
