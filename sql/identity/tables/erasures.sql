create table app_private.erasures (
  customer_id bigint not null,
  erased_at timestamptz not null default now(),
  erased_by_account_id bigint,
  constraint a_customer_is_erased_once primary key (customer_id),
  constraint erasures_are_of_a_customer foreign key (customer_id) references app_public.customers (id)
);

comment on table app_private.erasures is
'Customers who were erased, by id. verify_events uses it to tell whether a reason was erased together with its '
'person. After a backup is restored, it lists the customers who have to be erased again.';
comment on column app_private.erasures.erased_by_account_id is
'The account of the person or of an administrator; null for a DBA.';

alter table app_private.erasures enable row level security;
