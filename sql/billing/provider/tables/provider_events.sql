create table billing_private.provider_events (
  provider text not null,
  event_id text not null,
  type text not null,
  object_id text not null,
  account text,
  received_at timestamptz not null default now(),
  attempts int not null default 0,
  retry_at timestamptz not null default now(),
  done_at timestamptz,
  last_error text,
  constraint an_event_of_a_provider_is_stored_once primary key (provider, event_id)
);

comment on table billing_private.provider_events is
'Events that payment providers have reported (webhooks), each stored once. An event says only that an object has '
'changed: the billing process reads the object from the provider and applies its state, so the order of events and '
'repeated ones do not matter.';

comment on column billing_private.provider_events.account is 'The clinic''s account at the provider, if it has one.';

create index provider_events_to_settle on billing_private.provider_events (retry_at) where done_at is null;
create index provider_events_by_age on billing_private.provider_events (received_at);

alter table billing_private.provider_events enable row level security;
