create or replace function app_private.start_session(account_id bigint) returns app_public.auth_tokens
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  session app_private.sessions;
begin
  insert into app_private.sessions (account_id) values (start_session.account_id) returning * into session;
  return app_private.issue_refresh_token(session);
end
$$;

comment on function app_private.start_session(bigint) is 'Starts a session of an account and gives its first refresh token.';

revoke all on function app_private.start_session(bigint) from public;
