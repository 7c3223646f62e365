create or replace function app_public.sign_out() returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Only the caller's own session: the id comes from the verified token.
  update app_private.sessions s set revoked_at = now()
  where s.id = app_hidden.current_session_id() and s.account_id = app_hidden.current_account_id() and s.revoked_at is null;
  return found;
end
$$;

comment on function app_public.sign_out() is
'Ends the caller''s session at once: its refresh token and its access tokens are refused from now on. True when there was one to end.';

revoke all on function app_public.sign_out() from public;
grant execute on function app_public.sign_out() to app_customer;
