-- Messages to managers, and the heads of the event chains for storage elsewhere.
create table app_private.manager_messages (
  clinic_id bigint not null,
  id bigint generated always as identity,
  kind text not null,
  employee_id bigint,
  endpoint_id bigint,
  details jsonb not null,
  state text not null default 'pending',
  created_at timestamptz not null default now(),
  send_after timestamptz not null default now(),
  attempts int not null default 0,
  sent_at timestamptz,
  last_error text,
  delivered_body text,
  constraint manager_messages_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint manager_messages_are_of_a_clinic
    foreign key (clinic_id) references app_public.clinics (id) on delete cascade,
  constraint manager_messages_may_be_to_an_employee foreign key (clinic_id, employee_id)
    references app_public.employees (clinic_id, id) on delete cascade,
  constraint manager_messages_may_be_to_an_endpoint foreign key (clinic_id, endpoint_id)
    references app_public.webhook_endpoints (clinic_id, id) on delete cascade,
  constraint manager_messages_are_to_one_of_both check ((employee_id is null) <> (endpoint_id is null)),
  constraint manager_messages_are_of_a_known_kind
    check (kind in ('webhook_disabled', 'event_head', 'network_alert', 'doctor_in_two_places', 'calendar_not_read')),
  constraint manager_messages_are_in_a_known_state check (state in ('pending', 'sent', 'dead'))
);

comment on table app_private.manager_messages is
'Messages to a clinic''s managers by e-mail, or to its own system by webhook, that are not about a booking: that a '
'webhook was switched off, or the head of the event chain. Without SMTP_URL, delivered_body stores what would have '
'been sent.';

create index manager_messages_to_send on app_private.manager_messages (send_after) where state = 'pending';
create index manager_messages_by_age on app_private.manager_messages (created_at);
create index manager_messages_of_an_employee on app_private.manager_messages (clinic_id, employee_id);
create index manager_messages_of_an_endpoint on app_private.manager_messages (clinic_id, endpoint_id);

alter table app_private.manager_messages enable row level security;
