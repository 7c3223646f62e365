-- The roles of a PostgreSQL server, to be run once by a superuser before the first migration: docker-compose.yml does when
-- PostgreSQL starts for the first time, the embedded server at each start. With them in place neither the owner nor anybody
-- else needs CREATEROLE, not even for the first migration. Passwords are not set here.
--
-- May be run again at any time, and needs to be when the changelog of a release says that there is a new role.
do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      ('app_anonymous', 'nologin', null),
      ('app_customer', 'nologin', 'app_anonymous'),
      ('app_staff', 'nologin', 'app_customer'),
      ('app_admin', 'nologin', 'app_staff'),
      -- The HTTP server's login: it can become one of the roles above and has no right of its own.
      ('app_authenticator', 'login noinherit', 'app_admin'),
      -- The billing process's login: it executes some functions of billing_private and has no other right.
      ('app_billing', 'login noinherit', null),
      -- The owner of the database, who runs migrations and jobs.
      ('medislot', 'login', 'app_authenticator'),
      ('medislot', 'login', 'app_billing')
    ) as r (name, options, member_of)
  loop
    if not exists (select from pg_roles where rolname = wanted.name) then
      execute format('create role %I', wanted.name);
    end if;
    -- Attributes that it was given at some other time are taken away.
    execute format('alter role %I nosuperuser nocreatedb nocreaterole noreplication nobypassrls %s', wanted.name, wanted.options);
    if wanted.member_of is not null and not pg_has_role(wanted.name, wanted.member_of, 'member') then
      execute format('grant %I to %I', wanted.member_of, wanted.name);
    end if;
  end loop;
end
$$;
