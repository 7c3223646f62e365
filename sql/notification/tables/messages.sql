create table app_private.messages (
  clinic_id bigint not null,
  id bigint generated always as identity,
  notification_id bigint not null,
  recipient text not null,
  subject text not null,
  body text not null,
  delivered_at timestamptz not null default now(),
  generation int not null default 1,
  channel text not null default 'email',
  sender_name text,
  calendar text,
  constraint messages_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint a_notification_is_delivered_once unique (clinic_id, notification_id, generation)
);

comment on table app_private.messages is 'Messages that the development transport has delivered.';
comment on column app_private.messages.calendar is 'The .ics file that was attached.';

alter table app_private.messages enable row level security;
