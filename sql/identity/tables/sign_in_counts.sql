-- Counted failures decrease over time. They block sign-in where they were made, and they do not block a network or a
-- device that has signed in before.
create table app_private.sign_in_counts (
  address_hash bytea not null,
  place text not null,
  spent float8 not null,
  counted_at timestamptz not null default now(),
  constraint an_address_is_counted_once_a_place primary key (address_hash, place),
  constraint counts_are_of_a_kind_of_place
    check (split_part(place, ' ', 1) in ('network', 'device', 'elsewhere', 'account'))
);

comment on table app_private.sign_in_counts is
'Counts of sign-ins with an address, whether or not it has an account: failures at a network or a device, failures at '
'all places together that no account of the address knows (elsewhere), and successful sign-ins of an account. '
'app_private.sign_ins_per_hour defines how fast they decrease. Rows are removed after a day.';
comment on column app_private.sign_in_counts.address_hash is 'SHA-256 of the address.';
comment on column app_private.sign_in_counts.spent is 'The count at counted_at. It decreases from then on.';

create index sign_in_counts_by_age on app_private.sign_in_counts (counted_at);

alter table app_private.sign_in_counts enable row level security;
