create table app_private.catalogue_changes (
  id bigint generated always as identity,
  changed_at timestamptz not null default now(),
  constraint catalogue_changes_are_identified_by_id primary key (id)
);

comment on table app_private.catalogue_changes is
'One row per statement that changed the catalogue: clinics, doctors, specializations, time slots, services. Servers '
'compare app_private.catalogue_state() and drop what they have cached when it has changed. Rows, since a counter would '
'make the writers of different clinics wait for each other, and NOTIFY would take a lock on the whole database. '
'Removed after a quarter of an hour (remove_old_records), which is longer than a cached answer lives.';

create index catalogue_changes_by_time on app_private.catalogue_changes (changed_at);

alter table app_private.catalogue_changes enable row level security;
