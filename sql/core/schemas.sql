-- Function bodies are checked when a function is first called, so that a file may name what a later file creates. The
-- test that builds a database from these files creates every function a second time with the check on.
set local check_function_bodies = off;

create extension if not exists btree_gist with schema public;
create extension if not exists pgcrypto with schema public;
create extension if not exists citext with schema public;
-- For searches by name: unaccent removes accents, pg_trgm compares trigrams, and btree_gin puts both and the clinic
-- into one index.
create extension if not exists unaccent with schema public;
create extension if not exists pg_trgm with schema public;
create extension if not exists btree_gin with schema public;

-- Nothing is granted by default. The file of each function and table grants what is allowed.
revoke all on schema public from public;
alter default privileges revoke all on functions from public;
alter default privileges revoke all on types from public;

-- app_public is the API. Callers may use app_hidden, but the API does not expose it. Only the owner uses app_private.
create schema app_public;
create schema app_hidden;
create schema app_private;
-- Payments, as app_public and app_private: the program that talks to payment providers has rights in these two only.
create schema billing;
create schema billing_private;

-- Roles belong to the cluster, not to the database. They already exist if another database of the cluster created them.
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
      -- The role that the API logs in as. It may SET ROLE to the other roles, but it does not inherit their rights and
      -- has none of its own.
      ('app_authenticator', 'login noinherit', 'app_admin'),
      -- The role that the billing process logs in as. It executes the functions of billing_private that are granted
      -- to it, and reads no table.
      ('app_billing', 'login noinherit', null)
    ) as r (name, options, member_of)
  loop
    if not exists (select from pg_roles where rolname = wanted.name) then
      execute format('create role %I %s', wanted.name, wanted.options);
    end if;
    if wanted.member_of is not null and not pg_has_role(wanted.name, wanted.member_of, 'member') then
      execute format('grant %I to %I', wanted.member_of, wanted.name);
    end if;
  end loop;
  -- One DATABASE_URL can serve all programs: the server then connects as the owner and acts as app_authenticator, and
  -- the billing process as app_billing. Since PostgreSQL 16, creating a role does not include the right to SET ROLE to
  -- it.
  for wanted in select unnest('{app_authenticator,app_billing}'::text[]) as name loop
    if not pg_has_role(
      current_user, wanted.name,
      case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end)
    then
      execute format('grant %I to %I', wanted.name, current_user);
    end if;
  end loop;
end
$$;

grant usage on schema public, app_public, app_hidden to app_anonymous, app_authenticator;
grant usage on schema app_private to app_authenticator;
grant usage on schema billing to app_anonymous;
grant usage on schema billing_private to app_billing;
