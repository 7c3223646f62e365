create table app_private.removals (
  id bigint generated always as identity,
  customer_id bigint not null,
  removed_at timestamptz not null default now(),
  constraint removals_are_identified_by_id primary key (id),
  constraint removals_are_of_a_customer foreign key (customer_id) references app_public.customers (id) on delete cascade
);

comment on table app_private.removals is
'In the global database of an installation with shards: customers who were removed, or were merged into a customer '
'who was removed (remove_customer). The rows are copied to the shards, which cancel these customers'' visits and end '
'their entries of waiting lists (app_private.carry_out_removal).';

create index removals_of_a_customer on app_private.removals (customer_id);

alter table app_private.removals enable row level security;
