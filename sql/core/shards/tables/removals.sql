create table app_private.removals (
  id bigint generated always as identity,
  customer_id bigint not null,
  removed_at timestamptz not null default now(),
  constraint removals_are_identified_by_id primary key (id),
  constraint removals_are_of_a_customer foreign key (customer_id) references app_public.customers (id) on delete cascade
);

comment on table app_private.removals is
'In the global database of an installation with shards: customers whose visits and entries of waiting lists have to '
'end because they, or those into whom they were merged, were removed (remove_customer). Copied to the shards, which '
'do that at their clinics (app_private.carry_out_removal).';

create index removals_of_a_customer on app_private.removals (customer_id);

alter table app_private.removals enable row level security;
