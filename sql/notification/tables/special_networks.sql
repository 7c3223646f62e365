create table app_private.special_networks (
  network cidr not null,
  meaning text not null,
  constraint special_networks_are_listed_once primary key (network)
);

comment on table app_private.special_networks is
'Networks that are not part of the public internet, to which no webhook is sent. An operator may add networks, or '
'remove one whose receivers are trusted.';

alter table app_private.special_networks enable row level security;
