create table app_private.people_of_shards (
  clinic_id bigint not null,
  customer_id bigint not null,
  recorded_at timestamptz not null default now(),
  constraint people_of_shards_are_identified_by_clinic_and_customer primary key (clinic_id, customer_id),
  constraint people_of_shards_are_customers foreign key (customer_id) references app_public.customers (id)
    on delete cascade
);

comment on table app_private.people_of_shards is
'In the global database: customers whom it has recorded for a clinic in a shard. The shard may have refused the rest '
'of the call, so the rows stay until it is known whether the shard uses these customers. app_private.settle_people '
'removes the rows, and with them the customers that are not used. Empty in an installation of one database.';
comment on column app_private.people_of_shards.clinic_id is
'The clinic that has recorded the customer. Without a foreign key: its row is a copy, which may arrive later.';

create index people_of_shards_by_customer on app_private.people_of_shards (customer_id);
create index people_of_shards_by_age on app_private.people_of_shards (recorded_at);

alter table app_private.people_of_shards enable row level security;
