create table app_private.event_sealing (
  only_row boolean not null default true,
  transaction_id xid8 not null default '0',
  event_id bigint not null default 0,
  constraint there_is_one_sealing primary key (only_row),
  constraint there_is_only_one_sealing check (only_row)
);

comment on table app_private.event_sealing is 'The last event that seal_events has read.';

alter table app_private.event_sealing enable row level security;

insert into app_private.event_sealing default values;
