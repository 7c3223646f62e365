--! Previous: sha1:de3605d6442f2c6d547e0ae8e0f9d5c23589313d
--! Hash: sha1:ee12bdde57fd33c5c7c29342194f95346ec59c07
--! Message: notifications

-- How a clinic and its customers want to be told things.
alter table app_public.policies
  add column language text not null default 'en',
  add column sender_name text,
  add column quiet_from time,
  add column quiet_until time,
  add constraint clinics_write_in_a_language_that_is_known check (language in ('en', 'de')),
  add constraint quiet_hours_have_both_ends check ((quiet_from is null) = (quiet_until is null) and quiet_from <> quiet_until),
  add constraint sender_names_are_one_short_line check (btrim(sender_name) <> '' and sender_name !~ '[[:cntrl:]]' and char_length(sender_name) <= 100);
comment on column app_public.policies.language is 'In which language customers are written to who have not chosen one: en or de.';
comment on column app_public.policies.sender_name is 'As whom messages come; null is the clinic''s name.';
comment on column app_public.policies.quiet_from is 'From this local time until quiet_until nobody is written to, but in answer to what they just did. Reminders are sent before.';
comment on column app_public.policies.quiet_until is 'When the quiet hours end, by the clinic''s clock; earlier than quiet_from means on the next morning.';
grant update (language, sender_name, quiet_from, quiet_until) on app_public.policies to app_staff;

alter table app_public.customers
  add column preferred_language text,
  add column preferred_channel text,
  add column wants_reminders boolean not null default true,
  add constraint customers_read_a_language_that_is_known check (preferred_language in ('en', 'de')),
  add constraint customers_are_told_by_email_or_sms check (preferred_channel in ('email', 'sms'));
comment on column app_public.customers.preferred_language is 'en or de; null leaves it to the clinic.';
comment on column app_public.customers.preferred_channel is 'email or sms, where the clinic offers it; null leaves it to the clinic.';
comment on column app_public.customers.wants_reminders is 'False is an opt-out of reminders from all clinics, at once.';
grant update (preferred_language, preferred_channel, wants_reminders) on app_public.customers to app_customer;

alter table app_public.clinic_customers
  add column preferred_language text,
  add column preferred_channel text,
  add column wants_reminders boolean not null default true,
  add constraint clinic_customers_read_a_language_that_is_known check (preferred_language in ('en', 'de')),
  add constraint clinic_customers_are_told_by_email_or_sms check (preferred_channel in ('email', 'sms'));
comment on column app_public.clinic_customers.preferred_language is 'What the desk was told; the customer''s own choice goes before it.';
comment on column app_public.clinic_customers.preferred_channel is 'What the desk was told; the customer''s own choice goes before it.';
comment on column app_public.clinic_customers.wants_reminders is 'False is an opt-out of this clinic''s reminders, at once.';
grant update (preferred_language, preferred_channel, wants_reminders) on app_public.clinic_customers to app_staff;

create table app_public.notification_rules (
  clinic_id bigint not null,
  kind app_public.notification_kind not null,
  channel text not null,
  constraint a_clinic_has_a_rule_once primary key (clinic_id, kind, channel),
  constraint notification_rules_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id) on delete cascade,
  constraint rules_are_of_email_and_sms check (channel in ('email', 'sms'))
);
comment on table app_public.notification_rules is
'Which kinds of message a clinic sends to customers, and over which channels. A kind without a row is not sent. A customer is told over one channel: the preferred one if it has a row, else one whose address is known, e-mail first.';
alter table app_public.notification_rules enable row level security;
create trigger notification_rules_stay_in_their_clinic before update on app_public.notification_rules
  for each row execute function app_hidden.refuse_new_identity('clinic_id');
create policy staff_see_their_notification_rules on app_public.notification_rules for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy managers_add_notification_rules on app_public.notification_rules for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_remove_notification_rules on app_public.notification_rules for delete to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.notification_rules for all to app_admin using (true);
grant select, insert, delete on app_public.notification_rules to app_staff;

create table app_public.default_notification_texts (
  kind app_public.notification_kind not null,
  channel text not null,
  language text not null,
  subject text not null,
  body text not null,
  constraint there_is_one_default_text primary key (kind, channel, language)
);
comment on table app_public.default_notification_texts is 'What is written where a clinic has no text of its own. Words in {{braces}} are filled in; {{#word}}…{{/word}} stays only when the word has a value.';
alter table app_public.default_notification_texts enable row level security;
create policy staff_see_default_texts on app_public.default_notification_texts for select to app_staff using (true);
grant select on app_public.default_notification_texts to app_staff;

create table app_public.notification_texts (
  clinic_id bigint not null,
  kind app_public.notification_kind not null,
  channel text not null,
  language text not null,
  subject text not null default '',
  body text not null,
  row_version int not null default 1,
  constraint a_clinic_has_one_text_of_a_kind primary key (clinic_id, kind, channel, language),
  constraint notification_texts_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id) on delete cascade,
  constraint texts_are_of_email_and_sms check (channel in ('email', 'sms')),
  constraint texts_are_in_a_language_that_is_known check (language in ('en', 'de')),
  constraint subjects_are_one_short_line check (subject !~ '[[:cntrl:]]' and char_length(subject) <= 200),
  constraint texts_of_emails_have_a_subject check (channel <> 'email' or btrim(subject) <> ''),
  constraint texts_say_something check (btrim(body) <> '' and char_length(body) <= case channel when 'sms' then 600 else 10000 end)
);
comment on table app_public.notification_texts is 'A clinic''s own texts, in place of the default ones. Preview them with preview_notification.';
alter table app_public.notification_texts enable row level security;

-- Clinics' own systems.
create table app_public.webhook_endpoints (
  clinic_id bigint not null,
  id bigint generated always as identity,
  url text not null,
  kinds app_public.notification_kind[] not null default '{booking_confirmed,booking_rescheduled,booking_cancelled,slot_withdrawn}',
  is_active boolean not null default true,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  constraint webhook_endpoints_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint webhook_endpoints_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint webhook_urls_are_of_http check (url ~ '^https?://[^[:space:]/?#@]+([/?][^[:space:]]*)?$' and char_length(url) <= 2000),
  constraint webhooks_tell_what_happens check (array_position(kinds, null) is null and not 'booking_reminder' = any (kinds))
);
comment on table app_public.webhook_endpoints is 'Where a clinic''s own system is told of its bookings, by signed POST. Made by create_webhook_endpoint, which tells the secret once.';
comment on column app_public.webhook_endpoints.kinds is 'What it is told of. Reminders are for people.';
alter table app_public.webhook_endpoints enable row level security;
create table app_private.webhook_secrets (
  clinic_id bigint not null,
  endpoint_id bigint not null,
  secret text not null,
  constraint an_endpoint_has_one_secret primary key (clinic_id, endpoint_id),
  constraint webhook_secrets_are_of_an_endpoint foreign key (clinic_id, endpoint_id)
    references app_public.webhook_endpoints (clinic_id, id) on delete cascade
);
comment on table app_private.webhook_secrets is 'The key of an endpoint''s HMAC signatures. Kept as it is, since signing needs it.';
alter table app_private.webhook_secrets enable row level security;
create type app_public.new_webhook_endpoint as (clinic_id bigint, id bigint, url text, secret text);
comment on type app_public.new_webhook_endpoint is 'An endpoint just made. Its secret is shown this once.';
create type app_public.notification_preview as (subject text, body text);
comment on type app_public.notification_preview is 'A message as a customer would get it.';

alter table app_public.notifications
  drop constraint a_booking_is_told_each_thing_once,
  drop constraint notification_channels_are_known,
  add column endpoint_id bigint,
  add column send_after timestamptz,
  add column generation int not null default 1,
  add column dropped_because text,
  -- Over one channel, and each endpoint once: a preference that changes meanwhile must not lead to a second one.
  add constraint a_booking_is_told_each_thing_once
    unique nulls not distinct (clinic_id, booking_id, kind, lead_time, booking_sequence, endpoint_id),
  add constraint notification_channels_are_known check (channel in ('email', 'sms', 'webhook')),
  add constraint webhooks_and_only_they_go_to_an_endpoint check ((channel = 'webhook') = (endpoint_id is not null)),
  add constraint notifications_may_go_to_an_endpoint foreign key (clinic_id, endpoint_id)
    references app_public.webhook_endpoints (clinic_id, id),
  add constraint notifications_are_spread_ahead_never_behind check (send_after <= due_at),
  add constraint reasons_are_for_what_is_dropped check (dropped_because is null or state = 'dropped');
comment on column app_public.notifications.due_at is 'No later than this, if the channel lets it. Of a reminder: the lead time before the start, or the beginning of the quiet hours before that.';
comment on column app_public.notifications.send_after is 'Not before this; null is due_at. Reminders of a popular hour are spread ahead by plan_reminders.';
comment on column app_public.notifications.generation is 'Counts send_again.';
comment on column app_public.notifications.dropped_because is 'booking_changed, rules_changed, opted_out, or too_late.';
comment on column app_public.notifications.channel is 'email, sms, or webhook: the clinic''s own system.';
drop index app_public.notifications_to_send;
-- the work list of claim_notifications: by when it may be sent, or sent again
create index notifications_to_send on app_public.notifications ((greatest(least(send_after, due_at), retry_at)), channel) where state = 'pending';
-- of plan_reminders
create index reminders_to_plan on app_public.notifications (due_at) where state = 'pending' and kind = 'booking_reminder';
create index notifications_of_an_endpoint on app_public.notifications (clinic_id, endpoint_id) where endpoint_id is not null;
create index dead_notifications on app_public.notifications (clinic_id, due_at) where state = 'dead';
drop policy customers_see_their_notifications on app_public.notifications;
create policy customers_see_their_notifications on app_public.notifications for select to app_customer
  using (customer_id = app_hidden.current_customer_id() and channel <> 'webhook');

alter table app_private.messages
  drop constraint a_notification_is_delivered_once,
  add column generation int not null default 1,
  add column channel text not null default 'email',
  add column sender_name text,
  add column calendar text,
  add constraint a_notification_is_delivered_once unique (clinic_id, notification_id, generation);
comment on column app_private.messages.calendar is 'The .ics file that came with it.';

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
);
create index on app_private.delivery_attempts (started_at);
comment on table app_private.delivery_attempts is
'Every attempt to deliver, written before it is made. One without an outcome lost its worker: whether its message went out, the provider knows by the idempotency key <clinic>-<notification>-<generation>.';
alter table app_private.delivery_attempts enable row level security;

create table app_private.delivery_counters (
  channel text not null,
  outcome text not null,
  part int not null,
  total bigint not null default 0,
  constraint deliveries_are_counted_once primary key (channel, outcome, part)
);
comment on table app_private.delivery_counters is 'How many deliveries ended how, since ever, for /metrics. In eight parts, so that senders do not queue for one row.';
alter table app_private.delivery_counters enable row level security;

create table app_private.channels (
  channel text not null,
  per_second numeric not null,
  most_attempts int not null default 8,
  constraint channels_are_identified_by_name primary key (channel),
  constraint rates_are_positive check (per_second > 0),
  constraint attempts_are_made check (most_attempts between 1 and 20)
);
comment on table app_private.channels is 'What a channel bears. Edited by the operator; takes effect at the next plan_reminders.';
comment on column app_private.channels.per_second is 'At which rate reminders of a popular hour are spread ahead of their due time.';
comment on column app_private.channels.most_attempts is 'After how many attempts a message is dead. They are 30 s apart, doubling.';
insert into app_private.channels (channel, per_second) values ('email', 20), ('sms', 10), ('webhook', 50);
alter table app_private.channels enable row level security;

-- Slots that came from a template follow it; those made by hand do not. A slot that its template left behind gives up its place, so that
-- one at the new time can have the same doctor, time slot and date.
alter table app_public.booking_slots
  add column from_template boolean not null default false,
  add column superseded boolean not null default false,
  add column current_time_slot_id bigint generated always as (case when not superseded then time_slot_id end) stored,
  drop constraint booking_slots_are_unique_by_doctor_time_slot_and_date,
  add constraint booking_slots_are_unique_by_doctor_time_slot_and_date unique (clinic_id, doctor_id, current_time_slot_id, slot_date),
  add constraint superseded_slots_are_withdrawn check (not superseded or status = 'withdrawn');
comment on column app_public.booking_slots.from_template is 'Made by generation, so it follows its template. False: made by hand.';
comment on column app_public.booking_slots.superseded is 'Withdrawn because its template went or moved.';

create table app_private.schedule_changes (
  clinic_id bigint not null,
  changed_at timestamptz not null default now(),
  constraint a_clinic_has_changes_or_not primary key (clinic_id),
  constraint schedule_changes_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id) on delete cascade
);
comment on table app_private.schedule_changes is 'Clinics whose templates or time slots changed since their slots were last made to follow (apply_templates).';
alter table app_private.schedule_changes enable row level security;

