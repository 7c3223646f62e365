create table app_private.shards (
  id int not null,
  address text not null,
  state text not null default 'joining',
  created_at timestamptz not null default now(),
  constraint shards_are_identified_by_number primary key (id),
  -- The ids of a shard begin with its number times 10^12; JavaScript's numbers are exact up to 9 * 10^15.
  constraint shards_have_a_number_from_one_on check (id between 1 and 9000),
  constraint shards_are_unique_by_address unique (address),
  constraint addresses_of_shards_contain_no_login check (address ~ '^postgresql://[^@/?]+/[^@/?]+$'),
  constraint states_of_shards_are_known check (state in ('joining', 'active'))
);

comment on table app_private.shards is
'The databases that hold clinics beside this one, the global database. Empty in an installation of one database. '
'Written by npm run shards.';
comment on column app_private.shards.address is
'postgresql://host:port/database, without a login: all databases have the same logins.';
comment on column app_private.shards.state is
'joining until npm run shards -- add has copied people to it; then active.';

alter table app_private.shards enable row level security;
