create table app_public.customer_merges (
  from_customer_id bigint not null,
  id bigint generated always as identity,
  into_customer_id bigint not null,
  basis app_public.merge_basis not null,
  merged_at timestamptz not null default now(),
  merged_by_account_id bigint,
  undone_at timestamptz,
  undone_by_account_id bigint,
  constraint merges_are_identified_by_id primary key (id),
  constraint merges_are_of_a_customer foreign key (from_customer_id) references app_public.customers (id),
  constraint merges_are_into_a_customer foreign key (into_customer_id) references app_public.customers (id)
);

comment on table app_public.customer_merges is
'The history of customers.merged_into_id: which customer was merged into which, on what basis, by whom, and when that '
'was undone. A trigger of customers writes it.';
comment on column app_public.customer_merges.merged_by_account_id is
'The account that merged them; null for a DBA. undone_by_account_id likewise.';

create unique index a_customer_is_merged_into_one_at_a_time on app_public.customer_merges (from_customer_id)
  where undone_at is null;
create index merges_from_a_customer on app_public.customer_merges (from_customer_id);
create index merges_into_a_customer on app_public.customer_merges (into_customer_id);

alter table app_public.customer_merges enable row level security;
create policy customers_see_their_merges on app_public.customer_merges
  for select to app_customer using (into_customer_id = any (app_hidden.current_customer_ids()));
create policy admins_see_everything on app_public.customer_merges for select to app_admin using (true);
grant select (id, from_customer_id, into_customer_id, basis, merged_at, undone_at) on app_public.customer_merges
  to app_customer;
grant select on app_public.customer_merges to app_admin;

create trigger merges_are_never_changed before update on app_public.customer_merges
  for each row when (OLD.undone_at is not null)
  execute function app_hidden.refuse_new_identity('undone_at', 'undone_by_account_id');
create trigger merges_stay_what_they_are before update on app_public.customer_merges
  for each row execute function app_hidden.refuse_new_identity('id', 'from_customer_id', 'into_customer_id', 'basis',
    'merged_at', 'merged_by_account_id');