create table app_public.rebooking_list (
  clinic_id bigint not null,
  id bigint generated always as identity,
  booking_id bigint not null,
  booking_slot_id bigint not null,
  reason text not null,
  listed_at timestamptz not null default now(),
  resolved_at timestamptz,
  resolution text,
  open_booking_id bigint generated always as (case when resolution is null then booking_id end) stored,
  constraint rebooking_entries_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint a_booking_is_listed_once_at_a_time unique (clinic_id, open_booking_id),
  constraint rebooking_entries_are_of_a_booking foreign key (clinic_id, booking_id)
    references app_public.bookings (clinic_id, id) on delete cascade,
  constraint rebooking_reasons_are_known check (reason in ('template_gone', 'time_moved')),
  constraint rebooking_resolutions_are_known check (resolution in ('rebooked', 'ended', 'fits_again', 'dismissed')),
  constraint resolved_entries_say_how check ((resolution is null) = (resolved_at is null))
);
create index on app_public.rebooking_list (clinic_id, booking_id);
-- what still waits, first; not partial, or PostGraphile would not let clients ask for it
create index on app_public.rebooking_list (clinic_id, resolution, listed_at);
comment on table app_public.rebooking_list is
$c$Bookings that no longer fit the clinic's templates, for the desk to rebook. An entry resolves itself when its booking is moved or ended, or fits again.
@foreignKey (clinic_id, booking_slot_id) references app_public.booking_slots (clinic_id, id)$c$;
comment on column app_public.rebooking_list.reason is 'template_gone: no template wants the slot any more. time_moved: its time slot has another time now.';
comment on column app_public.rebooking_list.resolution is 'Null while it waits: then rebooked, ended, fits_again, or dismissed by the desk.';
alter table app_public.rebooking_list enable row level security;
create trigger rebooking_entries_stay_what_they_are before update on app_public.rebooking_list
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'booking_id', 'booking_slot_id');
create policy staff_see_their_rebooking_list on app_public.rebooking_list for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy admins_see_everything on app_public.rebooking_list for select to app_admin using (true);
grant select on app_public.rebooking_list to app_staff;

-- The past. Not partitions: a booking's keys would have to carry its date everywhere. Rows are moved by archive_past_slots.
create table app_public.archived_booking_slots (
  clinic_id bigint not null,
  id bigint not null,
  doctor_id bigint not null,
  time_slot_id bigint not null,
  slot_date date not null,
  during tstzrange not null,
  status app_public.slot_status not null,
  customer_id bigint,
  created_at timestamptz not null,
  archived_at timestamptz not null default now(),
  constraint archived_slots_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint archived_slots_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id)
);
create index on app_public.archived_booking_slots (clinic_id, doctor_id, slot_date);
create index on app_public.archived_booking_slots (clinic_id, slot_date);
comment on table app_public.archived_booking_slots is
$c$Booking slots that are long past, moved here so that the live table stays small.
@foreignKey (clinic_id, doctor_id) references app_public.doctors (clinic_id, id)
@foreignKey (clinic_id, time_slot_id) references app_public.time_slots (clinic_id, id)$c$;
alter table app_public.archived_booking_slots enable row level security;
create table app_public.archived_bookings (
  clinic_id bigint not null,
  id bigint not null,
  booking_slot_id bigint not null,
  customer_id bigint not null,
  doctor_id bigint not null,
  slot_date date not null,
  during tstzrange not null,
  status app_public.booking_status not null,
  note text,
  sequence int not null,
  booked_by_account_id bigint,
  cancelled_at timestamptz,
  cancelled_by app_public.booking_party,
  cancellation_reason text,
  created_at timestamptz not null,
  archived_at timestamptz not null default now(),
  constraint archived_bookings_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint archived_bookings_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id)
);
create index on app_public.archived_bookings (clinic_id, booking_slot_id);
create index on app_public.archived_bookings (customer_id, slot_date);
create index on app_public.archived_bookings (clinic_id, doctor_id, slot_date, status);
create index on app_public.archived_bookings (clinic_id, slot_date, status);
comment on table app_public.archived_bookings is
$c$Bookings of archived slots, in the state in which they ended. Their events stay in events.
@foreignKey (clinic_id, booking_slot_id) references app_public.archived_booking_slots (clinic_id, id)
@foreignKey (clinic_id, doctor_id) references app_public.doctors (clinic_id, id)
@foreignKey (customer_id) references app_public.customers (id)$c$;
alter table app_public.archived_bookings enable row level security;
create trigger archived_slots_stay_what_they_are before update on app_public.archived_booking_slots
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id');
create trigger archived_bookings_stay_what_they_are before update on app_public.archived_bookings
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id');
create policy customers_see_their_archived_slots on app_public.archived_booking_slots for select to app_customer using (customer_id = app_hidden.current_customer_id());
create policy staff_see_their_archived_slots on app_public.archived_booking_slots for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy admins_see_everything on app_public.archived_booking_slots for select to app_admin using (true);
grant select on app_public.archived_booking_slots to app_customer;
create policy customers_see_their_archived_bookings on app_public.archived_bookings for select to app_customer using (customer_id = app_hidden.current_customer_id());
create policy staff_see_their_archived_bookings on app_public.archived_bookings for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy admins_see_everything on app_public.archived_bookings for select to app_admin using (true);
grant select on app_public.archived_bookings to app_customer;
-- of archive_past_slots
create index booking_slots_by_date on app_public.booking_slots (slot_date);

create table app_private.retention (
  only_row boolean not null default true,
  slots interval not null default '90 days',
  messages interval not null default '90 days',
  idempotency_keys interval not null default '7 days',
  ended_sessions interval not null default '30 days',
  invitations interval not null default '30 days',
  failed_jobs interval not null default '30 days',
  constraint there_is_one_retention primary key (only_row),
  constraint there_is_only_one_retention check (only_row),
  constraint keeping_is_not_negative check (
    '0' <= all (array[slots, messages, idempotency_keys, ended_sessions, invitations, failed_jobs]))
);
comment on table app_private.retention is 'How long what is past stays: slots until they are archived, the rest until it is removed. Edited by the operator.';
insert into app_private.retention default values;
alter table app_private.retention enable row level security;

--! Included core/error_codes.sql
-- The registry of refusals. SQL raises them by name (app_hidden.refuse), GraphQL carries the name in extensions.code, REST adds the status.
-- docs/error-codes.md is written from it. Class MS is medislot's own; the others are PostgreSQL's, worded for people.
-- MS0 anything, MS1 identity, MS2 clinic, MS3 schedule, MS5 booking, MS6 import, MS7 messages, MS9 the API itself.
insert into app_hidden.error_codes (sqlstate, name, http_status, title, description) values
  ('MS001', 'stale_row_version', 412, 'Changed in the meantime', 'The row was changed after the caller read it. Read it again and repeat.'),
  ('MS002', 'immutable_column', 422, 'This never changes', 'The column is part of what the row is. Make a new row instead.'),
  ('MS003', 'illegal_transition', 409, 'Not possible in this state', 'app_public.state_transitions has no such step. The detail names the state.'),
  ('MS004', 'idempotency_key_reused', 422, 'Idempotency key used for something else', 'The key was used before with another operation or other arguments.'),
  ('MS005', 'invalid_argument', 422, 'Invalid argument', 'An argument is missing or outside its range. The detail names it.'),
  ('MS101', 'email_taken', 409, 'E-mail address already registered', 'An account with this e-mail address exists.'),
  ('MS102', 'wrong_credentials', 401, 'Wrong e-mail address or password', 'Also told for accounts that do not exist or were closed, so that nobody can probe for them.'),
  ('MS103', 'too_many_attempts', 429, 'Too many attempts', 'Sign-in waits after failures. The detail says for how many seconds.'),
  ('MS104', 'refresh_token_invalid', 401, 'Session ended', 'The refresh token is unknown or expired, or its session was signed out. Sign in again.'),
  ('MS105', 'refresh_token_reused', 401, 'Session ended for safety', 'The refresh token was used before, so somebody has a copy: the whole session is signed out. Sign in again.'),
  ('MS106', 'weak_password', 422, 'Password not accepted', 'A password has 10 characters at least and 72 bytes at most (what bcrypt reads).'),
  ('MS107', 'invitation_invalid', 404, 'Invitation not valid', 'The invitation is unknown, expired, used, or meant for another account.'),
  ('MS108', 'invalid_email', 422, 'Not an e-mail address', 'The text does not look like an e-mail address.'),
  ('MS201', 'clinic_not_found', 404, 'Clinic not found', 'No such clinic, or none the caller may know of.'),
  ('MS202', 'doctor_not_found', 404, 'Doctor not found', 'No such doctor in this clinic.'),
  ('MS203', 'customer_not_found', 404, 'Customer not found', 'No such customer, or none who has dealt with this clinic.'),
  ('MS204', 'still_in_use', 409, 'Something still hangs on it', 'The detail lists what. Repeat with cascade to end that as well.'),
  ('MS205', 'unknown_time_zone', 422, 'Unknown time zone', 'The time zone is no IANA name such as Europe/Berlin.'),
  ('MS206', 'time_zone_in_use', 409, 'Time zone in use', 'The clinic has slots ahead, whose times were made in its present zone. Withdraw them first.'),
  ('MS301', 'time_slot_not_found', 404, 'Time slot not found', 'No such time slot in this clinic.'),
  ('MS302', 'skipped_local_time', 422, 'This local time does not exist', 'On this day the clocks skip the time slot''s start or end.'),
  ('MS303', 'slot_overlaps', 409, 'The doctor is busy then', 'Another slot of the doctor overlaps this one.'),
  ('MS304', 'slot_exists', 409, 'Slot exists already', 'The doctor has this time slot on this date.'),
  ('MS305', 'slot_in_the_past', 422, 'In the past', 'The time of the slot has passed.'),
  ('MS306', 'template_not_found', 404, 'Template not found', 'No such template in this clinic.'),
  ('MS307', 'rebooking_not_found', 404, 'Not on the rebooking list', 'No such entry of the clinic''s rebooking list waits.'),
  ('MS501', 'slot_not_found', 404, 'Slot not found', 'No such booking slot in this clinic.'),
  ('MS502', 'slot_taken', 409, 'Slot taken', 'Somebody else booked the slot.'),
  ('MS503', 'slot_held', 409, 'Slot held', 'Somebody else holds the slot for some minutes. It may become free again.'),
  ('MS504', 'slot_withdrawn', 409, 'Slot withdrawn', 'The clinic withdrew the slot.'),
  ('MS505', 'booking_too_late', 422, 'Too late to book', 'The slot starts within the clinic''s lead time. The detail says until when it could be booked.'),
  ('MS506', 'booking_too_far_ahead', 422, 'Too far ahead', 'The slot lies beyond the clinic''s horizon. The detail says from when it can be booked.'),
  ('MS507', 'too_many_bookings', 422, 'Too many bookings', 'The customer has as many live bookings and holds in this clinic as its policy allows.'),
  ('MS508', 'customer_busy', 409, 'The customer is booked then', 'The customer has another live booking in this clinic at this time.'),
  ('MS509', 'cancellation_too_late', 422, 'Too late to cancel', 'The clinic''s cancellation cut-off has passed. Call the clinic.'),
  ('MS510', 'booking_not_found', 404, 'Booking not found', 'No such booking, or none the caller may know of.'),
  ('MS511', 'hold_not_found', 404, 'No such hold', 'The customer does not hold this slot, or the hold expired.'),
  ('MS512', 'not_yet', 422, 'Too early', 'Check-in opens on the day of the booking, no-show when the slot has started.'),
  ('MS601', 'import_refused', 422, 'Import refused', 'The files have faults; nothing was stored. The detail lists file, line, column and reason of each.'),
  ('MS701', 'notification_not_found', 404, 'Notification not found', 'No such notification in this clinic.'),
  ('MS702', 'text_not_understood', 422, 'Text not understood', 'A message text has an unknown {{word}}, stray braces, or a section that is not closed. The detail names it.'),
  ('MS900', 'internal_error', 500, 'Unexpected error', 'Our fault. It is logged with the request id.'),
  ('MS901', 'graphql_parse_failed', 400, 'Not a GraphQL document', 'The document could not be parsed.'),
  ('MS902', 'graphql_validation_failed', 400, 'Document does not fit the schema', 'The document asks for what the schema does not have, or its variables do not fit.'),
  ('MS903', 'query_too_complex', 400, 'Query too complex', 'The document exceeds a limit of depth, cost, aliases, tokens or page size. The detail names it.'),
  ('MS904', 'bad_request', 400, 'Bad request', 'The request itself is malformed.'),
  ('MS905', 'not_found', 404, 'Nothing here', 'There is nothing at this address.'),
  ('MS906', 'method_not_allowed', 405, 'Method not allowed', 'The address does not know this method. The header Allow lists those it knows.'),
  ('MS907', 'body_too_large', 413, 'Body too large', 'The body of the request is larger than 100 kB.'),
  ('MS908', 'unsupported_media_type', 415, 'Media type not supported', 'The body must be application/json (for PATCH also application/merge-patch+json).'),
  ('MS401', 'unauthenticated', 401, 'Sign in first', 'No token, or one that is expired, forged or of a session that was signed out.'),
  ('MS403', 'forbidden', 403, 'Not allowed', 'The caller has no right to do this.'),
  ('42501', 'insufficient_privilege', 403, 'Not allowed', 'The caller''s role has no right to this table, column or function, or row-level security refuses the row.'),
  ('23505', 'unique_violation', 409, 'Exists already', 'A row with this key exists.'),
  ('23P01', 'exclusion_violation', 409, 'Overlaps', 'The row overlaps another that excludes it.'),
  ('23503', 'foreign_key_violation', 409, 'Reference does not hold', 'The row refers to something that does not exist or is not active, or something still refers to it.'),
  ('23514', 'check_violation', 422, 'Value not allowed', 'A value breaks a rule of its table.'),
  ('23502', 'not_null_violation', 422, 'Value missing', 'A value is required.'),
  ('22001', 'string_data_right_truncation', 422, 'Text too long', 'A text is longer than its column.'),
  ('22003', 'numeric_value_out_of_range', 422, 'Number out of range', 'A number does not fit its type.'),
  ('22007', 'invalid_datetime_format', 422, 'Not a date or time', 'A date or time cannot be read.'),
  ('22008', 'datetime_field_overflow', 422, 'No such date or time', 'A date or time is out of range.'),
  ('22P02', 'invalid_text_representation', 422, 'Value cannot be read', 'A value cannot be read as its type.'),
  ('40001', 'serialization_failure', 409, 'Collided with another change', 'Two changes met. Repeat the request.'),
  ('40P01', 'deadlock_detected', 409, 'Collided with another change', 'Two changes met. Repeat the request.'),
  ('57014', 'query_canceled', 503, 'Took too long', 'The statement ran into its time limit.'),
  ('55P03', 'lock_not_available', 503, 'Busy', 'A lock could not be had in time. Repeat the request.'),
  ('53300', 'too_many_connections', 503, 'Busy', 'The database has no connection left. Repeat later.')
