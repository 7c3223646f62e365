-- Unlogged: the rows are needed for a day, and a crash that loses them costs less than WAL of each booking.
create unlogged table app_private.network_slots (
  network cidr not null,
  taken_at timestamptz not null default now(),
  in_clinic_id bigint not null,
  slot_date date not null,
  slots int not null,
  shard_id int
);

comment on table app_private.network_slots is
'Slots that customers have held or booked, by the network (an IPv4 address or an IPv6 /64) they came from. No clinic '
'owns them. Rows are added and never changed, so that customers of one network do not wait for each other. Removed '
'after a day.';
comment on column app_private.network_slots.shard_id is
'The shard in which they were taken, 0 for the global database. Null: this database. Servers copy the slots of '
'networks that may reach the limit in all databases together (app_private.networks_near_limit).';

create index network_slots_by_network on app_private.network_slots (network, taken_at);
create index network_slots_by_age on app_private.network_slots (taken_at);

alter table app_private.network_slots enable row level security;
