create table app_private.delivery_counters (
  channel text not null,
  outcome text not null,
  part int not null,
  total bigint not null default 0,
  constraint deliveries_are_counted_once primary key (channel, outcome, part)
);

comment on table app_private.delivery_counters is
'How many deliveries ended with each outcome since the database was made, for /metrics. Each counter has eight rows, '
'so that senders do not wait for one row.';

alter table app_private.delivery_counters enable row level security;