on conflict (sqlstate) do update
  set name = excluded.name, http_status = excluded.http_status, title = excluded.title, description = excluded.description;
--! EndIncluded core/error_codes.sql
--! Included notification/default_texts.sql
-- What is written where a clinic has no text of its own. Words: sql/notification/text_values.sql.
insert into app_public.default_notification_texts (kind, channel, language, subject, body) values
  ('booking_confirmed', 'email', 'en', 'Your appointment at {{clinic}}',
   E'Dear {{customer}},\n\nyour appointment is booked:\n\n{{clinic}}{{#address}}, {{address}}{{/address}}\n{{when}}\nwith {{doctor}}\n\nIf you cannot come, please cancel in time.{{#phone}} Phone: {{phone}}{{/phone}}\n\nBooking {{booking}}'),
  ('booking_reminder', 'email', 'en', 'Reminder: your appointment at {{clinic}}',
   E'Dear {{customer}},\n\nwe expect you:\n\n{{clinic}}{{#address}}, {{address}}{{/address}}\n{{when}}\nwith {{doctor}}\n\nIf you cannot come, please tell us.{{#phone}} Phone: {{phone}}{{/phone}}\n\nBooking {{booking}}'),
  ('booking_rescheduled', 'email', 'en', 'Your appointment at {{clinic}} has moved',
   E'Dear {{customer}},\n\nyour appointment is now:\n\n{{clinic}}{{#address}}, {{address}}{{/address}}\n{{when}}\nwith {{doctor}}\n\nThe earlier time no longer holds.\n\nBooking {{booking}}'),
  ('booking_cancelled', 'email', 'en', 'Your appointment at {{clinic}} is cancelled',
   E'Dear {{customer}},\n\n{{#by_customer}}as you wished, this appointment is cancelled:{{/by_customer}}{{#by_clinic}}we are sorry, we had to cancel this appointment:{{/by_clinic}}\n\n{{clinic}}\n{{when}}\nwith {{doctor}}{{#reason}}\n\nReason: {{reason}}{{/reason}}{{#by_clinic}}\n\nPlease book another time.{{#phone}} Phone: {{phone}}{{/phone}}{{/by_clinic}}\n\nBooking {{booking}}'),
  ('slot_withdrawn', 'email', 'en', 'Your appointment at {{clinic}} cannot take place',
   E'Dear {{customer}},\n\nwe are sorry: this time is no longer available, so your appointment cannot take place:\n\n{{clinic}}\n{{when}}\nwith {{doctor}}{{#reason}}\n\nReason: {{reason}}{{/reason}}\n\nPlease book another time.{{#phone}} Phone: {{phone}}{{/phone}}\n\nBooking {{booking}}'),
  ('booking_confirmed', 'email', 'de', 'Ihr Termin: {{clinic}}',
   E'Guten Tag {{customer}},\n\nIhr Termin ist gebucht:\n\n{{clinic}}{{#address}}, {{address}}{{/address}}\n{{when}}\nbei {{doctor}}\n\nWenn Sie nicht kommen können, sagen Sie bitte rechtzeitig ab.{{#phone}} Telefon: {{phone}}{{/phone}}\n\nBuchung {{booking}}'),
  ('booking_reminder', 'email', 'de', 'Erinnerung: Ihr Termin, {{clinic}}',
   E'Guten Tag {{customer}},\n\nwir erwarten Sie:\n\n{{clinic}}{{#address}}, {{address}}{{/address}}\n{{when}}\nbei {{doctor}}\n\nWenn Sie nicht kommen können, sagen Sie uns bitte Bescheid.{{#phone}} Telefon: {{phone}}{{/phone}}\n\nBuchung {{booking}}'),
  ('booking_rescheduled', 'email', 'de', 'Ihr Termin wurde verlegt: {{clinic}}',
   E'Guten Tag {{customer}},\n\nIhr Termin ist jetzt:\n\n{{clinic}}{{#address}}, {{address}}{{/address}}\n{{when}}\nbei {{doctor}}\n\nDie frühere Zeit gilt nicht mehr.\n\nBuchung {{booking}}'),
  ('booking_cancelled', 'email', 'de', 'Ihr Termin ist abgesagt: {{clinic}}',
   E'Guten Tag {{customer}},\n\n{{#by_customer}}wie von Ihnen gewünscht ist dieser Termin abgesagt:{{/by_customer}}{{#by_clinic}}leider mussten wir diesen Termin absagen:{{/by_clinic}}\n\n{{clinic}}\n{{when}}\nbei {{doctor}}{{#reason}}\n\nGrund: {{reason}}{{/reason}}{{#by_clinic}}\n\nBitte buchen Sie einen anderen Termin.{{#phone}} Telefon: {{phone}}{{/phone}}{{/by_clinic}}\n\nBuchung {{booking}}'),
  ('slot_withdrawn', 'email', 'de', 'Ihr Termin kann nicht stattfinden: {{clinic}}',
   E'Guten Tag {{customer}},\n\nleider steht diese Zeit nicht mehr zur Verfügung, und Ihr Termin kann nicht stattfinden:\n\n{{clinic}}\n{{when}}\nbei {{doctor}}{{#reason}}\n\nGrund: {{reason}}{{/reason}}\n\nBitte buchen Sie einen anderen Termin.{{#phone}} Telefon: {{phone}}{{/phone}}\n\nBuchung {{booking}}'),
  ('booking_confirmed', 'sms', 'en', '', '{{clinic}}: booked for {{when}} with {{doctor}}. Booking {{booking}}'),
  ('booking_reminder', 'sms', 'en', '', '{{clinic}}: we expect you on {{when}}, {{doctor}}. Booking {{booking}}'),
  ('booking_rescheduled', 'sms', 'en', '', '{{clinic}}: your appointment is now {{when}} with {{doctor}}. Booking {{booking}}'),
  ('booking_cancelled', 'sms', 'en', '', '{{clinic}}: {{#by_customer}}as you wished, cancelled:{{/by_customer}}{{#by_clinic}}sorry, we had to cancel:{{/by_clinic}} {{when}}. Booking {{booking}}'),
  ('slot_withdrawn', 'sms', 'en', '', '{{clinic}}: sorry, your appointment on {{when}} cannot take place. Please book another time. Booking {{booking}}'),
  ('booking_confirmed', 'sms', 'de', '', '{{clinic}}: gebucht für {{when}} bei {{doctor}}. Buchung {{booking}}'),
  ('booking_reminder', 'sms', 'de', '', '{{clinic}}: wir erwarten Sie am {{when}}, {{doctor}}. Buchung {{booking}}'),
  ('booking_rescheduled', 'sms', 'de', '', '{{clinic}}: Ihr Termin ist jetzt {{when}} bei {{doctor}}. Buchung {{booking}}'),
  ('booking_cancelled', 'sms', 'de', '', '{{clinic}}: {{#by_customer}}wie gewünscht abgesagt:{{/by_customer}}{{#by_clinic}}leider abgesagt:{{/by_clinic}} {{when}}. Buchung {{booking}}'),
  ('slot_withdrawn', 'sms', 'de', '', '{{clinic}}: leider kann Ihr Termin am {{when}} nicht stattfinden. Bitte buchen Sie neu. Buchung {{booking}}')
on conflict (kind, channel, language) do update set subject = excluded.subject, body = excluded.body;
--! EndIncluded notification/default_texts.sql
--! Included notification/fill_in.sql
create or replace function app_private.fill_in(text text, "values" jsonb) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  pattern constant text := '\{\{([#/]?)([a-z_]+)\}\}';
  literals text[] := regexp_split_to_array(text, pattern);
  marks text[];
  place int := 1;
  -- How many sections around this place are left out. They nest.
  left_out int := 0;
  open_sections boolean[] := '{}';
  result text := literals[1];
begin
  -- In one pass, so that a patient who is called {{doctor}} stays who they are.
  for marks in select m from regexp_matches(text, pattern, 'g') m loop
    place := place + 1;
    if marks[1] = '#' then
      open_sections := (coalesce("values" ->> marks[2], '') <> '') || open_sections;
      left_out := left_out + (not open_sections[1])::int;
    elsif marks[1] = '/' then
      left_out := left_out - (not open_sections[1])::int;
      open_sections := open_sections[2:];
    elsif left_out = 0 then
      result := result || coalesce("values" ->> marks[2], '');
    end if;
    if left_out = 0 then
      result := result || literals[place];
    end if;
  end loop;
  return result;
end
$$;

comment on function app_private.fill_in(text, jsonb) is
'A text with its {{words}} replaced by values; {{#word}}…{{/word}} stays only when the word has a value. check_notification_text has seen that words are known and sections closed.';

revoke all on function app_private.fill_in(text, jsonb) from public;
--! EndIncluded notification/fill_in.sql
--! Included notification/say_time.sql
create or replace function app_private.say_time(at timestamptz, time_zone text, language text, part text default 'when') returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  local_time timestamp := at at time zone time_zone;
  day int := extract(isodow from local_time);
  month int := extract(month from local_time);
  said_date text;
  said_time text := to_char(local_time, 'HH24:MI');
begin
  -- Not to_char's TM names: they depend on lc_time and on the locales of the machine.
  if language = 'de' then
    said_date := format('%s, %s. %s %s',
      ('{Montag,Dienstag,Mittwoch,Donnerstag,Freitag,Samstag,Sonntag}'::text[])[day], extract(day from local_time),
      ('{Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember}'::text[])[month], extract(year from local_time));
    said_time := said_time || ' Uhr';
  else
    said_date := to_char(local_time, 'FMDay, FMDD FMMonth YYYY');
  end if;
  return case part
    when 'date' then said_date
    when 'time' then said_time
    -- The zone too: who books at a clinic far away lives by another clock.
    else format('%s, %s (%s)', said_date, said_time, time_zone) end;
end
$$;

comment on function app_private.say_time(timestamptz, text, text, text) is
'An instant by the clock of a zone, in words of a language (en, de): part `when` (date, time and zone), `date` or `time`.';

revoke all on function app_private.say_time(timestamptz, text, text, text) from public;
--! EndIncluded notification/say_time.sql
--! Included notification/check_notification_text.sql
create or replace function app_private.check_notification_text() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  part text;
  mark text[];
  open_sections text[];
begin
  foreach part in array array[NEW.subject, NEW.body] loop
    open_sections := '{}';
    if regexp_replace(part, '\{\{[#/]?[a-z_]+\}\}', '', 'g') ~ '\{\{|\}\}' then
      perform app_hidden.refuse('text_not_understood', 'Braces that are no {{word}}.', jsonb_build_object('text', part));
    end if;
    for mark in select m from regexp_matches(part, '\{\{([#/]?)([a-z_]+)\}\}', 'g') m loop
      if not mark[2] = any ('{clinic,address,phone,doctor,customer,when,date,time,booking,reason,by_customer,by_clinic}') then
        perform app_hidden.refuse('text_not_understood', format('There is no word {{%s}}.', mark[2]), jsonb_build_object('word', mark[2]));
      elsif mark[1] = '#' then
        open_sections := mark[2] || open_sections;
      elsif mark[1] = '/' then
        if open_sections[1] is distinct from mark[2] then
          perform app_hidden.refuse('text_not_understood', format('{{/%s}} closes nothing.', mark[2]), jsonb_build_object('word', mark[2]));
        end if;
        open_sections := open_sections[2:];
      end if;
    end loop;
    if open_sections <> '{}' then
      perform app_hidden.refuse('text_not_understood', format('{{#%s}} is not closed.', open_sections[1]), jsonb_build_object('word', open_sections[1]));
    end if;
  end loop;
  return NEW;
end
$$;

comment on function app_private.check_notification_text() is
'Trigger: refuses (text_not_understood) a clinic''s text with unknown {{words}}, stray braces or sections that are not closed, so that it is told to who writes it and not to patients.';

revoke all on function app_private.check_notification_text() from public;
--! EndIncluded notification/check_notification_text.sql
--! Included notification/quiet_hours.sql
create or replace function app_private.quiet_hours(at timestamptz, time_zone text, quiet_from time, quiet_until time) returns tstzrange
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  local_time timestamp := at at time zone time_zone;
  first_day date;
  quiet tstzrange;
begin
  if quiet_from is null then
    return null;
  end if;
  -- Hours over midnight began the evening before, when it is morning.
  first_day := local_time::date - (quiet_until < quiet_from and local_time::time < quiet_until)::int;
  quiet := tstzrange(
    (first_day + quiet_from) at time zone time_zone,
    greatest((first_day + (quiet_until < quiet_from)::int + quiet_until) at time zone time_zone, (first_day + quiet_from) at time zone time_zone),
    -- What is moved ahead of them leaves at the stroke of their beginning, which is not yet in them.
    '()');
  return case when quiet @> at then quiet end;
end
$$;

comment on function app_private.quiet_hours(timestamptz, text, time, time) is
'The quiet hours (from, until) of a clinic in which an instant lies, or null. A local time that the clocks skip is the one after.';

revoke all on function app_private.quiet_hours(timestamptz, text, time, time) from public;
--! EndIncluded notification/quiet_hours.sql
--! Included notification/choose_channel.sql
create or replace function app_private.choose_channel(clinic_id bigint, customer_id bigint, kind app_public.notification_kind) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select nr.channel
    from app_public.notification_rules nr
    join app_public.clinic_customers cc on cc.clinic_id = nr.clinic_id and cc.customer_id = choose_channel.customer_id
    join app_public.customers c on c.id = cc.customer_id
    where nr.clinic_id = choose_channel.clinic_id and nr.kind = choose_channel.kind
    -- One whose address is known before one that is preferred: to be told otherwise is better than not to be told.
    order by case nr.channel when 'email' then cc.email is null else cc.phone is null end,
      nr.channel is distinct from coalesce(c.preferred_channel, cc.preferred_channel, 'email')
    limit 1);
