-- No foreign keys: copies of people may arrive in any order when they are made again.
create table app_private.copied_removals (
  customer_id bigint not null,
  arrived_at timestamptz not null,
  constraint a_removal_is_carried_out_once primary key (customer_id)
);

comment on table app_private.copied_removals is
'In a shard: customers whom the global database has removed (app_private.removals), and whose visits at the clinics '
'here are still to be cancelled. app_private.carry_out_removal removes the rows. Empty in an installation of one '
'database.';
comment on column app_private.copied_removals.arrived_at is
'Bookings that clinics make after this moment, for a record that was merged into a removed customer, stay.';

alter table app_private.copied_removals enable row level security;
