create table app_private.channels (
  channel text not null,
  per_second numeric not null,
  most_attempts int not null default 8,
  constraint channels_are_identified_by_name primary key (channel),
  constraint rates_are_positive check (per_second > 0),
  constraint attempts_are_made check (most_attempts between 1 and 20)
);

comment on table app_private.channels is
'Limits of each channel. Edited by the operator; takes effect at the next plan_reminders.';
comment on column app_private.channels.per_second is
'The rate at which reminders due at the same time are sent ahead of it.';
comment on column app_private.channels.most_attempts is
'After how many attempts a message is dead. The first two attempts are 30 s apart; each later interval is twice as '
'long.';

alter table app_private.channels enable row level security;

insert into app_private.channels (channel, per_second) values ('email', 20), ('sms', 10), ('webhook', 50);
