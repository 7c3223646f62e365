-- Run by graphile-migrate after migrations (.gmrc): lets the roles of the server and of the billing process see which migrations
-- are applied, for /readyz. The roles are missing while a database has no migration yet.
do $$
declare
  program_role text;
begin
  for program_role in
    select rolname from pg_catalog.pg_roles where rolname in ('app_authenticator', 'app_billing')
  loop
    execute format('grant usage on schema graphile_migrate to %I', program_role);
    execute format('grant select on graphile_migrate.migrations to %I', program_role);
  end loop;
end
$$;
