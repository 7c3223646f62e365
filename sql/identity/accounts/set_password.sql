create or replace function app_private.set_password(email text, password text) returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  target bigint;
begin
  update app_private.accounts a
  set password_hash = app_private.hash_password(set_password.password, a.email)
  where a.email = app_hidden.canonical_address(set_password.email)
  returning a.id into target;
  if target is null then
    target := app_private.create_account(set_password.email, set_password.password);
  end if;
  perform app_private.clear_failures(app_hidden.canonical_address(set_password.email));
  update app_private.sessions s set revoked_at = now() where s.account_id = target and s.revoked_at is null;
  return target;
end
$$;

comment on function app_private.set_password is
'For DBAs: sets the password of the account with this e-mail address, creates the account if there is none, and ends '
'its sessions. Returns the account''s id. Refuses invalid_email, weak_password.';
