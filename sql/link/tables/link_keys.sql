create table app_private.link_keys (
  id int generated always as identity,
  key bytea not null default public.gen_random_bytes(32),
  created_at timestamptz not null default now(),
  constraint link_keys_are_identified_by_id primary key (id),
  constraint link_keys_have_256_bits check (octet_length(key) = 32)
);

comment on table app_private.link_keys is
'The keys of the tokens in links. New tokens are made with the last one; the others still verify tokens that were sent '
'before, until their row is deleted. docs/operations.md says when.';

alter table app_private.link_keys enable row level security;

insert into app_private.link_keys default values;
