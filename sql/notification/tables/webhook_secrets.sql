create table app_private.webhook_secrets (
  clinic_id bigint not null,
  endpoint_id bigint not null,
  secret text not null,
  constraint an_endpoint_has_one_secret primary key (clinic_id, endpoint_id),
  constraint webhook_secrets_are_of_an_endpoint foreign key (clinic_id, endpoint_id)
    references app_public.webhook_endpoints (clinic_id, id) on delete cascade
);

comment on table app_private.webhook_secrets is
'The key of an endpoint''s HMAC signatures. Stored as it is, not hashed, because signing needs it.';

alter table app_private.webhook_secrets enable row level security;
