create table app_public.webhook_endpoints (
  clinic_id bigint not null,
  id bigint generated always as identity,
  url text not null,
  kinds app_public.notification_kind[] not null
    default '{booking_confirmed,booking_rescheduled,booking_cancelled,slot_withdrawn}',
  is_active boolean not null default true,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  disabled_because text,
  wants_event_head boolean not null default false,
  constraint webhook_endpoints_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint webhook_endpoints_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint webhook_urls_are_of_http
    check (url ~ '^https?://[^[:space:]/?#@]+([/?][^[:space:]]*)?$' and char_length(url) <= 2000),
  constraint webhooks_tell_what_happens
    check (array_position(kinds, null) is null and not kinds && '{booking_reminder,slot_offered,payment_due}'),
  constraint endpoints_are_disabled_for_a_known_reason check (disabled_because in ('gone', 'not_public')),
  constraint active_endpoints_are_not_disabled check (not is_active or disabled_because is null)
);

comment on table app_public.webhook_endpoints is
'URLs of clinics'' own systems, which receive bookings by signed POST. Created by create_webhook_endpoint, which '
'shows the secret once.';
comment on column app_public.webhook_endpoints.kinds is
'The kinds of message that it receives. Reminders, offers and what is about an invoice are sent to people only.';
comment on column app_public.webhook_endpoints.disabled_because is
'Why medislot switched it off: gone (it answered 410) or not_public (its name resolves to an address inside a '
'network). Null when it is on, or when a manager switched it off.';
comment on column app_public.webhook_endpoints.wants_event_head is
'Whether it gets the head of the clinic''s event chain once a day.';

alter table app_public.webhook_endpoints enable row level security;
create policy managers_see_their_endpoints on app_public.webhook_endpoints
  for select to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_their_endpoints on app_public.webhook_endpoints
  for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.webhook_endpoints for all to app_admin using (true);
grant select,
    update (url, kinds, is_active, row_version, wants_event_head)
    on app_public.webhook_endpoints to app_staff;

create trigger webhook_endpoints_count_their_versions before update on app_public.webhook_endpoints
  for each row execute function app_hidden.bump_row_version();
create trigger webhook_endpoints_stay_in_their_clinic before update on app_public.webhook_endpoints
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id');
create trigger webhooks_go_to_public_addresses before insert or update of url, is_active on app_public.webhook_endpoints
  for each row when (NEW.is_active) execute function app_private.check_webhook_url();
create trigger active_endpoints_have_no_reason_to_be_off before update of is_active on app_public.webhook_endpoints
  for each row execute function app_private.clear_reason_of_active_endpoint();
create trigger messages_follow_their_endpoint after update of is_active, url on app_public.webhook_endpoints
  for each row when ((NEW.is_active, NEW.url) is distinct from (OLD.is_active, OLD.url))
  execute function app_private.apply_endpoint_change();
