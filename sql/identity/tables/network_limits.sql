create table app_private.network_limits (
  kind text not null,
  burst int not null,
  per_hour int not null,
  constraint network_limits_are_identified_by_kind primary key (kind),
  constraint some_attempts_are_always_allowed check (burst > 0 and per_hour > 0),
  constraint limits_are_forgiven_within_a_day check (burst <= 24 * per_hour)
);

comment on table app_private.network_limits is
'How many attempts of a kind a network may make at once (burst), and by how many the count decreases per hour. The '
'limits are generous, because an office or a mobile carrier may be one network. The operator edits them.';

alter table app_private.network_limits enable row level security;

insert into app_private.network_limits (kind, burst, per_hour) values
  ('sign_in', 50, 60), ('registration', 20, 20), ('password_reset', 10, 10), ('signed_in', 300, 600),
  ('email_confirmation', 10, 10), ('link', 50, 60), ('booking', 60, 60), ('guest', 10, 20);