end
$$;

comment on function app_private.choose_channel(bigint, bigint, app_public.notification_kind) is
'Over which channel a clinic tells a customer this kind of thing: the preferred one where the clinic''s rules have it and the address is known, else another of its channels. Null when the clinic does not send this kind.';

revoke all on function app_private.choose_channel(bigint, bigint, app_public.notification_kind) from public;
--! EndIncluded notification/choose_channel.sql
--! Included notification/queue_notifications.sql
create or replace function app_private.queue_notifications(booking app_public.bookings, kind app_public.notification_kind) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  policy app_public.policies;
  zone text;
  told_at timestamptz := now();
  channel text := app_private.choose_channel(booking.clinic_id, booking.customer_id, kind);
begin
  select p.* into policy from app_public.policies p where p.clinic_id = booking.clinic_id;
  -- Rows only, no job and no notify: either would take a lock that all commits share. The job send_notifications finds what is due.
  if channel is not null then
    if policy.quiet_from is not null and app_hidden.current_customer_id() is distinct from booking.customer_id then
      -- Nobody is woken for what the clinic did, unless it is about the very next hours.
      select c.time_zone into zone from app_public.clinics c where c.id = booking.clinic_id;
      told_at := coalesce(upper(app_private.quiet_hours(told_at, zone, policy.quiet_from, policy.quiet_until)), told_at);
      if told_at > booking.starts_at - interval '2 hours' then
        told_at := now();
      end if;
    end if;
    insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, channel, booking_sequence, due_at)
    values (booking.clinic_id, booking.id, booking.customer_id, kind, channel, booking.sequence, told_at);
  end if;
  insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, channel, endpoint_id, booking_sequence, due_at)
  select booking.clinic_id, booking.id, booking.customer_id, queue_notifications.kind, 'webhook', we.id, booking.sequence, now()
  from app_public.webhook_endpoints we
  where we.clinic_id = booking.clinic_id and we.is_active and queue_notifications.kind = any (we.kinds);
  if kind in ('booking_confirmed', 'booking_rescheduled') then
    perform app_private.reconcile_reminders(booking.clinic_id, booking.id);
  end if;
end
$$;

comment on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind) is
'Records what is to be sent about a booking, in the booking''s own transaction: the message itself, over the channel that clinic and customer chose; the clinic''s webhooks; and, for a new time, the reminders.';

revoke all on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind) from public;
--! EndIncluded notification/queue_notifications.sql
--! Included notification/drop_notifications.sql
create or replace function app_private.drop_notifications(booking app_public.bookings) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Also a confirmation not sent yet: nobody wants to read of a time that is no longer true. Not what a clinic's own system is told:
  -- it keeps account of each step.
  update app_public.notifications n set state = 'dropped', dropped_because = 'booking_changed'
  where n.clinic_id = booking.clinic_id and n.booking_id = booking.id and n.state = 'pending' and n.channel <> 'webhook';
end
$$;

comment on function app_private.drop_notifications(app_public.bookings) is
'Takes back what is still to be sent to the customer about a booking, because it was cancelled, moved, or its day has come.';

