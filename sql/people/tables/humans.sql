create table app_private.humans (
  id bigint generated always as identity,
  created_at timestamptz not null default now(),
  constraint humans_are_identified_by_id primary key (id)
);

comment on table app_private.humans is
'Persons: the human behind customers, doctors and employees, whose rows refer to it by human_id where it is known. '
'Two doctors of two clinics with one human are one doctor. Global; no clinic and no caller of the API reads it.';

alter table app_private.humans enable row level security;
