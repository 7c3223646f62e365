create table billing_private.provider_calls (
  clinic_id bigint not null,
  id bigint generated always as identity,
  provider text not null,
  kind text not null,
  payload jsonb not null,
  checkout_id bigint,
  refund_id bigint,
  state text not null default 'pending',
  key_number int not null default 1,
  attempts int not null default 0,
  retry_at timestamptz not null default now(),
  last_error text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  constraint provider_calls_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint provider_calls_are_of_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint provider_calls_may_be_about_a_checkout foreign key (checkout_id) references billing.checkouts (id),
  constraint provider_calls_may_be_about_a_refund foreign key (clinic_id, refund_id)
    references billing.refunds (clinic_id, id),
  constraint provider_calls_are_of_a_known_kind check (kind in ('create_session', 'expire_session', 'refund')),
  constraint provider_calls_are_in_a_known_state check (state in ('pending', 'done', 'failed')),
  constraint refunds_and_only_they_name_a_refund check (
    (kind = 'refund') = (refund_id is not null) and (kind = 'refund') = (checkout_id is null)),
  constraint ended_provider_calls_say_when check ((state = 'pending') = (ended_at is null))
);

comment on table billing_private.provider_calls is
'Calls that the billing process makes to payment providers, written in the transaction that causes them. Their '
'payloads hold no name and nothing about health.';
comment on column billing_private.provider_calls.key_number is
'The last part of the idempotency key. Rises with each attempt that is known to have had no effect; while the outcome '
'is unknown, the same key is used again.';
comment on column billing_private.provider_calls.retry_at is
'When it is made again, if its outcome is not recorded by then. Of an ended call, when the provider was last asked '
'about its object.';

create index provider_calls_to_make on billing_private.provider_calls (retry_at) where state = 'pending';
create index provider_calls_to_watch on billing_private.provider_calls (provider) where state <> 'done';
create index provider_calls_by_id on billing_private.provider_calls (id);
create index provider_calls_about_a_checkout on billing_private.provider_calls (checkout_id);
create index provider_calls_about_a_refund on billing_private.provider_calls (clinic_id, refund_id);
create index provider_calls_by_age on billing_private.provider_calls (created_at);

alter table billing_private.provider_calls enable row level security;
