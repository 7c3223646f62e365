create table app_private.table_homes (
  table_name text not null,
  home text not null,
  copied_columns text[],
  constraint a_table_has_one_home primary key (table_name),
  constraint homes_of_tables_are_known check (home in ('clinic', 'global', 'everywhere')),
  constraint rows_of_every_database_are_not_copied check (home <> 'everywhere' or copied_columns is null)
);

comment on table app_private.table_homes is
'For each table, in which database its rows are written when clinics are spread over several (docs/shards.md), and '
'what other databases have copies of. In an installation of one database this has no effect.';
comment on column app_private.table_homes.home is
'clinic: in the database of the clinic, its shard. global: in the global database only. everywhere: each database '
'has rows of its own, which migrations write or which are about that database.';
comment on column app_private.table_homes.copied_columns is
'The columns that are copied, from the global database to all shards or from the shards to the global database; {*} '
'for all columns, null if nothing is copied.';

alter table app_private.table_homes enable row level security;
