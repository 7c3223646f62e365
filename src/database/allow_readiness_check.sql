-- Run by graphile-migrate after migrations (.gmrc): lets the server's role see which migrations are applied, for
-- /readyz. The role is missing while a database has no migration yet.
do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'app_authenticator') then
    grant usage on schema graphile_migrate to app_authenticator;
    grant select on graphile_migrate.migrations to app_authenticator;
  end if;
end
$$;
