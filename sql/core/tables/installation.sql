-- The id of this installation. It makes names unique that other systems store: calendar UIDs, Message-IDs, keys at
-- providers.
create table app_private.installation (
  is_the_only boolean not null default true,
  id uuid not null default gen_random_uuid(),
  -- In production, webhooks are delivered fairly between clinics, to public addresses only, and with the same body at
  -- each attempt.
  is_production boolean not null default false,
  shard_id int,
  constraint there_is_one_installation primary key (is_the_only),
  constraint the_installation_is_the_only_one check (is_the_only)
);

comment on table app_private.installation is
'The settings of this database, in one row. A copy of the database that runs beside the original needs another id: '
'update app_private.installation set id = gen_random_uuid().';
comment on column app_private.installation.is_production is
'Set by workers with NODE_ENV=production (declare_production). No program unsets it.';
comment on column app_private.installation.shard_id is
'The number of this shard, set by app_private.become_shard. Null in the global database, and where there is one '
'database only.';

alter table app_private.installation enable row level security;

insert into app_private.installation default values;
