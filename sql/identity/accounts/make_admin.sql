create or replace function app_private.make_admin(email text, password text) returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  target bigint := app_private.set_password(make_admin.email, make_admin.password);
begin
  update app_private.accounts a set is_admin = true where a.id = target;
  return target;
end
$$;

comment on function app_private.make_admin is
'For DBAs: makes the account with this e-mail address an administrator with this password, and creates the account if '
'there is none. Returns its id. The first administrator of an installation is created with this function.';
