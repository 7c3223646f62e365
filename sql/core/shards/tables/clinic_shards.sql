-- No foreign key to the clinic: its row is a copy, which may come and go with its shard.
create table app_private.clinic_shards (
  clinic_id bigint not null,
  shard_id int not null,
  constraint a_clinic_is_in_one_shard primary key (clinic_id),
  constraint clinics_are_in_a_known_shard foreign key (shard_id) references app_private.shards (id)
);

comment on table app_private.clinic_shards is
'The map: which shard has a clinic. A clinic without a row is in this database. Rows are added when the copies of new '
'clinics arrive.';

create index clinics_of_a_shard on app_private.clinic_shards (shard_id);
-- For servers, which ask every second: app_private.shard_map.
create index clinics_outside_the_shard_of_their_id on app_private.clinic_shards (shard_id, clinic_id)
  where clinic_id / 1000000000000 <> shard_id;

alter table app_private.clinic_shards enable row level security;
