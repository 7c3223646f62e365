create table app_private.webhook_health (
  clinic_id bigint not null,
  endpoint_id bigint not null,
  failures int not null default 0,
  is_slow boolean not null default false,
  retry_at timestamptz,
  served_at timestamptz,
  constraint an_endpoint_has_one_state_of_health primary key (clinic_id, endpoint_id),
  constraint health_is_of_an_endpoint
    foreign key (clinic_id, endpoint_id) references app_public.webhook_endpoints (clinic_id, id) on delete cascade
);

comment on table app_private.webhook_health is
'The results of the last attempts at an endpoint: failures since it last answered, whether it took more than two '
'seconds, when it may be tried again, and when it was last served (claim_webhooks).';

alter table app_private.webhook_health enable row level security;
