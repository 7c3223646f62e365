create table app_private.idempotency_keys (
  clinic_id bigint not null,
  account_id bigint not null,
  key text not null,
  operation text not null,
  arguments jsonb not null,
  outcome jsonb,
  created_at timestamptz not null default now(),
  constraint an_idempotency_key_is_used_once primary key (clinic_id, account_id, key)
);

comment on table app_private.idempotency_keys is
'The operations that callers performed under an idempotency key, with their outcomes, so that a repeated request '
'gets the same answer. Account 0 is the operator in psql, a negative one the customer with this id, '
'through a link.';

create index idempotency_keys_by_age on app_private.idempotency_keys (created_at);

alter table app_private.idempotency_keys enable row level security;
