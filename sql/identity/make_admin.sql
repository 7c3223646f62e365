create or replace function app_private.make_admin(email text, password text) returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  target bigint := app_private.set_password(make_admin.email, make_admin.password);
begin
  update app_private.accounts a set is_admin = true where a.id = target;
  return target;
end
$$;

comment on function app_private.make_admin(text, text) is
'For DBAs: makes (or turns) the account with this e-mail address into an administrator with this password. The first administrator of an installation comes from here.';

revoke all on function app_private.make_admin(text, text) from public;
