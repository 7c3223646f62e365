create table app_private.delivery_attempts (
  clinic_id bigint not null,
  notification_id bigint not null,
  generation int not null,
  attempt int not null,
  channel text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  outcome text,
  provider_reference text,
  error_code text,
  error text,
  constraint attempts_are_numbered primary key (clinic_id, notification_id, generation, attempt),
  constraint attempts_are_of_a_notification foreign key (clinic_id, notification_id)
    references app_public.notifications (clinic_id, id) on delete cascade,
  constraint attempts_end_in_one_of_two_ways check (outcome in ('sent', 'failed')),
  constraint ended_attempts_have_an_outcome check ((outcome is null) = (ended_at is null))
) with (fillfactor = 50);

comment on table app_private.delivery_attempts is
'Every attempt to deliver a message, written before it is made. If an attempt has no outcome, its worker died; '
'whether the message was delivered can be asked of the provider by the idempotency key '
'<installation>-<clinic>-<notification>-<generation>.';

create index delivery_attempts_by_age on app_private.delivery_attempts (started_at);
create index webhook_attempts_under_way on app_private.delivery_attempts
  (started_at) where channel = 'webhook' and ended_at is null;

alter table app_private.delivery_attempts enable row level security;
