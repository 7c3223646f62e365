create table app_private.retention (
  only_row boolean not null default true,
  slots interval not null default '90 days',
  messages interval not null default '90 days',
  idempotency_keys interval not null default '7 days',
  ended_sessions interval not null default '30 days',
  invitations interval not null default '30 days',
  failed_jobs interval not null default '30 days',
  known_places interval not null default '90 days',
  constraint there_is_one_retention primary key (only_row),
  constraint there_is_only_one_retention check (only_row),
  constraint keeping_is_not_negative check (
    '0' <= all (array[slots, messages, idempotency_keys, ended_sessions, invitations, failed_jobs]))
);

comment on table app_private.retention is
'How long old data is kept: slots until they are archived, everything else until it is removed. The operator edits '
'this row.';

alter table app_private.retention enable row level security;

insert into app_private.retention default values;
