-- No foreign key to the clinic, as in the map.
create table app_private.returned_clinics (
  clinic_id bigint not null,
  constraint a_clinic_returns_once primary key (clinic_id)
);

comment on table app_private.returned_clinics is
'Clinics that are in this database, the global one, although their id has the number of a shard: they were moved from '
'there (npm run shards -- move). Empty in an installation of one database.';

alter table app_private.returned_clinics enable row level security;
