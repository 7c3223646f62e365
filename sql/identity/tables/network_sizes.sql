create table app_private.network_sizes (
  prefix_length int not null,
  family int not null,
  growth int not null,
  constraint network_sizes_are_identified_by_prefix primary key (family, prefix_length),
  constraint networks_are_of_ipv4_or_ipv6
    check (family = 4 and prefix_length between 8 and 32 or family = 6 and prefix_length between 16 and 64),
  constraint larger_networks_are_allowed_as_much_at_least check (growth >= 1)
);

comment on table app_private.network_sizes is
'The networks in which attempts from one address are counted, by the length of their prefix, and by what the limits of '
'app_private.network_limits are multiplied there. A provider gives one IPv6 customer a /64, a /56 or a /48, so '
'counting by /64 alone would be no limit. The operator edits the rows.';

alter table app_private.network_sizes enable row level security;

insert into app_private.network_sizes (family, prefix_length, growth) values
  (4, 32, 1), (6, 64, 1), (6, 56, 2), (6, 48, 4);
