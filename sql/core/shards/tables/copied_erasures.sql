-- No foreign keys: copies of people may arrive in any order when they are made again.
create table app_private.copied_erasures (
  customer_id bigint not null,
  account_id bigint,
  account_email app_public.email_address,
  addresses text[] not null default '{}',
  arrived_at timestamptz not null default now(),
  constraint an_erasure_is_carried_out_once primary key (customer_id)
);

comment on table app_private.copied_erasures is
'In a shard: people whom the global database has erased, and whose data at the clinics here are still to be erased. '
'app_private.carry_out_erasure removes the rows. Empty in an installation of one database.';
comment on column app_private.copied_erasures.account_email is
'The address that the account had, to find invitations and mails. If the account stays, because its owner works at a '
'clinic, they stay too.';
comment on column app_private.copied_erasures.addresses is
'The addresses that the person had here, in lower case, to find messages to them.';

alter table app_private.copied_erasures enable row level security;
