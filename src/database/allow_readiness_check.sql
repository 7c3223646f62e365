-- Run by graphile-migrate after migrations (.gmrc, afterAllMigrations): lets the server's role see which migrations
-- are applied, for /readyz. The role does not exist while the very first migration is still being written.
do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'app_authenticator') then
    grant usage on schema graphile_migrate to app_authenticator;
    grant select on graphile_migrate.migrations to app_authenticator;
  end if;
end
$$;
