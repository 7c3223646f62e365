-- Not columns of events: events are never updated, and sealing takes no lock that a booking could wait for.
create table app_private.event_seals (
  clinic_id bigint not null,
  position bigint not null,
  event_id bigint not null,
  reason_salt bytea,
  reason_digest bytea,
  hash bytea not null,
  sealed_at timestamptz not null default now(),
  constraint seals_are_numbered_within_their_clinic primary key (clinic_id, position),
  -- No foreign key to the event: a seal must be able to show that its event is gone.
  constraint an_event_is_sealed_once unique (clinic_id, event_id)
);

comment on table app_private.event_seals is
'The seals of each clinic''s events, in the order of their transactions: each hash covers its event and the previous '
'hash. Written by seal_events.';
comment on column app_private.event_seals.reason_digest is
'SHA-256 of reason_salt and the event''s reason. The hash covers this digest instead of the reason, so that the free '
'text can be erased together with its salt.';

alter table app_private.event_seals enable row level security;

create trigger seals_are_never_emptied before truncate on app_private.event_seals
  for each statement execute function app_private.refuse_change_of_history();
create trigger seals_are_never_changed before update or delete on app_private.event_seals
  for each row execute function app_private.refuse_change_of_history('reason_salt');
