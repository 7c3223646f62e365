create table app_private.network_attempts (
  kind text not null,
  network cidr not null,
  spent float8 not null,
  counted_at timestamptz not null default now(),
  constraint a_network_is_counted_once_a_kind primary key (kind, network),
  constraint attempts_are_of_a_limited_kind foreign key (kind) references app_private.network_limits (kind)
);

comment on table app_private.network_attempts is
'Attempts by network, counted against app_private.network_limits: failed sign-ins, successful ones, registrations, '
'and requested password links. Rows are removed after a day.';
comment on column app_private.network_attempts.spent is 'The count at counted_at. It decreases from then on.';

create index network_attempts_by_age on app_private.network_attempts (counted_at);

alter table app_private.network_attempts enable row level security;
