create table app_private.unconfirmed_limits (
  only_row boolean not null default true,
  live_bookings int not null default 1,
  holds int not null default 2,
  messages_per_hour int not null default 3,
  kept interval not null default '24 hours',
  link_lasts interval not null default '72 hours',
  constraint there_is_one_row_of_unconfirmed_limits primary key (only_row),
  constraint there_is_only_one_row_of_unconfirmed_limits check (only_row),
  constraint unconfirmed_accounts_can_book check (live_bookings > 0 and holds > 0 and messages_per_hour > 0),
  constraint unconfirmed_accounts_are_kept_for_an_hour check (kept >= '1 hour' and link_lasts >= '1 hour')
);

comment on table app_private.unconfirmed_limits is
'The limits of accounts that registered and have not confirmed their e-mail address. The operator edits this row.';
comment on column app_private.unconfirmed_limits.live_bookings is
'How many live bookings they may have in all clinics.';
comment on column app_private.unconfirmed_limits.holds is 'How many slots they may hold at once in all clinics.';
comment on column app_private.unconfirmed_limits.messages_per_hour is
'How many messages about bookings are sent to one address that nobody has confirmed. The rest waits.';
comment on column app_private.unconfirmed_limits.kept is
'How long such an account is kept after its registration or its last booking, unless a booking took place or is ahead.';
comment on column app_private.unconfirmed_limits.link_lasts is
'How long the link to confirm an address is valid.';

alter table app_private.unconfirmed_limits enable row level security;

insert into app_private.unconfirmed_limits default values;
