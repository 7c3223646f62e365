create table app_private.patient_feeds (
  id bigint generated always as identity,
  customer_id bigint not null,
  created_at timestamptz not null default now(),
  constraint patient_feeds_are_identified_by_id primary key (id),
  constraint a_patient_has_one_feed unique (customer_id),
  constraint patient_feeds_are_of_a_customer foreign key (customer_id) references app_public.customers (id)
    on delete cascade
);

comment on table app_private.patient_feeds is
'The patients who have a link to a calendar of their appointments. The token is derived from the id; without the row '
'it is not valid.';

alter table app_private.patient_feeds enable row level security;