revoke all on function app_private.drop_notifications(app_public.bookings) from public;
--! EndIncluded notification/drop_notifications.sql
--! Included notification/reconcile_reminders.sql
create or replace function app_private.reconcile_reminders(clinic_id bigint, booking_id bigint default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  policy app_public.policies;
  sends_reminders boolean;
begin
  select c.* into clinic from app_public.clinics c where c.id = reconcile_reminders.clinic_id;
  select p.* into policy from app_public.policies p where p.clinic_id = clinic.id;
  sends_reminders := exists (
    select from app_public.notification_rules nr where nr.clinic_id = clinic.id and nr.kind = 'booking_reminder');

  if reconcile_reminders.booking_id is null then
    update app_public.notifications n set state = 'dropped', dropped_because = 'rules_changed'
    where n.clinic_id = clinic.id and n.kind = 'booking_reminder' and n.state = 'pending'
      and (not sends_reminders or n.lead_time <> all (policy.reminder_lead_times));
  end if;
  if not sends_reminders then
    return;
  end if;

  insert into app_public.notifications as n (clinic_id, booking_id, customer_id, kind, channel, lead_time, booking_sequence, due_at)
  select b.clinic_id, b.id, b.customer_id, 'booking_reminder',
    app_private.choose_channel(b.clinic_id, b.customer_id, 'booking_reminder'), lead.lead_time, b.sequence,
    -- In the quiet hours nobody is reminded, but before.
    coalesce(lower(app_private.quiet_hours(b.starts_at - lead.lead_time, clinic.time_zone, policy.quiet_from, policy.quiet_until)),
             b.starts_at - lead.lead_time)
  from app_public.bookings b
  -- Distinct, or a policy that names a lead time twice ('1 day' and '24 hours') would stop all bookings of its clinic.
  cross join (select distinct unnest(policy.reminder_lead_times) as lead_time) lead
  where b.clinic_id = clinic.id and (reconcile_reminders.booking_id is null or b.id = reconcile_reminders.booking_id)
    and b.status = 'booked' and b.starts_at - lead.lead_time > now()
  -- A lead time that was taken out of the policy and comes back.
  on conflict on constraint a_booking_is_told_each_thing_once do update
    set state = 'pending', dropped_because = null, due_at = excluded.due_at, send_after = null
    where n.state = 'dropped' and n.dropped_because = 'rules_changed';
end
$$;

comment on function app_private.reconcile_reminders(bigint, bigint) is
'Gives a booking (or, with null, every booking ahead of a clinic) the reminders that the policy wants: one per lead time that still lies ahead. In a whole clinic also drops those it no longer wants.';

revoke all on function app_private.reconcile_reminders(bigint, bigint) from public;
--! EndIncluded notification/reconcile_reminders.sql
--! Included notification/follow_changed_rules.sql
create or replace function app_private.follow_changed_rules() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  the_clinic bigint := case TG_OP when 'DELETE' then OLD.clinic_id else NEW.clinic_id end;
begin
  -- A clinic being deleted takes its rules along; there is nothing left to remind of.
  if exists (select from app_public.policies p where p.clinic_id = the_clinic) then
    perform app_private.reconcile_reminders(the_clinic);
  end if;
  return null;
end
$$;

comment on function app_private.follow_changed_rules() is
'Trigger: when a clinic''s reminder lead times or notification rules change, the bookings it has already get the reminders wanted now.';

revoke all on function app_private.follow_changed_rules() from public;
--! EndIncluded notification/follow_changed_rules.sql
--! Included notification/create_rules_of_new_clinic.sql
create or replace function app_private.create_rules_of_new_clinic() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_public.notification_rules (clinic_id, kind, channel)
  select NEW.id, kind, 'email' from unnest(enum_range(null::app_public.notification_kind)) kind;
  return NEW;
end
$$;

comment on function app_private.create_rules_of_new_clinic() is
'Trigger: a new clinic sends every kind of message by e-mail. SMS costs money, so it is for its manager to begin.';

revoke all on function app_private.create_rules_of_new_clinic() from public;
--! EndIncluded notification/create_rules_of_new_clinic.sql
--! Included notification/plan_reminders.sql
create or replace function app_private.plan_reminders(at timestamptz default now(), ahead interval default '24 hours') returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  planned int;
begin
  -- Each as late as it may be: of n reminders due by one instant the i-th leaves (n - i) / rate before it. In general, in the order of
  -- the due times, at the least of (due time of j) - (j - i) / rate over itself and all j after it. Looked at from the last one back, where
  -- the least so far is kept; a frame that begins at each row would be computed anew for each (20,000 reminders: 80 s).
  with waiting as materialized (
    select n.clinic_id, n.id, n.channel, n.due_at, n.send_after, ch.per_second, c.time_zone, p.quiet_from, p.quiet_until
    from app_public.notifications n
    join app_private.channels ch on ch.channel = n.channel
    join app_public.clinics c on c.id = n.clinic_id
    join app_public.policies p on p.clinic_id = n.clinic_id
    where n.state = 'pending' and n.kind = 'booking_reminder' and n.attempts = 0
      and n.due_at > plan_reminders.at and n.due_at <= plan_reminders.at + plan_reminders.ahead
  ), numbered as (
    select w.*, extract(epoch from w.due_at) as due, row_number() over in_order / w.per_second as place
    from waiting w window in_order as (partition by w.channel order by w.due_at, w.id)
  ), latest as (
    select n.*, min(n.due - n.place) over (
      partition by n.channel order by n.due desc, n.id desc rows unbounded preceding) + n.place as leaves
    from numbered n
  ), out_of_quiet_hours as (
    -- What would be spread into the quiet hours is due before them, and spread again from there.
    select l.*, extract(epoch from coalesce(
      lower(app_private.quiet_hours(to_timestamp(l.leaves), l.time_zone, l.quiet_from, l.quiet_until)), l.due_at)) as due_again
    from latest l
  ), numbered_again as (
    select o.*, row_number() over (partition by o.channel order by o.due_again, o.id) / o.per_second as place_again
    from out_of_quiet_hours o
  ), latest_again as (
    select n.*, min(n.due_again - n.place_again) over (
      partition by n.channel order by n.due_again desc, n.id desc rows unbounded preceding) + n.place_again as leaves_again
    from numbered_again n
  ), plan as (
    select l.clinic_id, l.id, least(to_timestamp(l.leaves_again), l.due_at) as send_after from latest_again l
    -- Planned again and again while bookings come in: a shift of seconds is not worth a write.
    where abs(extract(epoch from coalesce(l.send_after, l.due_at)) - l.leaves_again) > 5
  ), written as (
    update app_public.notifications n set send_after = p.send_after
    from plan p where n.clinic_id = p.clinic_id and n.id = p.id and n.state = 'pending' and n.attempts = 0
    returning n.id
  )
  select count(*) into planned from written;
  return planned;
end
$$;

comment on function app_private.plan_reminders(timestamptz, interval) is
'Spreads the reminders due between `at` and `ahead` later so that no channel has more than its rate (app_private.channels): each at its due time or earlier, none later, none in the quiet hours. Returns how many got another time. Called by the job plan_reminders.';

revoke all on function app_private.plan_reminders(timestamptz, interval) from public;
--! EndIncluded notification/plan_reminders.sql
--! Included notification/count_delivery.sql
create or replace function app_private.count_delivery(channel text, outcome text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_private.delivery_counters as dc (channel, outcome, part, total)
  values (count_delivery.channel, count_delivery.outcome, pg_backend_pid() % 8, 1)
  on conflict on constraint deliveries_are_counted_once do update set total = dc.total + 1;
end
$$;

comment on function app_private.count_delivery(text, text) is 'Counts an outcome of a channel: sent, failed or dead.';

revoke all on function app_private.count_delivery(text, text) from public;
--! EndIncluded notification/count_delivery.sql
--! Included notification/claim_notifications.sql
create or replace function app_private.claim_notifications(
  batch int default 20, at timestamptz default now(), only_channel text default null) returns setof app_public.notifications
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  the_clinic bigint;
  claimed int;
begin
  loop
    -- One clinic at a time (its rows lie together, also on a shard): the one whose message has waited longest.
    select n.clinic_id into the_clinic from app_public.notifications n
    where n.state = 'pending' and greatest(least(n.send_after, n.due_at), n.retry_at) <= claim_notifications.at
      and (claim_notifications.only_channel is null or n.channel = claim_notifications.only_channel)
    order by greatest(least(n.send_after, n.due_at), n.retry_at) limit 1 for update skip locked;
    if the_clinic is null then
      return;
    end if;
    return query
      with due as materialized (
        select n.clinic_id, n.id, n.customer_id, n.booking_id, n.kind from app_public.notifications n
        where n.clinic_id = the_clinic and n.state = 'pending'
          and greatest(least(n.send_after, n.due_at), n.retry_at) <= claim_notifications.at
          and (claim_notifications.only_channel is null or n.channel = claim_notifications.only_channel)
        order by greatest(least(n.send_after, n.due_at), n.retry_at)
        limit claim_notifications.batch for update skip locked
      ), judged as (
        -- Judged now and not when it was queued: an opt-out holds from the moment it is made.
        select d.clinic_id, d.id, case
          when d.kind <> 'booking_reminder' then null
          when b.starts_at <= claim_notifications.at then 'too_late'
          when not (cc.wants_reminders and c.wants_reminders) then 'opted_out' end as unwanted
        from due d
        join app_public.bookings b on b.clinic_id = d.clinic_id and b.id = d.booking_id
        join app_public.clinic_customers cc on cc.clinic_id = d.clinic_id and cc.customer_id = d.customer_id
        join app_public.customers c on c.id = d.customer_id
      ), dropped as (
        update app_public.notifications n set state = 'dropped', dropped_because = j.unwanted
        from judged j where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is not null
      ), taken as (
        -- The attempt is counted and the next one set before the message goes out: a worker that dies while sending has sent at most
        -- once too often, never too seldom, and a message that kills its worker does not do so for ever.
        update app_public.notifications n
        set attempts = n.attempts + 1,
            retry_at = claim_notifications.at + interval '30 seconds' * 2 ^ n.attempts
        from judged j
        where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is null
        returning n.*
      ), begun as (
        insert into app_private.delivery_attempts (clinic_id, notification_id, generation, attempt, channel, started_at)
        select t.clinic_id, t.id, t.generation, t.attempts, t.channel, claim_notifications.at from taken t
      )
      select t.* from taken t;
    get diagnostics claimed = row_count;
    -- A batch of nothing but unwanted ones is not the end of the work.
    exit when claimed > 0;
  end loop;
end
$$;

comment on function app_private.claim_notifications(int, timestamptz, text) is
'Takes up to `batch` messages of one clinic that are to be sent at `at` (over one channel, or null for all); none that another worker has. Each is due again after 30 s, doubling, unless recorded by notification_sent or notification_failed; so a batch has to be sent within 30 s. Reminders that are not wanted any more are dropped. Called by the job send_notifications.';

revoke all on function app_private.claim_notifications(int, timestamptz, text) from public;
--! EndIncluded notification/claim_notifications.sql
--! Included notification/text_values.sql
create or replace function app_private.text_values(
  clinic app_public.clinics, customer_name text, doctor_name text, starts_at timestamptz, language text, booking_id bigint,
  cancelled_by app_public.booking_party, reason text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return jsonb_build_object(
    'clinic', clinic.name, 'address', clinic.address, 'phone', clinic.phone,
    'doctor', doctor_name, 'customer', customer_name,
    -- The clinic's clock: that is where the patient has to be.
    'when', app_private.say_time(starts_at, clinic.time_zone, language),
    'date', app_private.say_time(starts_at, clinic.time_zone, language, 'date'),
    'time', app_private.say_time(starts_at, clinic.time_zone, language, 'time'),
    'booking', booking_id, 'reason', reason,
    'by_customer', case cancelled_by when 'customer' then 'yes' end, 'by_clinic', case cancelled_by when 'clinic' then 'yes' end);
end
$$;

comment on function app_private.text_values(app_public.clinics, text, text, timestamptz, text, bigint, app_public.booking_party, text) is
'The {{words}} of a message and what they stand for. check_notification_text knows the same words.';

revoke all on function app_private.text_values(app_public.clinics, text, text, timestamptz, text, bigint, app_public.booking_party, text) from public;
--! EndIncluded notification/text_values.sql
--! Included notification/notification_text.sql
create or replace function app_private.notification_text(clinic_id bigint, kind app_public.notification_kind, channel text, language text)
returns table (subject text, body text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select nt.subject, nt.body from app_public.notification_texts nt
    where nt.clinic_id = notification_text.clinic_id and nt.kind = notification_text.kind
      and nt.channel = notification_text.channel and nt.language = notification_text.language;
  if not found then
    return query
      select dt.subject, dt.body from app_public.default_notification_texts dt
      where dt.kind = notification_text.kind and dt.channel = notification_text.channel and dt.language = notification_text.language;
  end if;
end
$$;

comment on function app_private.notification_text(bigint, app_public.notification_kind, text, text) is
'The text of a kind of message over a channel in a language: the clinic''s own, else the default one.';

revoke all on function app_private.notification_text(bigint, app_public.notification_kind, text, text) from public;
--! EndIncluded notification/notification_text.sql
--! Included notification/message_of.sql
create or replace function app_private.message_of(clinic_id bigint, notification_id bigint)
returns table (
  recipient text, subject text, body text, channel text, idempotency_key text, sender_name text, reply_to text, calendar jsonb, secret text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  n app_public.notifications;
  b app_public.bookings;
  clinic app_public.clinics;
  policy app_public.policies;
  contact record;
  doctor_name text;
  endpoint record;
  words record;
  language text;
  the_values jsonb;
  is_off boolean;
begin
  select x.* into n from app_public.notifications x where x.clinic_id = message_of.clinic_id and x.id = message_of.notification_id;
  if n.id is null then
    return;
  end if;
  select x.* into b from app_public.bookings x where x.clinic_id = n.clinic_id and x.id = n.booking_id;
  idempotency_key := concat_ws('-', n.clinic_id, n.id, n.generation);
  channel := n.channel;

  if n.channel = 'webhook' then
    select we.url, ws.secret into endpoint
    from app_public.webhook_endpoints we
    join app_private.webhook_secrets ws on ws.clinic_id = we.clinic_id and ws.endpoint_id = we.id
    where we.clinic_id = n.clinic_id and we.id = n.endpoint_id;
    recipient := endpoint.url;
    secret := endpoint.secret;
    subject := n.kind::text;
    -- Ids and times, nothing about the person: the receiver asks the API for the rest, with its own rights.
    body := jsonb_build_object('id', idempotency_key, 'type', n.kind, 'occurredAt', n.created_at, 'booking', jsonb_build_object(
      'clinicId', b.clinic_id::text, 'id', b.id::text, 'bookingSlotId', b.booking_slot_id::text, 'doctorId', b.doctor_id::text,
      'customerId', b.customer_id::text, 'status', b.status, 'cancelledBy', b.cancelled_by, 'sequence', b.sequence,
      'startsAt', b.starts_at, 'endsAt', b.ends_at))::text;
    return next;
    return;
  end if;

  select x.* into clinic from app_public.clinics x where x.id = n.clinic_id;
  select x.* into policy from app_public.policies x where x.clinic_id = n.clinic_id;
  select d.full_name into doctor_name from app_public.doctors d where d.clinic_id = b.clinic_id and d.id = b.doctor_id;
  select cc.full_name, cc.email::text, cc.phone, coalesce(c.preferred_language, cc.preferred_language, policy.language) as language into contact
  from app_public.clinic_customers cc
  join app_public.customers c on c.id = cc.customer_id
  where cc.clinic_id = n.clinic_id and cc.customer_id = n.customer_id;
  language := contact.language;
  the_values := app_private.text_values(clinic, contact.full_name, doctor_name, b.starts_at, language, b.id, b.cancelled_by, b.cancellation_reason);

  select t.subject, t.body into words from app_private.notification_text(n.clinic_id, n.kind, n.channel, language) t;
  recipient := case n.channel when 'sms' then contact.phone else contact.email end;
  subject := app_private.fill_in(words.subject, the_values);
  body := app_private.fill_in(words.body, the_values);
  sender_name := coalesce(policy.sender_name, clinic.name);
  reply_to := clinic.email::text;
  if n.channel = 'email' and n.kind <> 'booking_reminder' then
    is_off := n.kind in ('booking_cancelled', 'slot_withdrawn');
    calendar := jsonb_build_object(
      'uid', format('booking-%s-%s@medislot', b.clinic_id, b.id),
      -- Each reschedule counts one; the cancellation comes after the last of them.
      'sequence', n.booking_sequence + is_off::int,
      'isCancelled', is_off,
      'startsAt', b.starts_at, 'endsAt', b.ends_at, 'stampedAt', n.created_at,
      'summary', format('%s, %s', doctor_name, clinic.name),
      'location', concat_ws(', ', clinic.name, clinic.address),
      'description', body,
      'organizer', sender_name, 'organizerEmail', reply_to, 'attendee', contact.full_name);
  end if;
  return next;
end
$$;

comment on function app_private.message_of(bigint, bigint) is
'A notification as it is to be sent now: channel, recipient (null when the clinic knows no address), subject, body, the key under which a provider knows a second delivery, sender''s name, reply address, calendar entry (confirmation, update, cancellation by e-mail), and for a webhook the secret to sign with. Times in the clinic''s zone, words in the customer''s language.';

revoke all on function app_private.message_of(bigint, bigint) from public;
--! EndIncluded notification/message_of.sql
--! Included notification/deliver_to_database.sql
create or replace function app_private.deliver_to_database(
  clinic_id bigint, notification_id bigint, recipient text, subject text, body text,
  channel text default 'email', sender_name text default null, calendar text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_private.messages (clinic_id, notification_id, generation, recipient, subject, body, channel, sender_name, calendar)
  select n.clinic_id, n.id, n.generation, deliver_to_database.recipient, deliver_to_database.subject, deliver_to_database.body,
    deliver_to_database.channel, deliver_to_database.sender_name, deliver_to_database.calendar
  from app_public.notifications n
  where n.clinic_id = deliver_to_database.clinic_id and n.id = deliver_to_database.notification_id
  -- The notification is the idempotency key, as with a real provider: a second delivery after a crash leaves one message.
  on conflict on constraint a_notification_is_delivered_once do nothing;
end
$$;

comment on function app_private.deliver_to_database(bigint, bigint, text, text, text, text, text, text) is
'The development transport: a message lands in app_private.messages, where a developer reads it with psql.';

revoke all on function app_private.deliver_to_database(bigint, bigint, text, text, text, text, text, text) from public;
--! EndIncluded notification/deliver_to_database.sql
--! Included notification/notification_sent.sql
create or replace function app_private.notification_sent(clinic_id bigint, notification_id bigint, provider_reference text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  sent app_public.notifications;
begin
  -- Whatever the state has become meanwhile (a booking cancelled while its confirmation went out): it was sent.
  update app_public.notifications n set state = 'sent', sent_at = now(), last_error = null, dropped_because = null
  where n.clinic_id = notification_sent.clinic_id and n.id = notification_sent.notification_id
  returning n.* into sent;
  update app_private.delivery_attempts da
  set ended_at = now(), outcome = 'sent', provider_reference = notification_sent.provider_reference
  where da.clinic_id = sent.clinic_id and da.notification_id = sent.id and da.generation = sent.generation and da.attempt = sent.attempts;
  perform app_private.count_delivery(sent.channel, 'sent') where sent.id is not null;
end
$$;

comment on function app_private.notification_sent(bigint, bigint, text) is
'Records that a claimed notification was handed to its transport, and what the provider calls it.';

revoke all on function app_private.notification_sent(bigint, bigint, text) from public;
--! EndIncluded notification/notification_sent.sql
--! Included notification/is_permanent_failure.sql
create or replace function app_private.is_permanent_failure(channel text, code text) returns boolean
language sql immutable
return case channel
  -- SMTP: 5xx says never, 4xx not now.
  when 'email' then code ~ '^5\d\d$'
  -- HTTP: what the receiver does not take it will not take the next time either, but for its own troubles, time limits and rates.
  -- 401, 403 and 404 of a webhook are a configuration that somebody may be mending this hour.
  when 'sms' then code ~ '^4\d\d$' and code not in ('401', '403', '408', '425', '429')
  else code in ('400', '410', '413', '415', '422')
end;

comment on function app_private.is_permanent_failure(text, text) is
'Whether to give up at once: a channel''s answer (SMTP response code, HTTP status) that another attempt will not change. Null or the code of a network error is not.';

revoke all on function app_private.is_permanent_failure(text, text) from public;
--! EndIncluded notification/is_permanent_failure.sql
--! Included notification/notification_failed.sql
create or replace function app_private.notification_failed(clinic_id bigint, notification_id bigint, error text, code text default null)
returns app_public.notification_state
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  failed app_public.notifications;
begin
  update app_public.notifications n
  set last_error = left(notification_failed.error, 1000),
      state = case when n.state = 'pending' and (n.attempts >= ch.most_attempts
        or coalesce(app_private.is_permanent_failure(n.channel, notification_failed.code), false)) then 'dead' else n.state end
  from app_private.channels ch
  where n.clinic_id = notification_failed.clinic_id and n.id = notification_failed.notification_id and ch.channel = n.channel
  returning n.* into failed;
  update app_private.delivery_attempts da
  set ended_at = now(), outcome = 'failed', error_code = notification_failed.code, error = left(notification_failed.error, 1000)
  where da.clinic_id = failed.clinic_id and da.notification_id = failed.id and da.generation = failed.generation
    and da.attempt = failed.attempts and da.outcome is null;
  perform app_private.count_delivery(failed.channel, 'failed') where failed.id is not null;
  perform app_private.count_delivery(failed.channel, 'dead') where failed.state = 'dead';
  return failed.state;
end
$$;

comment on function app_private.notification_failed(bigint, bigint, text, text) is
'Records why a claimed notification could not be sent, with the provider''s code if there was one. It is tried again when its claim runs out (30 s, doubling); when the code says never, or after the last attempt (the eighth, about an hour), it is dead and stays to be seen. Returns its state.';

revoke all on function app_private.notification_failed(bigint, bigint, text, text) from public;
--! EndIncluded notification/notification_failed.sql
--! Included notification/send_again.sql
create or replace function app_public.send_again(clinic_id bigint, notification_id bigint) returns app_public.notifications
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  n app_public.notifications;
begin
  perform app_private.require_clinic_role(send_again.clinic_id, 'desk');
  select x.* into n from app_public.notifications x
  where x.clinic_id = send_again.clinic_id and x.id = send_again.notification_id for update;
  if n.id is null then
    perform app_hidden.refuse('notification_not_found', 'No such notification in this clinic.',
      jsonb_build_object('notificationId', send_again.notification_id::text));
  elsif n.state not in ('sent', 'dead') then
    -- A pending one is sent anyhow; a dropped one is not true any more.
    perform app_hidden.refuse('illegal_transition', format('A notification that is %s is not sent again.', n.state), jsonb_build_object('state', n.state));
  end if;
  update app_public.notifications x
  set state = 'pending', generation = x.generation + 1, attempts = 0, retry_at = null, sent_at = null, last_error = null,
      due_at = now(), send_after = null,
      -- To where the customer wants it by now.
      channel = case when x.channel = 'webhook' then x.channel
        else coalesce(app_private.choose_channel(x.clinic_id, x.customer_id, x.kind), x.channel) end
  where x.clinic_id = n.clinic_id and x.id = n.id
  returning x.* into n;
  return n;
end
$$;

comment on function app_public.send_again(bigint, bigint) is
'Sends a message once more that was sent or has died, to the address that the clinic knows now. It counts as another message with the provider. For the desk. Refuses forbidden, notification_not_found, illegal_transition (waiting, or dropped).';

revoke all on function app_public.send_again(bigint, bigint) from public;
grant execute on function app_public.send_again(bigint, bigint) to app_staff;
--! EndIncluded notification/send_again.sql
--! Included notification/preview_notification.sql
create or replace function app_public.preview_notification(
  clinic_id bigint, kind app_public.notification_kind, channel text, language text, subject text default null, body text default null)
returns app_public.notification_preview
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  doctor_name text;
  stored record;
  the_values jsonb;
  preview app_public.notification_preview;
begin
  perform app_private.require_clinic_role(preview_notification.clinic_id, 'manage');
  select c.* into clinic from app_public.clinics c where c.id = preview_notification.clinic_id;
  if clinic.id is null then
    perform app_hidden.refuse('clinic_not_found', 'No such clinic.', jsonb_build_object('clinicId', preview_notification.clinic_id::text));
  end if;
  select t.subject, t.body into stored
  from app_private.notification_text(clinic.id, preview_notification.kind, preview_notification.channel, preview_notification.language) t;
  if stored.body is null then
    perform app_hidden.refuse('invalid_argument', 'Channels are email and sms, languages en and de.', '{"argument": "channel"}');
  end if;
  select d.full_name into doctor_name from app_public.doctors d where d.clinic_id = clinic.id and d.is_active order by d.id limit 1;
  the_values := app_private.text_values(clinic, 'Ann Example', coalesce(doctor_name, 'Dr. Example'),
    -- The next full hour tomorrow, by the clinic's clock.
    (date_trunc('hour', now() at time zone clinic.time_zone) + interval '25 hours') at time zone clinic.time_zone,
    preview_notification.language, 12345,
    case preview_notification.kind when 'booking_cancelled' then 'customer' when 'slot_withdrawn' then 'clinic' end::app_public.booking_party, null);
  preview.subject := app_private.fill_in(coalesce(preview_notification.subject, stored.subject), the_values);
  preview.body := app_private.fill_in(coalesce(preview_notification.body, stored.body), the_values);
  return preview;
end
$$;

comment on function app_public.preview_notification(bigint, app_public.notification_kind, text, text, text, text) is
'A message as an invented patient would get it, in the clinic''s text or, with subject and body, in one not stored yet. For managers. Refuses forbidden, clinic_not_found, invalid_argument.';

revoke all on function app_public.preview_notification(bigint, app_public.notification_kind, text, text, text, text) from public;
grant execute on function app_public.preview_notification(bigint, app_public.notification_kind, text, text, text, text) to app_staff;
--! EndIncluded notification/preview_notification.sql
--! Included notification/create_webhook_endpoint.sql
create or replace function app_public.create_webhook_endpoint(clinic_id bigint, url text, kinds app_public.notification_kind[] default null)
returns app_public.new_webhook_endpoint
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  made app_public.new_webhook_endpoint;
begin
  perform app_private.require_clinic_role(create_webhook_endpoint.clinic_id, 'manage');
  insert into app_public.webhook_endpoints as we (clinic_id, url, kinds)
  values (create_webhook_endpoint.clinic_id, create_webhook_endpoint.url, coalesce(create_webhook_endpoint.kinds,
    '{booking_confirmed,booking_rescheduled,booking_cancelled,slot_withdrawn}'))
  returning we.clinic_id, we.id, we.url into made.clinic_id, made.id, made.url;
  made.secret := 'whsec_' || translate(encode(public.gen_random_bytes(32), 'base64'), '+/=', '-_');
  insert into app_private.webhook_secrets (clinic_id, endpoint_id, secret) values (made.clinic_id, made.id, made.secret);
  return made;
end
$$;

comment on function app_public.create_webhook_endpoint(bigint, text, app_public.notification_kind[]) is
'Registers an address of the clinic''s own system, which is told of bookings by POST, signed with the secret that is shown here once. Without `kinds`: of all but reminders. To end it, set is_active to false. For managers. Refuses forbidden, check_violation (not an http address, reminders).';

revoke all on function app_public.create_webhook_endpoint(bigint, text, app_public.notification_kind[]) from public;
grant execute on function app_public.create_webhook_endpoint(bigint, text, app_public.notification_kind[]) to app_staff;
--! EndIncluded notification/create_webhook_endpoint.sql
--! Included notification/bookings_missing_reminders.sql
create or replace view app_private.bookings_missing_reminders with (security_invoker = true) as
select b.clinic_id, b.id as booking_id, lead.lead_time, 'missing' as problem
from app_public.bookings b
join app_public.policies p on p.clinic_id = b.clinic_id
cross join lateral (select distinct unnest(p.reminder_lead_times) as lead_time) lead
where b.status = 'booked' and b.starts_at - lead.lead_time > now()
  and exists (select from app_public.notification_rules nr where nr.clinic_id = b.clinic_id and nr.kind = 'booking_reminder')
  and not exists (
    select from app_public.notifications n
    where n.clinic_id = b.clinic_id and n.booking_id = b.id and n.kind = 'booking_reminder'
      and n.lead_time = lead.lead_time and n.booking_sequence = b.sequence
      and (n.state <> 'dropped' or n.dropped_because = 'opted_out'))
union all
select n.clinic_id, n.booking_id, n.lead_time,
  case when n.due_at > b.starts_at - n.lead_time then 'due too late' else 'not wanted' end
from app_public.notifications n
join app_public.bookings b on b.clinic_id = n.clinic_id and b.id = n.booking_id
join app_public.policies p on p.clinic_id = n.clinic_id
-- One sent again by hand is due when the desk said.
where n.kind = 'booking_reminder' and n.state = 'pending' and n.generation = 1 and b.starts_at > now()
  and (b.status <> 'booked' or n.booking_sequence <> b.sequence or n.lead_time <> all (p.reminder_lead_times)
    or n.due_at > b.starts_at - n.lead_time);

comment on view app_private.bookings_missing_reminders is
'Always empty: bookings ahead that lack a reminder, and reminders that nobody should get. Whatever stands here is a bug.';
--! EndIncluded notification/bookings_missing_reminders.sql
--! Included notification/late_notifications.sql
create or replace view app_public.late_notifications with (security_invoker = true) as
select n.clinic_id, n.id, n.booking_id, n.customer_id, n.kind, n.channel, n.state, n.due_at, now() - n.due_at as late_by, n.attempts, n.retry_at, n.last_error
from app_public.notifications n
where n.state = 'dead' or n.state = 'pending' and n.due_at < now() - interval '1 minute';

comment on view app_public.late_notifications is
$c$Messages that should have gone out more than a minute ago: still tried, or dead. Of the dead the desk decides: send_again, or a telephone call.
@primaryKey clinic_id,id
@foreignKey (clinic_id, booking_id) references app_public.bookings (clinic_id, id)$c$;

grant select on app_public.late_notifications to app_staff;
--! EndIncluded notification/late_notifications.sql
--! Included notification/delivery_figures.sql
create or replace function app_private.delivery_figures() returns table (
  channel text, waiting bigint, due bigint, late_seconds double precision, dead bigint, sent bigint, failed bigint, died bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select ch.channel,
      (select count(*) from app_public.notifications n where n.state = 'pending' and n.channel = ch.channel),
      w.due, w.late_seconds,
      (select count(*) from app_public.notifications n where n.state = 'dead' and n.channel = ch.channel),
      c.sent, c.failed, c.died
    from app_private.channels ch
    cross join lateral (
      select count(*) as due, greatest(coalesce(extract(epoch from now() - min(n.due_at)), 0), 0)::double precision as late_seconds
      from app_public.notifications n
      where n.state = 'pending' and n.channel = ch.channel and greatest(least(n.send_after, n.due_at), n.retry_at) <= now()
    ) w
    cross join lateral (
      select coalesce(sum(dc.total) filter (where dc.outcome = 'sent'), 0)::bigint as sent,
        coalesce(sum(dc.total) filter (where dc.outcome = 'failed'), 0)::bigint as failed,
        coalesce(sum(dc.total) filter (where dc.outcome = 'dead'), 0)::bigint as died
      from app_private.delivery_counters dc where dc.channel = ch.channel
    ) c
    order by ch.channel;
end
$$;

comment on function app_private.delivery_figures() is
'For /metrics, per channel: messages waiting, those of them to be sent by now, by how many seconds the oldest of these is past its due time, dead ones; and since ever: sent, failed attempts, died.';

revoke all on function app_private.delivery_figures() from public;
grant execute on function app_private.delivery_figures() to app_authenticator;
--! EndIncluded notification/delivery_figures.sql
--! Included notification/job_figures.sql
create or replace function app_private.job_figures() returns table (task text, waiting bigint, late_seconds double precision, failed bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select j.task_identifier, count(*) filter (where j.attempts < j.max_attempts),
      greatest(coalesce(extract(epoch from now() - min(j.run_at) filter (where j.attempts < j.max_attempts and j.locked_at is null)), 0), 0)::double precision,
      count(*) filter (where j.attempts >= j.max_attempts and j.locked_at is null)
    from graphile_worker.jobs j group by j.task_identifier order by 1;
end
$$;

comment on function app_private.job_figures() is
'For /metrics, per task: jobs in the queue, by how many seconds the oldest that nobody has taken is past its time, and jobs given up.';

revoke all on function app_private.job_figures() from public;
grant execute on function app_private.job_figures() to app_authenticator;
--! EndIncluded notification/job_figures.sql
--! Included booking/end_booking.sql
create or replace function app_private.end_booking(
  clinic_id bigint, booking_id bigint, by app_public.booking_party, reason text, kind app_public.notification_kind default 'booking_cancelled')
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings;
begin
  -- Row triggers record events; they take the reason from here, because a slot has no column for it.
  perform set_config('medislot.reason', coalesce(end_booking.reason, ''), true);
  update app_public.bookings b
  set status = 'cancelled', cancelled_at = now(), cancelled_by = end_booking.by, cancellation_reason = end_booking.reason
  where b.clinic_id = end_booking.clinic_id and b.id = end_booking.booking_id and b.status <> 'cancelled'
  returning b.* into booking;
  if booking.id is null then
    -- The trigger of the transitions sees changes only, and to be cancelled again is none. But the slot may be somebody else's by now.
    perform app_hidden.refuse('illegal_transition', 'The booking is cancelled already.', '{"status": "cancelled"}');
  end if;
  update app_public.booking_slots bs set status = 'open', customer_id = null
  where bs.clinic_id = booking.clinic_id and bs.id = booking.booking_slot_id;
  perform set_config('medislot.reason', '', true);
  perform app_private.drop_notifications(booking);
  if booking.starts_at > now() then
    perform app_private.queue_notifications(booking, end_booking.kind);
  end if;
  return booking;
end
$$;

comment on function app_private.end_booking(bigint, bigint, app_public.booking_party, text, app_public.notification_kind) is
'Cancels a live booking: its slot is open again, pending messages are dropped and, unless its time has passed, what the customer is told (`kind`: booking_cancelled, or slot_withdrawn) is queued. The caller has judged and locked. Refuses illegal_transition.';

revoke all on function app_private.end_booking(bigint, bigint, app_public.booking_party, text, app_public.notification_kind) from public;
--! EndIncluded booking/end_booking.sql
--! Included schedule/withdraw_slot.sql
create or replace function app_public.withdraw_slot(
  clinic_id bigint, booking_slot_id bigint, "cascade" boolean default false, reason text default null,
  idempotency_key text default null, row_version int default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  slot app_public.booking_slots;
  live app_public.bookings;
  outcome jsonb;
begin
  outcome := app_private.replay(withdraw_slot.clinic_id, withdraw_slot.idempotency_key, 'withdraw_slot',
    jsonb_build_array(withdraw_slot.booking_slot_id, withdraw_slot."cascade", withdraw_slot.reason));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.booking_slots, outcome);
  end if;
  slot := app_private.lock_slot(withdraw_slot.clinic_id, withdraw_slot.booking_slot_id);
  -- A doctor may withdraw the own slots; everybody else's are the desk's.
  if not (slot.doctor_id = any (app_hidden.own_doctor_ids()) and slot.clinic_id = any (app_hidden.staff_clinic_ids())) then
    perform app_private.require_clinic_role(withdraw_slot.clinic_id, 'desk');
  end if;
  perform app_private.require_version('booking_slots', withdraw_slot.row_version, slot.row_version);
  if slot.status = 'withdrawn' then
    perform app_private.remember(slot.clinic_id, withdraw_slot.idempotency_key, to_jsonb(slot));
    return slot;
  end if;
  if slot.status = 'booked' then
    select b.* into live from app_public.bookings b
    where b.clinic_id = slot.clinic_id and b.active_booking_slot_id = slot.id;
    if live.status not in ('booked', 'checked_in') then
      perform app_hidden.refuse('illegal_transition', 'The appointment has taken place.', jsonb_build_object('status', live.status));
    elsif not withdraw_slot."cascade" then
      perform app_hidden.refuse('still_in_use', 'The slot is booked.', jsonb_build_object('liveBookings', jsonb_build_array(
        jsonb_build_object('bookingId', live.id::text, 'startsAt', live.starts_at))));
    end if;
    perform app_private.end_booking(live.clinic_id, live.id, 'clinic', withdraw_slot.reason, 'slot_withdrawn');
  end if;
  perform set_config('medislot.reason', coalesce(withdraw_slot.reason, ''), true);
  update app_public.booking_slots bs set status = 'withdrawn', customer_id = null, held_until = null
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id
  returning bs.* into slot;
  perform set_config('medislot.reason', '', true);
  perform app_private.remember(slot.clinic_id, withdraw_slot.idempotency_key, to_jsonb(slot));
  return slot;
end
$$;

comment on function app_public.withdraw_slot(bigint, bigint, boolean, text, text, int) is
'Takes a slot out of the calendar; a hold on it ends. Refuses (still_in_use) a booked one; with `cascade` its booking is cancelled by the clinic and the customer told. It stays withdrawn when slots are generated again. For the desk, and for a doctor the own slots. Refuses forbidden, slot_not_found, illegal_transition, stale_row_version, idempotency_key_reused, invalid_argument.';

revoke all on function app_public.withdraw_slot(bigint, bigint, boolean, text, text, int) from public;
grant execute on function app_public.withdraw_slot(bigint, bigint, boolean, text, text, int) to app_staff;
--! EndIncluded schedule/withdraw_slot.sql
--! Included schedule/clear_schedule.sql
create or replace function app_private.clear_schedule(clinic_id bigint, doctor_id bigint, "cascade" boolean, reason text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  hanging jsonb;
  live bigint;
begin
  -- Slots before bookings before doctors, and slots in the order of their ids: everybody locks in this order, so nobody deadlocks.
  -- Those ahead in any state: a slot just being booked is waited for and then judged again, but by a snapshot without the new booking.
  perform from app_public.booking_slots bs
  where bs.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or bs.doctor_id = clear_schedule.doctor_id)
    and (bs.status in ('open', 'held') or bs.ends_at > now() or exists (
      select from app_public.bookings b
      where b.clinic_id = bs.clinic_id and b.active_booking_slot_id = bs.id and b.status in ('booked', 'checked_in')))
  order by bs.id
  for no key update;

  if not clear_schedule."cascade" then
    select jsonb_build_object(
      'openSlots', (select count(*) from app_public.booking_slots bs
        where bs.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or bs.doctor_id = clear_schedule.doctor_id)
          and bs.status in ('open', 'held') and bs.ends_at > now()),
      'liveBookings', coalesce((select jsonb_agg(jsonb_build_object('bookingId', b.id::text, 'startsAt', b.starts_at) order by b.starts_at)
        from app_public.bookings b
        where b.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or b.doctor_id = clear_schedule.doctor_id)
          and b.status in ('booked', 'checked_in')), '[]')) into hanging;
    if hanging <> '{"openSlots": 0, "liveBookings": []}' then
      perform app_hidden.refuse('still_in_use',
        format('%s open slots and %s live bookings hang on this.', hanging -> 'openSlots', jsonb_array_length(hanging -> 'liveBookings')), hanging);
    end if;
  end if;

  for live in
    select b.id from app_public.bookings b
    where b.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or b.doctor_id = clear_schedule.doctor_id)
      and b.status in ('booked', 'checked_in')
    order by b.booking_slot_id
  loop
    perform app_private.end_booking(clear_schedule.clinic_id, live, 'clinic', clear_schedule.reason, 'slot_withdrawn');
  end loop;
  -- Also past slots that nobody booked: nothing hangs on them, but an inactive doctor must have no open slot.
  perform set_config('medislot.reason', clear_schedule.reason, true);
  update app_public.booking_slots bs
  set status = 'withdrawn', customer_id = null, held_until = null
  where bs.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or bs.doctor_id = clear_schedule.doctor_id)
    and bs.status in ('open', 'held');
  perform set_config('medislot.reason', '', true);
end
$$;

comment on function app_private.clear_schedule(bigint, bigint, boolean, text) is
'Ends what a doctor (or, with a null doctor, a whole clinic) has ahead: open slots are withdrawn, live bookings cancelled and their customers told. Without `cascade` it refuses (still_in_use, listing them) when there is any. The caller holds lock_schedule.';

revoke all on function app_private.clear_schedule(bigint, bigint, boolean, text) from public;
--! EndIncluded schedule/clear_schedule.sql
--! Included schedule/make_booking_slots.sql
create or replace function app_private.make_booking_slots(clinic_id bigint, from_date date, to_date date, due_at timestamptz)
returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  run app_public.slot_generation_runs;
begin
  if from_date is null or to_date is null or to_date < from_date or to_date - from_date > 366 then
    perform app_hidden.refuse('invalid_argument', 'Give a from and a to date, in this order, at most 366 days apart.',
      jsonb_build_object('argument', 'toDate', 'fromDate', from_date, 'toDate', to_date));
  end if;
  clinic := app_private.lock_schedule(make_booking_slots.clinic_id);
  -- Asked under the lock: of two workers that found the same run due, the second finds it made.
  if make_booking_slots.due_at is not null and exists (
       select from app_public.slot_generation_runs r
       where r.clinic_id = make_booking_slots.clinic_id and r.due_at = make_booking_slots.due_at) then
    return null;
  end if;

  with wanted as materialized (
    select t.doctor_id, t.time_slot_id, day.slot_date, app_hidden.local_range(day.slot_date, ts.start_time, ts.end_time, clinic.time_zone) as during
    from app_public.doctor_slot_templates t
    join app_public.doctors d on d.clinic_id = t.clinic_id and d.id = t.doctor_id and d.is_active
    join app_public.time_slots ts on ts.clinic_id = t.clinic_id and ts.id = t.time_slot_id and ts.is_active
    -- Only the template's own weekday is enumerated, from its first occurrence in the range.
    cross join lateral (
      select s::date as slot_date
      from generate_series(
        from_date + (t.weekday - extract(isodow from from_date)::int + 7) % 7, to_date, interval '7 days') s
    ) day
    where t.clinic_id = make_booking_slots.clinic_id and t.validity @> day.slot_date
  ), judged as materialized (
    select w.*, case
      when w.during is null then 'skipped_local_time'
      when exists (
        select from app_public.booking_slots bs
        where bs.clinic_id = make_booking_slots.clinic_id and bs.doctor_id = w.doctor_id
          and bs.current_time_slot_id = w.time_slot_id and bs.slot_date = w.slot_date) then 'slot_exists'
      when lower(w.during) <= now() then 'slot_in_the_past'
    end as reason
    from wanted w
  ), made as (
    -- The exclusion constraint is the judge of overlaps, also against what others commit meanwhile.
    insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template)
    select make_booking_slots.clinic_id, j.doctor_id, j.time_slot_id, j.slot_date, j.during, true
    from judged j where j.reason is null
    order by j.doctor_id, j.during
    on conflict do nothing
    returning bs.doctor_id, bs.time_slot_id, bs.slot_date
  ), passed_over as (
    select coalesce(j.reason, 'slot_overlaps') as reason, j.doctor_id, j.time_slot_id, j.slot_date
    from judged j
    left join made m on m.doctor_id = j.doctor_id and m.time_slot_id = j.time_slot_id and m.slot_date = j.slot_date
    where m.doctor_id is null
  ), worth_a_look as (
    -- What exists already is the normal case of a second run; the rest somebody may have to mend, so it is named, up to a hundred.
    select po.* from passed_over po where po.reason <> 'slot_exists' order by po.slot_date, po.doctor_id, po.time_slot_id limit 100
  )
  insert into app_public.slot_generation_runs as r (
    clinic_id, from_date, to_date, slots_made, templates_passed_over, already_existing, in_the_past, skipped_local_times, overlapping, examples, due_at)
  select make_booking_slots.clinic_id, make_booking_slots.from_date, make_booking_slots.to_date,
    (select count(*) from made), count(*),
    count(*) filter (where po.reason = 'slot_exists'), count(*) filter (where po.reason = 'slot_in_the_past'),
    count(*) filter (where po.reason = 'skipped_local_time'), count(*) filter (where po.reason = 'slot_overlaps'),
    coalesce((select jsonb_agg(jsonb_build_object('reason', w.reason, 'doctorId', w.doctor_id::text, 'timeSlotId', w.time_slot_id::text, 'slotDate', w.slot_date))
              from worth_a_look w), '[]'), make_booking_slots.due_at
  from passed_over po
  returning r.* into run;
  return run;
end
$$;

comment on function app_private.make_booking_slots(bigint, date, date, timestamptz) is
'The work of generate_booking_slots and generate_due_slots: makes the slots, records and returns the run. With `due_at`, the scheduled time it is for, it returns null when that run was made already. Refuses clinic_not_found, invalid_argument.';

revoke all on function app_private.make_booking_slots(bigint, date, date, timestamptz) from public;
--! EndIncluded schedule/make_booking_slots.sql
--! Included schedule/create_booking_slot.sql
create or replace function app_public.create_booking_slot(clinic_id bigint, doctor_id bigint, time_slot_id bigint, slot_date date)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  shift app_public.time_slots;
  slot app_public.booking_slots;
  during tstzrange;
begin
  perform app_private.require_clinic_role(create_booking_slot.clinic_id, 'desk');
  clinic := app_private.lock_schedule(create_booking_slot.clinic_id);
  if not exists (select from app_public.doctors d
      where d.clinic_id = create_booking_slot.clinic_id and d.id = create_booking_slot.doctor_id and d.is_active) then
    perform app_hidden.refuse('doctor_not_found', 'No such active doctor in this clinic.', jsonb_build_object('doctorId', create_booking_slot.doctor_id::text));
  end if;
  select ts.* into shift from app_public.time_slots ts
  where ts.clinic_id = create_booking_slot.clinic_id and ts.id = create_booking_slot.time_slot_id and ts.is_active;
  if shift.id is null then
    perform app_hidden.refuse('time_slot_not_found', 'No such time slot in this clinic.', jsonb_build_object('timeSlotId', create_booking_slot.time_slot_id::text));
  end if;
  if create_booking_slot.slot_date is null then
    perform app_hidden.refuse('invalid_argument', 'A date is needed.', '{"argument": "slotDate"}');
  end if;
  during := app_hidden.local_range(create_booking_slot.slot_date, shift.start_time, shift.end_time, clinic.time_zone);
  if during is null then
    perform app_hidden.refuse('skipped_local_time', 'The clocks skip this time on this day.', jsonb_build_object('slotDate', create_booking_slot.slot_date));
  elsif upper(during) <= now() then
    perform app_hidden.refuse('slot_in_the_past', 'This time has passed.', jsonb_build_object('endsAt', upper(during)));
  end if;

  insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during)
  values (create_booking_slot.clinic_id, create_booking_slot.doctor_id, create_booking_slot.time_slot_id, create_booking_slot.slot_date, during)
  on conflict do nothing
  returning bs.* into slot;
  if slot.id is not null then
    return slot;
  end if;

  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = create_booking_slot.clinic_id and bs.doctor_id = create_booking_slot.doctor_id
    and bs.current_time_slot_id = create_booking_slot.time_slot_id and bs.slot_date = create_booking_slot.slot_date
  for no key update;
  if slot.id is null then
    perform app_hidden.refuse('slot_overlaps', 'The doctor has another slot at this time.');
  elsif slot.status <> 'withdrawn' then
    perform app_hidden.refuse('slot_exists', 'The doctor has this slot already.', jsonb_build_object('bookingSlotId', slot.id::text));
  end if;
  return app_private.reopen_slot(slot);
end
$$;

comment on function app_public.create_booking_slot(bigint, bigint, bigint, date) is
'Makes one booking slot by hand, outside any template, or opens a withdrawn one again. `slot_date` is the clinic''s local date. For the desk. Refuses forbidden, clinic_not_found, invalid_argument, doctor_not_found, time_slot_not_found, skipped_local_time, slot_in_the_past, slot_exists, slot_overlaps.';

revoke all on function app_public.create_booking_slot(bigint, bigint, bigint, date) from public;
grant execute on function app_public.create_booking_slot(bigint, bigint, bigint, date) to app_staff;
--! EndIncluded schedule/create_booking_slot.sql
--! Included schedule/note_schedule_change.sql
create or replace function app_private.note_schedule_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Noted and not applied: who rebuilds a week changes ten templates one after the other, and between the first and the last no slot
  -- should go and no booking be put on a list. The job apply_changed_templates waits for a quiet minute.
  insert into app_private.schedule_changes as sc (clinic_id)
  values (case TG_OP when 'DELETE' then OLD.clinic_id else NEW.clinic_id end)
  -- Once a transaction, and never the time that is there: follow_templates takes away only the note that it read.
  on conflict on constraint a_clinic_has_changes_or_not do update
    set changed_at = greatest(now(), sc.changed_at + interval '1 microsecond') where sc.changed_at <> now();
  return null;
end
$$;

comment on function app_private.note_schedule_change() is
'Trigger: notes that a clinic''s templates or time slots changed, so that its slots are made to follow.';

revoke all on function app_private.note_schedule_change() from public;
--! EndIncluded schedule/note_schedule_change.sql
--! Included schedule/resolve_rebooking.sql
create or replace function app_private.resolve_rebooking() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.rebooking_list rl
  set resolved_at = now(), resolution = case when NEW.booking_slot_id <> OLD.booking_slot_id then 'rebooked' else 'ended' end
  where rl.clinic_id = NEW.clinic_id and rl.open_booking_id = NEW.id
    -- Who is checked in is there: nothing is to be rebooked.
    and (NEW.booking_slot_id <> OLD.booking_slot_id or NEW.status <> 'booked');
  if found then
    -- The slot it leaves is free for a moment, and no template wants it.
    insert into app_private.schedule_changes as sc (clinic_id) values (NEW.clinic_id)
    on conflict on constraint a_clinic_has_changes_or_not do nothing;
  end if;
  return null;
end
$$;

comment on function app_private.resolve_rebooking() is
'Trigger: a booking that is moved, or ended, or whose patient has come, leaves the rebooking list; the slot it left is looked at again.';

revoke all on function app_private.resolve_rebooking() from public;
--! EndIncluded schedule/resolve_rebooking.sql
--! Included schedule/follow_templates.sql
create or replace function app_private.follow_templates(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics := app_private.lock_schedule(follow_templates.clinic_id);
  today date := (now() at time zone clinic.time_zone)::date;
  covered date;
  misfits bigint[];
  held_ones int;
  noted_at timestamptz := (select sc.changed_at from app_private.schedule_changes sc where sc.clinic_id = clinic.id);
  run app_public.slot_generation_runs;
begin
  select max(bs.slot_date) into covered from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.slot_date >= today and bs.from_template;
  select greatest(covered, max(r.to_date)) into covered from app_public.slot_generation_runs r
  where r.clinic_id = clinic.id and r.to_date >= today;
  if covered is null then
    -- Nothing has been made yet, so nothing has to follow.
    delete from app_private.schedule_changes sc where sc.clinic_id = clinic.id and sc.changed_at = noted_at;
    return null;
  end if;

  select array_agg(bs.id order by bs.id) into misfits
  from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.slot_date >= today and bs.starts_at > now()
    and bs.from_template and not bs.superseded and bs.status <> 'withdrawn'
    and not exists (
      select from app_public.doctor_slot_templates t
      join app_public.time_slots ts on ts.clinic_id = t.clinic_id and ts.id = t.time_slot_id and ts.is_active
      where t.clinic_id = bs.clinic_id and t.doctor_id = bs.doctor_id and t.time_slot_id = bs.time_slot_id
        and t.weekday = extract(isodow from bs.slot_date) and t.validity @> bs.slot_date
        and bs.during = app_hidden.local_range(bs.slot_date, ts.start_time, ts.end_time, clinic.time_zone));
  -- In the order everybody locks slots; judged by what is true after the lock.
  perform from app_public.booking_slots bs where bs.clinic_id = clinic.id and bs.id = any (misfits) order by bs.id for no key update;

  perform set_config('medislot.reason', 'template changed', true);
  update app_public.booking_slots bs set status = 'withdrawn', superseded = true, customer_id = null, held_until = null
  where bs.clinic_id = clinic.id and bs.id = any (misfits)
    and (bs.status = 'open' or bs.status = 'held' and bs.held_until <= now());
  perform set_config('medislot.reason', '', true);

  insert into app_public.rebooking_list (clinic_id, booking_id, booking_slot_id, reason)
  select b.clinic_id, b.id, b.booking_slot_id, case when exists (
      select from app_public.doctor_slot_templates t
      where t.clinic_id = bs.clinic_id and t.doctor_id = bs.doctor_id and t.time_slot_id = bs.time_slot_id
        and t.weekday = extract(isodow from bs.slot_date) and t.validity @> bs.slot_date) then 'time_moved' else 'template_gone' end
  from app_public.bookings b
  join app_public.booking_slots bs on bs.clinic_id = b.clinic_id and bs.id = b.booking_slot_id
  where b.clinic_id = clinic.id and b.active_booking_slot_id = any (misfits) and b.status = 'booked'
    -- What the desk dismissed it need not dismiss again.
    and not exists (
      select from app_public.rebooking_list rl
      where rl.clinic_id = b.clinic_id and rl.booking_id = b.id and rl.booking_slot_id = b.booking_slot_id and rl.resolution = 'dismissed')
  on conflict on constraint a_booking_is_listed_once_at_a_time do nothing;
  update app_public.rebooking_list rl set resolved_at = now(), resolution = 'fits_again'
  where rl.clinic_id = clinic.id and rl.resolution is null and rl.booking_slot_id <> all (coalesce(misfits, '{}'));

  -- Somebody may be booking a held one at this moment: looked at again when the hold has ended.
  select count(*) into held_ones from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.id = any (misfits) and bs.status = 'held';
  run := app_private.make_booking_slots(clinic.id, today, least(covered, today + 366), null);
  -- Last of all: who cancels a listed booking notes a change while holding its slot, and must not wait for what waits for that slot.
  -- Only the change that was read: a later one stays noted.
  if held_ones = 0 then
    delete from app_private.schedule_changes sc where sc.clinic_id = clinic.id and sc.changed_at = noted_at;
  else
    insert into app_private.schedule_changes (clinic_id) values (clinic.id)
    on conflict on constraint a_clinic_has_changes_or_not do nothing;
  end if;
  return run;
end
$$;

comment on function app_private.follow_templates(bigint) is
'Makes a clinic''s slots ahead follow its templates, as far as slots have been made: a free slot that no template wants at its time any more is withdrawn, a booked one stays and its booking goes onto the rebooking list, and slots wanted now are made. Slots made or withdrawn by hand stay as they are. Returns the recorded generation, or null when nothing has been generated yet. Refuses clinic_not_found.';

revoke all on function app_private.follow_templates(bigint) from public;
--! EndIncluded schedule/follow_templates.sql
--! Included schedule/apply_templates.sql
create or replace function app_public.apply_templates(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.require_clinic_role(apply_templates.clinic_id, 'manage');
  return app_private.follow_templates(apply_templates.clinic_id);
end
$$;

comment on function app_public.apply_templates(bigint) is
'Makes the slots ahead follow changed templates and time slots now, without waiting for the job: free slots that no longer fit are withdrawn, missing ones made, bookings that no longer fit put on the rebooking list. Returns the generation, or null when none was made yet. For managers. Refuses forbidden, clinic_not_found.';

revoke all on function app_public.apply_templates(bigint) from public;
grant execute on function app_public.apply_templates(bigint) to app_staff;
--! EndIncluded schedule/apply_templates.sql
--! Included schedule/clinics_with_changed_templates.sql
create or replace function app_private.clinics_with_changed_templates(at timestamptz default now()) returns table (clinic_id bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select sc.clinic_id from app_private.schedule_changes sc
    join app_public.clinics c on c.id = sc.clinic_id and c.is_active
    where sc.changed_at <= clinics_with_changed_templates.at - interval '1 minute'
    order by sc.clinic_id;
end
$$;

comment on function app_private.clinics_with_changed_templates(timestamptz) is
'Clinics whose templates or time slots were changed and have been left alone for a minute since.';

revoke all on function app_private.clinics_with_changed_templates(timestamptz) from public;
--! EndIncluded schedule/clinics_with_changed_templates.sql
--! Included schedule/dismiss_rebooking.sql
create or replace function app_public.dismiss_rebooking(clinic_id bigint, rebooking_id bigint) returns app_public.rebooking_list
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  entry app_public.rebooking_list;
begin
  perform app_private.require_clinic_role(dismiss_rebooking.clinic_id, 'desk');
  update app_public.rebooking_list rl set resolved_at = now(), resolution = 'dismissed'
  where rl.clinic_id = dismiss_rebooking.clinic_id and rl.id = dismiss_rebooking.rebooking_id and rl.resolution is null
  returning rl.* into entry;
  if entry.id is null then
    perform app_hidden.refuse('rebooking_not_found', 'No such entry waits.', jsonb_build_object('rebookingId', dismiss_rebooking.rebooking_id::text));
  end if;
  return entry;
end
$$;

comment on function app_public.dismiss_rebooking(bigint, bigint) is
'Takes a booking off the rebooking list: it stays where it is, and is not listed for this slot again. For the desk. Refuses forbidden, rebooking_not_found.';

revoke all on function app_public.dismiss_rebooking(bigint, bigint) from public;
grant execute on function app_public.dismiss_rebooking(bigint, bigint) to app_staff;
--! EndIncluded schedule/dismiss_rebooking.sql
--! Included schedule/archive_past_slots.sql
create or replace function app_private.archive_past_slots(batch int default 500, at timestamptz default now()) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  slot_ids bigint[];
  keep interval;
begin
  select r.slots into keep from app_private.retention r;
  -- By date, which has an index; a day more, since a date is of the clinic's zone.
  with past as (
    select bs.id, bs.slot_date from app_public.booking_slots bs
    where bs.slot_date < (archive_past_slots.at - keep - interval '1 day')::date
      -- A patient who was checked in and never completed is still there for all we know: the desk sees to that.
      and not exists (
        select from app_public.bookings b
        where b.clinic_id = bs.clinic_id and b.booking_slot_id = bs.id and b.status = 'checked_in')
    order by bs.slot_date, bs.id
    limit archive_past_slots.batch for update skip locked
  )
  select array_agg(p.id) into slot_ids from past p;
  if slot_ids is null then
    return 0;
  end if;

  insert into app_public.archived_booking_slots (clinic_id, id, doctor_id, time_slot_id, slot_date, during, status, customer_id, created_at)
  select bs.clinic_id, bs.id, bs.doctor_id, bs.time_slot_id, bs.slot_date, bs.during, bs.status, bs.customer_id, bs.created_at
  from app_public.booking_slots bs where bs.id = any (slot_ids);
  insert into app_public.archived_bookings (clinic_id, id, booking_slot_id, customer_id, doctor_id, slot_date, during, status, note, sequence,
    booked_by_account_id, cancelled_at, cancelled_by, cancellation_reason, created_at)
  select b.clinic_id, b.id, b.booking_slot_id, b.customer_id, b.doctor_id, b.slot_date, b.during, b.status, b.note, b.sequence,
    b.booked_by_account_id, b.cancelled_at, b.cancelled_by, b.cancellation_reason, b.created_at
  from app_public.bookings b
  join app_public.booking_slots bs on bs.clinic_id = b.clinic_id and bs.id = b.booking_slot_id
  where bs.id = any (slot_ids);
  -- What was said about them goes; that it was booked and what became of it stays, here and in events.
  delete from app_public.notifications n using app_public.bookings b, app_public.booking_slots bs
  where n.clinic_id = b.clinic_id and n.booking_id = b.id
    and bs.clinic_id = b.clinic_id and bs.id = b.booking_slot_id and bs.id = any (slot_ids);
  delete from app_public.bookings b using app_public.booking_slots bs
  where bs.clinic_id = b.clinic_id and bs.id = b.booking_slot_id and bs.id = any (slot_ids);
  delete from app_public.booking_slots bs where bs.id = any (slot_ids);
  return cardinality(slot_ids);
end
$$;

comment on function app_private.archive_past_slots(int, timestamptz) is
'Moves up to `batch` slots that are longer past than app_private.retention.slots, with all their bookings, to archived_booking_slots and archived_bookings, and returns how many. Their messages are removed, their events stay. Called by the job archive_past_slots until it returns 0.';

revoke all on function app_private.archive_past_slots(int, timestamptz) from public;
--! EndIncluded schedule/archive_past_slots.sql
--! Included core/remove_old_records.sql
create or replace function app_private.remove_old_records(batch int default 1000, at timestamptz default now()) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  keep app_private.retention;
  removed int;
  removed_so_far int := 0;
begin
  select r.* into keep from app_private.retention r;

  delete from app_private.idempotency_keys k where k.ctid = any (array(
    select o.ctid from app_private.idempotency_keys o where o.created_at < remove_old_records.at - keep.idempotency_keys limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  delete from app_private.stored_responses k where k.ctid = any (array(
    select o.ctid from app_private.stored_responses o where o.created_at < remove_old_records.at - keep.idempotency_keys limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  -- A session takes its refresh tokens along. One whose time is over but that was not signed out is as dead.
  delete from app_private.sessions s where s.ctid = any (array(
    select o.ctid from app_private.sessions o
    where least(o.revoked_at, o.expires_at) < remove_old_records.at - keep.ended_sessions limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  -- Used tokens are kept to notice a copy of them; past its own end a token opens nothing, copied or not.
  delete from app_private.refresh_tokens t where t.ctid = any (array(
    select o.ctid from app_private.refresh_tokens o where o.expires_at < remove_old_records.at - keep.ended_sessions limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  delete from app_private.invitations i where i.ctid = any (array(
    select o.ctid from app_private.invitations o
    where coalesce(o.accepted_at, o.expires_at) < remove_old_records.at - keep.invitations limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  delete from app_private.messages m where m.ctid = any (array(
    select o.ctid from app_private.messages o where o.delivered_at < remove_old_records.at - keep.messages limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  delete from app_private.delivery_attempts d where d.ctid = any (array(
    select o.ctid from app_private.delivery_attempts o where o.started_at < remove_old_records.at - keep.messages limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  -- Jobs that are done remove themselves; these were given up.
  select count(*) into removed from graphile_worker.complete_jobs(array(
    select j.id from graphile_worker.jobs j
    where j.attempts >= j.max_attempts and j.locked_at is null and j.updated_at < remove_old_records.at - keep.failed_jobs limit batch));
  return removed_so_far + removed;
end
$$;

comment on function app_private.remove_old_records(int, timestamptz) is
'Removes what nobody needs any more, up to `batch` of each kind, and returns how many: idempotency keys and stored responses, sessions long ended with their tokens, invitations, messages of the development transport, delivery attempts, jobs given up. How long each is kept: app_private.retention. Called by the job remove_old_records until it returns 0.';

revoke all on function app_private.remove_old_records(int, timestamptz) from public;
--! EndIncluded core/remove_old_records.sql

create trigger clinics_start_with_notification_rules after insert on app_public.clinics
  for each row execute function app_private.create_rules_of_new_clinic();
insert into app_public.notification_rules (clinic_id, kind, channel)
  select c.id, kind, 'email' from app_public.clinics c, unnest(enum_range(null::app_public.notification_kind)) kind;
create trigger reminders_follow_the_policy after update of reminder_lead_times on app_public.policies
  for each row when (NEW.reminder_lead_times is distinct from OLD.reminder_lead_times) execute function app_private.follow_changed_rules();
create trigger reminders_follow_the_rules after insert or delete on app_public.notification_rules
  for each row execute function app_private.follow_changed_rules();
create trigger texts_use_words_that_are_known before insert or update on app_public.notification_texts
  for each row execute function app_private.check_notification_text();
create trigger notification_texts_count_their_versions before update on app_public.notification_texts
  for each row execute function app_hidden.bump_row_version();
create trigger notification_texts_stay_what_they_are before update on app_public.notification_texts
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'kind', 'channel', 'language');
create trigger webhook_endpoints_count_their_versions before update on app_public.webhook_endpoints
  for each row execute function app_hidden.bump_row_version();
create trigger webhook_endpoints_stay_in_their_clinic before update on app_public.webhook_endpoints
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id');
create trigger templates_are_to_be_applied after insert or update or delete on app_public.doctor_slot_templates
  for each row execute function app_private.note_schedule_change();
create trigger time_slots_are_to_be_applied after update of start_time, end_time, is_active on app_public.time_slots
  for each row execute function app_private.note_schedule_change();
create trigger moved_and_ended_bookings_need_no_rebooking after update on app_public.bookings
  for each row when ((NEW.status, NEW.booking_slot_id) is distinct from (OLD.status, OLD.booking_slot_id))
  execute function app_private.resolve_rebooking();

create policy staff_see_their_texts on app_public.notification_texts for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy managers_add_texts on app_public.notification_texts for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_texts on app_public.notification_texts for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_remove_texts on app_public.notification_texts for delete to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.notification_texts for all to app_admin using (true);
grant select, insert (clinic_id, kind, channel, language, subject, body), update (subject, body, row_version), delete on app_public.notification_texts to app_staff;

create policy managers_see_their_endpoints on app_public.webhook_endpoints for select to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_their_endpoints on app_public.webhook_endpoints for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.webhook_endpoints for all to app_admin using (true);
grant select, update (url, kinds, is_active, row_version) on app_public.webhook_endpoints to app_staff;
