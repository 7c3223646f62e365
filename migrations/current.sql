-- Persisted queries are refused as their clients expect.
--! include core/error_codes.sql
-- Enter migration here

-- Stored outcomes and responses are given only to callers who still have the right.
alter table app_private.stored_responses add column if not exists rights text[] not null default '{}';
alter table app_private.stored_responses alter column rights drop default;
comment on column app_private.stored_responses.rights is 'The caller''s rights when it was made (app_private.current_rights).';
--! include core/current_rights.sql
--! include rest/claim_response.sql
--! include booking/replay.sql
--! include booking/replay_of_booking.sql
--! include booking/cancel_booking.sql
--! include booking/reschedule_booking.sql
--! include booking/advance_booking.sql
--! include schedule/withdraw_slot.sql
--! include schedule/withdraw_day.sql
-- This installation's own id, for names that other systems keep: calendar UIDs, Message-IDs, keys with providers.
create table if not exists app_private.installation (
  is_the_only boolean not null default true,
  id uuid not null default gen_random_uuid(),
  constraint there_is_one_installation primary key (is_the_only),
  constraint the_installation_is_the_only_one check (is_the_only)
);
comment on table app_private.installation is
'What is true of this database alone: one row. A copy of it that runs beside the original gets another id: update app_private.installation set id = gen_random_uuid().';
alter table app_private.installation enable row level security;
insert into app_private.installation default values on conflict do nothing;
--! include core/installation_id.sql
--! include booking/calendar_uid.sql
--! include booking/count_cancellation.sql
drop trigger if exists cancelled_bookings_have_a_higher_sequence on app_public.bookings;
create trigger cancelled_bookings_have_a_higher_sequence before update of status on app_public.bookings
  for each row when (NEW.status = 'cancelled' and OLD.status <> 'cancelled') execute function app_private.count_cancellation();
comment on column app_public.bookings.sequence is 'Counts moves and the cancellation, as an iCalendar SEQUENCE does.';
comment on table app_private.delivery_attempts is
'Every attempt to deliver, written before it is made. One without an outcome lost its worker: whether its message went out, the provider knows by the idempotency key <installation>-<clinic>-<notification>-<generation>.';
--! include notification/messages_of.sql
--! include identity/account_message_of.sql

-- An e-mail address has one canonical form, which every table that holds one requires and by which addresses are compared.
--! include core/error_codes.sql
--! include core/canonical_address.sql
--! include core/is_mailbox.sql
--! include core/require_mailbox.sql
do $$ begin
  create domain app_public.email_address as text
    constraint email_addresses_are_one_mailbox_in_canonical_form check (app_hidden.require_mailbox(value));
exception when duplicate_object then null;
end $$;
comment on domain app_public.email_address is 'Exactly one mailbox in canonical form (app_hidden.canonical_address), compared by =.';
drop function if exists app_private.require_address(public.citext);
drop function if exists app_private.salt_of(public.citext);
drop function if exists app_private.account_by_hash(public.citext, text);
drop function if exists app_private.hash_password(text, public.citext);
drop function if exists app_private.queue_account_message(public.citext, bigint, text, text);
alter table app_private.accounts
  drop constraint if exists account_emails_look_like_addresses,
  drop constraint if exists claimed_emails_look_like_addresses,
  alter column email type app_public.email_address using app_hidden.canonical_address(email::text),
  alter column claimed_email type app_public.email_address using app_hidden.canonical_address(claimed_email::text);
alter table app_private.account_messages
  alter column address type app_public.email_address using app_hidden.canonical_address(address::text);
alter table app_private.invitations
  alter column email type app_public.email_address using app_hidden.canonical_address(email::text);
alter table app_public.employees
  alter column email type app_public.email_address using app_hidden.canonical_address(email::text);
alter table app_public.clinics
  drop constraint if exists clinic_emails_look_like_addresses,
  alter column email type app_public.email_address using app_hidden.canonical_address(email::text);
drop trigger if exists erased_customers_stay_erased on app_public.customers;
alter table app_public.customers
  drop constraint if exists customer_emails_look_like_addresses,
  alter column email type app_public.email_address using app_hidden.canonical_address(email::text);
create trigger erased_customers_stay_erased before update on app_public.customers
  for each row when (NEW.full_name <> 'erased' or num_nonnulls(NEW.email, NEW.phone, NEW.preferred_language, NEW.preferred_channel) > 0
    or NEW.is_active) execute function app_private.keep_erased('id');
drop trigger if exists erased_customers_stay_erased on app_public.clinic_customers;
alter table app_public.clinic_customers
  drop constraint if exists clinic_customer_emails_look_like_addresses,
  alter column email type app_public.email_address using app_hidden.canonical_address(email::text);
create trigger erased_customers_stay_erased before insert or update on app_public.clinic_customers
  for each row when (NEW.full_name <> 'erased' or num_nonnulls(NEW.email, NEW.phone, NEW.notes, NEW.preferred_language, NEW.preferred_channel) > 0)
  execute function app_private.keep_erased('customer_id');
--! include identity/require_address.sql
--! include identity/salt_of.sql
--! include identity/account_by_hash.sql
--! include identity/hash_password.sql
--! include identity/queue_account_message.sql
--! include identity/create_account.sql
--! include identity/set_password.sql
--! include identity/sign_in.sql
--! include identity/erase_account.sql
--! include identity/register_customer.sql
--! include identity/request_password_reset.sql
--! include clinic/invite_employee.sql
--! include clinic/add_clinic_customer.sql
--! include roster/store_roster.sql
--! include roster/load_demo.sql
--! include roster/read_roster_clinic.sql

-- One flood of sign-ins must not delay everybody.
--! include core/error_codes.sql

-- REST: a session is ended by its refresh token alone; a slot is put back as it was read; refusals of conditions and searches.
--! include core/error_codes.sql
drop function if exists app_public.sign_out();
--! include identity/sign_out.sql
drop function if exists app_public.set_slot_customer(bigint, bigint, bigint, int);
--! include booking/set_slot_customer.sql
-- Quiet hours are decided when a message is sent.
alter table app_public.notifications
  add column if not exists answers_until timestamptz,
  add column if not exists earlier_start timestamptz;
comment on column app_public.notifications.answers_until is
'Until then it is sent in quiet hours, too: it answers what the customer has just done, or the desk has just sent it again. Null when it does not.';
comment on column app_public.notifications.earlier_start is 'Of a moved booking: when it began before.';
comment on column app_public.notifications.retry_at is 'Not before this: an attempt was made, or (without one) the quiet hours end then.';
comment on column app_public.notifications.dropped_because is 'booking_changed, rules_changed, opted_out, too_late, or quiet_hours: a reminder that could be sent only when its appointment had begun.';
comment on column app_public.policies.quiet_from is
'From this local time until quiet_until nobody is written to. Reminders are sent before; other messages after, unless they answer what the customer has just done or concern a visit within two hours of quiet_until.';
drop function if exists app_private.queue_notifications(app_public.bookings, app_public.notification_kind);
--! include notification/quiet_hours.sql
--! include notification/before_quiet_hours.sql
--! include notification/reconcile_reminders.sql
drop trigger if exists reminders_follow_the_policy on app_public.policies;
create trigger reminders_follow_the_policy after update of reminder_lead_times, quiet_from, quiet_until on app_public.policies
  for each row when ((NEW.reminder_lead_times, NEW.quiet_from, NEW.quiet_until) is distinct from (OLD.reminder_lead_times, OLD.quiet_from, OLD.quiet_until))
  execute function app_private.follow_changed_rules();
--! include notification/plan_reminders.sql
--! include notification/queue_notifications.sql
--! include booking/reschedule_booking.sql
--! include notification/claim_notifications.sql
--! include notification/send_again.sql
--! include notification/bookings_missing_reminders.sql
--! include notification/late_notifications.sql
--! include notification/delivery_figures.sql
-- Templates follow the dates that generations covered, not every date up to the farthest.
drop function if exists app_private.make_booking_slots(bigint, date, date, timestamptz);
alter table app_public.slot_generation_runs add column if not exists dates datemultirange;
update app_public.slot_generation_runs set dates = datemultirange(daterange(from_date, to_date, '[]')) where dates is null;
alter table app_public.slot_generation_runs
  alter column dates set not null,
  drop constraint if exists generation_runs_are_of_dates_between_from_and_to,
  add constraint generation_runs_are_of_dates_between_from_and_to
    check (lower(dates) = from_date and upper(dates) = to_date + 1) not valid;
alter table app_public.slot_generation_runs validate constraint generation_runs_are_of_dates_between_from_and_to;
comment on column app_public.slot_generation_runs.dates is 'The local dates that it covered. A run that follows changed templates may leave gaps between from_date and to_date.';
--! include schedule/make_booking_slots.sql
--! include schedule/generate_booking_slots.sql
--! include schedule/generate_due_slots.sql
--! include schedule/follow_templates.sql

-- A slot that is opened again gets the hours that its time slot has now. Another time zone moves free slots; a doctor who is back gets slots.
drop function if exists app_private.reopen_slot(app_public.booking_slots);
comment on column app_public.booking_slots.superseded is 'Withdrawn, and its place given up: its template went or moved, its doctor left, or another slot replaced it.';
--! include core/error_codes.sql
--! include clinic/check_time_zone.sql
--! include schedule/replace_slots.sql
--! include schedule/reopen_slot.sql
--! include schedule/create_booking_slot.sql
--! include schedule/judge_reopening.sql
--! include schedule/move_slots_to_new_zone.sql
create or replace trigger slots_are_opened_again_at_the_hours_of_their_time_slot before update of status on app_public.booking_slots
  for each row when (OLD.status = 'withdrawn' and NEW.status = 'open') execute function app_private.judge_reopening();
create or replace trigger free_slots_follow_their_clinics_time_zone after update of time_zone on app_public.clinics
  for each row when (NEW.time_zone is distinct from OLD.time_zone) execute function app_private.move_slots_to_new_zone();
create or replace trigger doctors_who_are_back_get_slots after update of is_active on app_public.doctors
  for each row when (NEW.is_active and not OLD.is_active) execute function app_private.note_schedule_change();

-- Bookings that have begun keep their state when their doctor or clinic leaves, and can still be completed.
alter table app_public.bookings alter column active_doctor_id drop expression if exists;
alter table app_public.bookings
  drop constraint if exists live_bookings_are_with_an_active_doctor,
  drop constraint if exists bookings_ahead_are_with_an_active_doctor,
  add constraint bookings_ahead_are_with_an_active_doctor foreign key (clinic_id, active_doctor_id)
    references app_public.doctors (clinic_id, active_doctor_id) not valid;
alter table app_public.bookings validate constraint bookings_ahead_are_with_an_active_doctor;
comment on column app_public.bookings.active_doctor_id is 'The doctor, as long as the booking is live and has not begun: such a booking needs an active doctor.';
--! include booking/fill_booking_from_slot.sql
create or replace trigger bookings_are_at_their_slots_time
  before insert or update of booking_slot_id, doctor_id, slot_date, during, status, active_doctor_id on app_public.bookings
  for each row execute function app_private.fill_booking_from_slot();
--! include booking/free_slot.sql
--! include booking/end_booking.sql
--! include booking/reschedule_booking.sql
--! include schedule/clear_schedule.sql
--! include schedule/withdraw_slot.sql
--! include clinic/deactivate_doctor.sql
--! include clinic/deactivate_clinic.sql
-- A slot starts at most three years from now, and the search across clinics passes over dates without free slots at no cost.
--! include core/error_codes.sql
--! include schedule/latest_slot_start.sql
--! include schedule/refuse_distant_slots.sql

drop trigger if exists booking_slots_start_within_three_years on app_public.booking_slots;
create trigger booking_slots_start_within_three_years after insert on app_public.booking_slots
  referencing new table as made for each statement execute function app_private.refuse_distant_slots();

-- Results do not depend on the session's TimeZone: functions that compute with times pin it, and the rest says hours where it means hours.
alter table app_private.invitations alter column expires_at set default now() + interval '168 hours';
alter table app_private.sessions alter column expires_at set default now() + interval '2160 hours';
--! include booking/advance_booking.sql
--! include booking/available_slots.sql
--! include booking/book_slot.sql
--! include booking/calendar_as_of.sql
--! include booking/cancel_booking.sql
--! include booking/end_booking.sql
--! include booking/event_head.sql
--! include booking/fill_booking_from_slot.sql
--! include booking/hash_event.sql
--! include booking/hold_slot.sql
--! include booking/judge_count.sql
--! include booking/judge_hold.sql
--! include booking/judge_slot.sql
--! include booking/judge_time.sql
--! include booking/release_expired_holds.sql
--! include booking/reschedule_booking.sql
--! include booking/seal_events.sql
--! include booking/verify_events.sql
--! include clinic/accept_invitation.sql
--! include clinic/check_time_zone.sql
--! include clinic/end_invitations_of_former_employee.sql
--! include clinic/invite_employee.sql
--! include clinic/open_invitations.sql
--! include clinic/revoke_invitation.sql
--! include core/remove_old_records.sql
--! include identity/account_by_hash.sql
--! include identity/account_message_of.sql
--! include identity/change_password.sql
--! include identity/claim_account_messages.sql
--! include identity/count_failure.sql
--! include identity/count_network_attempt.sql
--! include identity/end_account_message.sql
--! include identity/erase_customer.sql
--! include identity/export_customer.sql
--! include identity/issue_refresh_token.sql
--! include identity/person_of.sql
--! include identity/queue_account_message.sql
--! include identity/refresh_session.sql
--! include identity/refuse_hasty_network.sql
--! include identity/refuse_while_waiting.sql
--! include identity/register_customer.sql
--! include identity/remove_customer.sql
--! include identity/reset_password.sql
--! include identity/set_password.sql
--! include identity/sign_in.sql
--! include identity/sign_out.sql
--! include notification/bookings_missing_reminders.sql
--! include notification/claim_notifications.sql
--! include notification/clinic_changes.sql
--! include notification/delivery_figures.sql
--! include notification/job_figures.sql
--! include notification/messages_of.sql
--! include notification/plan_reminders.sql
--! include notification/preview_notification.sql
--! include notification/queue_notifications.sql
--! include notification/quiet_hours.sql
--! include notification/reconcile_reminders.sql
--! include notification/record_deliveries.sql
--! include notification/say_time.sql
--! include notification/send_again.sql
--! include notification/text_values.sql
--! include notification/understand_text.sql
--! include roster/find_roster_time_slots.sql
--! include roster/load_demo.sql
--! include roster/overlapping_roster_templates.sql
--! include roster/parse_roster_date.sql
--! include roster/parse_roster_date_format.sql
--! include roster/parse_roster_time.sql
--! include roster/parse_roster_time_format.sql
--! include roster/read_roster_clinic.sql
--! include roster/read_roster_templates.sql
--! include roster/read_roster_time_slots.sql
--! include roster/roster_slots_by_hours.sql
--! include roster/roster_slots_by_name.sql
--! include roster/unknown_roster_time_slot.sql
--! include schedule/archive_past_slots.sql
--! include schedule/clear_schedule.sql
--! include schedule/clinics_due_for_generation.sql
--! include schedule/clinics_with_changed_templates.sql
--! include schedule/create_booking_slot.sql
--! include schedule/dates_to_generate.sql
--! include schedule/dismiss_rebooking.sql
--! include schedule/follow_templates.sql
--! include schedule/generate_booking_slots.sql
--! include schedule/generate_due_slots.sql
--! include schedule/insert_slots.sql
--! include schedule/last_generation_time.sql
--! include schedule/list_withdrawn_booking.sql
--! include schedule/local_instant.sql
--! include schedule/local_range.sql
--! include schedule/make_booking_slots.sql
--! include schedule/next_generation.sql
--! include schedule/note_schedule_change.sql
--! include schedule/remove_time_slot.sql
--! include schedule/reopen_slot.sql
--! include schedule/require_local_date.sql
--! include schedule/resolve_rebooking.sql
--! include schedule/resolve_withdrawn.sql
--! include schedule/set_template_week_minutes.sql
--! include schedule/withdraw_day.sql
--! include schedule/withdraw_slot.sql
-- Names have a visible character and no text has hidden ones. Lengths and values of what people type are refused by functions that raise:
-- when a check fails by itself, or a NOT NULL does, PostgreSQL writes the whole row, names and notes included, to its log.
--! include core/error_codes.sql
--! include core/is_line.sql
--! include core/is_prose.sql
--! include core/require_length.sql
--! include core/require_line.sql
--! include core/require_prose.sql
--! include core/require_one_of.sql
--! include core/require_names.sql
--! include core/refuse_missing.sql
alter table app_public.customers
  drop constraint if exists customers_have_a_name,
  drop constraint if exists customer_phones_are_short,
  drop constraint if exists customers_read_a_language_that_is_known,
  drop constraint if exists customers_are_told_by_email_or_sms,
  add constraint customers_have_a_name
    check (app_hidden.require_line(full_name, 'fullName', 200)),
  add constraint customer_phones_are_short
    check (app_hidden.require_line(phone, 'phone', 50)),
  add constraint customers_read_a_language_that_is_known
    check (app_hidden.require_one_of(preferred_language, 'preferredLanguage', 'en', 'de')),
  add constraint customers_are_told_by_email_or_sms
    check (app_hidden.require_one_of(preferred_channel, 'preferredChannel', 'email', 'sms'));
alter table app_public.clinic_customers
  drop constraint if exists clinic_customers_have_a_name,
  drop constraint if exists clinic_customer_phones_are_short,
  drop constraint if exists clinic_customer_notes_are_short,
  drop constraint if exists clinic_customers_read_a_language_that_is_known,
  drop constraint if exists clinic_customers_are_told_by_email_or_sms,
  add constraint clinic_customers_have_a_name
    check (app_hidden.require_line(full_name, 'fullName', 200)),
  add constraint clinic_customer_phones_are_short
    check (app_hidden.require_line(phone, 'phone', 50)),
  add constraint clinic_customer_notes_are_short
    check (app_hidden.require_prose(notes, 'notes', 5000)),
  add constraint clinic_customers_read_a_language_that_is_known
    check (app_hidden.require_one_of(preferred_language, 'preferredLanguage', 'en', 'de')),
  add constraint clinic_customers_are_told_by_email_or_sms
    check (app_hidden.require_one_of(preferred_channel, 'preferredChannel', 'email', 'sms'));
alter table app_public.bookings
  drop constraint if exists booking_notes_are_short,
  drop constraint if exists cancellation_reasons_are_short,
  add constraint booking_notes_are_short
    check (app_hidden.require_prose(note, 'note', 2000)),
  add constraint cancellation_reasons_are_short
    check (app_hidden.require_prose(cancellation_reason, 'reason', 500));
alter table app_public.events
  drop constraint if exists reasons_of_events_are_short,
  add constraint reasons_of_events_are_short
    check (app_hidden.require_prose(reason, 'reason', 500));
alter table app_public.employees
  drop constraint if exists employees_have_a_name,
  add constraint employees_have_a_name
    check (app_hidden.require_line(full_name, 'fullName', 200));
alter table app_private.invitations
  drop constraint if exists invited_people_have_a_name,
  add constraint invited_people_have_a_name
    check (app_hidden.require_line(full_name, 'fullName', 200));
alter table app_public.clinics
  drop constraint if exists clinics_have_a_name,
  drop constraint if exists clinic_addresses_and_phones_are_short,
  add constraint clinics_have_a_name
    check (app_hidden.require_line(name, 'name', 200)),
  add constraint clinic_addresses_and_phones_are_short
    check (app_hidden.require_prose(address, 'address', 500) and app_hidden.require_line(phone, 'phone', 50));
alter table app_public.doctors
  drop constraint if exists doctors_have_a_name,
  drop constraint if exists texts_about_doctors_are_short,
  add constraint doctors_have_a_name
    check (app_hidden.require_line(full_name, 'fullName', 200)),
  add constraint texts_about_doctors_are_short
    check (app_hidden.require_prose(about, 'about', 5000));
alter table app_public.time_slots
  drop constraint if exists time_slots_have_a_name,
  add constraint time_slots_have_a_name
    check (app_hidden.require_line(name, 'name', 100));
alter table app_public.specializations
  drop constraint if exists specializations_have_a_name,
  drop constraint if exists names_of_specializations_can_be_seen,
  add constraint specializations_have_a_name
    check (app_hidden.require_line(name::text, 'name', 100)),
  add constraint names_of_specializations_can_be_seen
    check (app_hidden.require_names(names, 'names', 100));
alter table app_public.policies
  drop constraint if exists sender_names_are_one_short_line,
  add constraint sender_names_are_one_short_line
    check (app_hidden.require_line(sender_name, 'senderName', 100));
alter table app_public.notification_texts
  drop constraint if exists subjects_are_one_short_line,
  drop constraint if exists bodies_have_no_hidden_characters,
  add constraint subjects_are_one_short_line
    check (subject = '' or app_hidden.require_line(subject, 'subject', 200)),
  add constraint bodies_have_no_hidden_characters
    check (app_hidden.require_prose(body, 'body', 10000));
create or replace trigger what_is_missing_is_refused before insert or update on app_public.customers
  for each row when (num_nulls(NEW.full_name, NEW.wants_reminders, NEW.is_active) > 0)
  execute function app_hidden.refuse_missing('full_name', 'wants_reminders', 'is_active');
create or replace trigger what_is_missing_is_refused before insert or update on app_public.clinic_customers
  for each row when (num_nulls(NEW.full_name, NEW.wants_reminders) > 0)
  execute function app_hidden.refuse_missing('full_name', 'wants_reminders');
create or replace trigger what_is_missing_is_refused before insert or update on app_public.employees
  for each row when (num_nulls(NEW.full_name, NEW.role, NEW.is_active) > 0)
  execute function app_hidden.refuse_missing('full_name', 'role', 'is_active');
create or replace trigger what_is_missing_is_refused before insert or update on app_private.invitations
  for each row when (num_nulls(NEW.email, NEW.full_name, NEW.role) > 0)
  execute function app_hidden.refuse_missing('email', 'full_name', 'role');
--! include roster/roster_value_faults.sql
--! include booking/book_slot.sql
--! include booking/cancel_booking.sql
-- Failures to sign in decay, wait where they were made, and do not lock out a network or a device that has signed in before.
create table if not exists app_private.sign_in_counts (
  address_hash bytea not null,
  place text not null,
  spent float8 not null,
  counted_at timestamptz not null default now(),
  constraint an_address_is_counted_once_a_place primary key (address_hash, place),
  constraint counts_are_of_a_kind_of_place check (split_part(place, ' ', 1) in ('network', 'device', 'elsewhere', 'account'))
);
create index if not exists sign_in_counts_by_age on app_private.sign_in_counts (counted_at);
comment on table app_private.sign_in_counts is
'Sign-ins with an address, whether somebody has it or not: failures at a network or a device, failures at all places together that no account of the address knows (elsewhere), and successes of an account. app_private.sign_ins_per_hour says how many are forgiven in an hour. Removed after a day.';
comment on column app_private.sign_in_counts.address_hash is 'SHA-256 of the address.';
comment on column app_private.sign_in_counts.spent is 'At counted_at; since then some was forgiven.';
alter table app_private.sign_in_counts enable row level security;

create table if not exists app_private.known_places (
  account_id bigint not null,
  place text not null,
  signed_in_at timestamptz not null default now(),
  constraint a_place_is_known_once_to_an_account primary key (account_id, place),
  constraint known_places_are_of_an_account foreign key (account_id) references app_private.accounts (id) on delete cascade
);
create index if not exists known_places_by_age on app_private.known_places (signed_in_at);
comment on table app_private.known_places is 'Networks and devices from which an account was signed in to, as digests (app_private.sign_in_place). Failures elsewhere do not lock the account there.';
alter table app_private.known_places enable row level security;
alter table app_private.retention add column if not exists known_places interval not null default '90 days';

insert into app_private.network_limits (kind, burst, per_hour) values ('signed_in', 300, 600) on conflict do nothing;
comment on table app_private.network_attempts is 'What networks have spent of app_private.network_limits: failed sign-ins, successful ones, registrations, links asked for. Removed after a day.';
drop function if exists app_private.count_failure(bigint), app_private.account_by_hash(text, text);
alter table app_private.accounts drop column if exists failed_sign_ins, drop column if exists locked_until;
drop table if exists app_private.unknown_sign_ins;
--! include core/error_codes.sql
--! include identity/begin_request.sql
--! include identity/sign_ins_per_hour.sql
--! include identity/sign_in_place.sql
--! include identity/place_of_attempt.sql
--! include identity/count_sign_in.sql
--! include identity/count_failure.sql
--! include identity/account_waits_until.sql
--! include identity/address_waits_until.sql
--! include identity/lock_sign_ins.sql
--! include identity/account_by_hash.sql
--! include identity/forgive_failures.sql
--! include identity/remember_places.sql
--! include identity/start_session.sql
--! include identity/sign_in.sql
--! include identity/register_customer.sql
--! include identity/change_password.sql
--! include identity/reset_password.sql
--! include identity/set_password.sql
--! include identity/erase_account.sql
--! include identity/export_customer.sql
--! include clinic/accept_invitation.sql
--! include core/remove_old_records.sql

-- A clinic's copy of a profile follows it until the clinic edits it, column by column. A different name is a different person.
--! include core/error_codes.sql
--! include core/same_name.sql
alter table app_public.clinic_customers add column if not exists copied_from_profile text[] not null default '{}';
alter table app_public.clinic_customers
  drop constraint if exists copies_are_of_columns_of_the_profile,
  add constraint copies_are_of_columns_of_the_profile check (copied_from_profile <@ '{full_name,email,phone}');
comment on column app_public.clinic_customers.copied_from_profile is
E'@behavior -*\nWhich columns are as the customer''s profile has them and follow it: full_name, email, phone. What the clinic typed or edited is its own.';
-- From before this was kept: what is the same was copied.
update app_public.clinic_customers cc
set copied_from_profile = array_remove(array[case when cc.full_name = c.full_name then 'full_name' end,
  case when cc.email is not distinct from c.email then 'email' end, case when cc.phone is not distinct from c.phone then 'phone' end], null)
from app_public.customers c
where c.id = cc.customer_id and c.account_id is not null and cc.copied_from_profile = '{}';
--! include identity/follow_profile.sql
--! include clinic/note_edited_copies.sql
create or replace trigger clinics_copies_follow_the_profile after update of full_name, email, phone on app_public.customers
  for each row when ((OLD.full_name, OLD.email, OLD.phone) is distinct from (NEW.full_name, NEW.email, NEW.phone))
  execute function app_private.follow_profile();
create or replace trigger edited_copies_are_the_clinics_own before update of full_name, email, phone on app_public.clinic_customers
  for each row when ((OLD.full_name, OLD.email, OLD.phone) is distinct from (NEW.full_name, NEW.email, NEW.phone))
  execute function app_private.note_edited_copies();
--! include booking/keep_clinic_customer.sql
--! include clinic/add_clinic_customer.sql
--! include identity/register_customer.sql
-- Check-ins, completions and no-shows that were recorded by mistake can be undone for some time.
alter table app_public.state_transitions
  add column if not exists time_limit interval,
  drop constraint if exists only_steps_of_bookings_have_a_time_limit,
  add constraint only_steps_of_bookings_have_a_time_limit check (time_limit is null or entity = 'booking'),
  -- A day by the clock of the session's time zone is not always 24 hours.
  drop constraint if exists time_limits_are_hours_and_minutes,
  add constraint time_limits_are_hours_and_minutes
    check (time_limit > '0' and extract(day from time_limit) = 0 and extract(month from time_limit) = 0 and extract(year from time_limit) = 0);
comment on column app_public.state_transitions.time_limit is 'For how long the step may be taken, from the event by which the booking came into from_state. Null is for ever.';
--! include core/error_codes.sql
--! include booking/state_transitions.sql
--! include booking/judge_time_limit.sql
--! include booking/check_transition.sql
--! include booking/open_visit.sql
--! include booking/advance_booking.sql
--! include notification/reconcile_reminders.sql
--! include notification/restore_notifications.sql
--! include booking/undo_step.sql
--! include booking/undo_check_in.sql
--! include booking/undo_completion.sql
--! include booking/undo_no_show.sql
-- Phone numbers are read by the clinic's country, and kept in international form (E.164) beside what was typed.
--! include core/error_codes.sql
create table if not exists app_private.phone_plans (
  country text not null,
  calling_code text not null,
  international_prefix text not null,
  national_prefix text,
  national_prefix_becomes text,
  numbers text not null,
  mobile_numbers text,
  lengths int[] not null,
  is_main boolean not null,
  constraint phone_plans_are_identified_by_country primary key (country),
  constraint countries_are_two_capital_letters check (country ~ '^[A-Z]{2}$'),
  constraint calling_codes_are_digits check (calling_code ~ '^[1-9][0-9]{0,2}$')
);
comment on table app_private.phone_plans is
'How phone numbers are formed in each country, as libphonenumber has it: regular expressions for international and national prefixes, for all numbers, and for mobile ones. `is_main` is the country that a shared calling code is of first.';
alter table app_private.phone_plans enable row level security;
create table if not exists app_private.time_zone_countries (
  time_zone text not null,
  country text not null,
  constraint time_zones_are_of_one_country primary key (time_zone)
);
comment on table app_private.time_zone_countries is 'The country of each IANA time zone.';
alter table app_private.time_zone_countries enable row level security;
--! include clinic/phone_plans.sql
--! include clinic/time_zone_countries.sql
--! include clinic/read_phone.sql
--! include clinic/fill_country.sql
--! include clinic/read_phones_again.sql
--! include clinic/read_phone_of_customer.sql
--! include identity/judge_phone_for_sms.sql
alter table app_public.clinics
  add column if not exists country text,
  drop constraint if exists clinics_are_in_a_known_country,
  add constraint clinics_are_in_a_known_country foreign key (country) references app_private.phone_plans (country);
comment on column app_public.clinics.country is
'ISO 3166-1, two letters: DE. Phone numbers in national form are read by it. When left out, that of the time zone.';
grant select (country), insert (country), update (country) on app_public.clinics to app_admin;
grant select (country) on app_public.clinics to app_anonymous;
grant update (country) on app_public.clinics to app_staff;
update app_public.clinics c set country = tzc.country
from app_private.time_zone_countries tzc where tzc.time_zone = c.time_zone and c.country is null;
create or replace trigger clinics_are_in_the_country_of_their_time_zone before insert or update on app_public.clinics
  for each row when (NEW.country is null) execute function app_private.fill_country();
create or replace trigger numbers_are_read_by_the_country after update of country on app_public.clinics
  for each row when (NEW.country is distinct from OLD.country) execute function app_private.read_phones_again();
alter table app_public.clinic_customers
  add column if not exists phone_e164 text,
  add column if not exists phone_takes_sms boolean not null default false,
  drop constraint if exists international_numbers_are_e164,
  add constraint international_numbers_are_e164
    check (phone_e164 is null or phone is not null and phone_e164 ~ '^\+[1-9][0-9]{4,14}$');
comment on column app_public.clinic_customers.phone_e164 is
'`phone` in international form, such as +4915123456789; null where it is not a number of any country. Filled by the database.';
comment on column app_public.clinic_customers.phone_takes_sms is 'Whether `phone` is a mobile number, so that SMS can be sent to it. Filled by the database.';
create or replace trigger numbers_are_read_as_they_are_written
  before insert or update of phone, phone_e164, phone_takes_sms, preferred_channel on app_public.clinic_customers
  for each row when (num_nonnulls(NEW.phone, NEW.phone_e164) > 0 or NEW.phone_takes_sms) execute function app_private.read_phone_of_customer();
create or replace trigger numbers_for_sms_are_mobile before insert or update of phone, preferred_channel on app_public.customers
  for each row when (NEW.preferred_channel = 'sms' and NEW.phone is not null) execute function app_private.judge_phone_for_sms();
update app_public.clinic_customers cc set phone = cc.phone where cc.phone is not null;
--! include clinic/find_clinic_customers.sql
--! include notification/choose_channel.sql
--! include notification/messages_of.sql
--! include identity/erase_customer.sql
--! include identity/export_customer.sql

-- Webhooks are delivered fairly between clinics, to public addresses, and each attempt with the same body.
alter table app_private.installation add column if not exists is_production boolean not null default false;
comment on column app_private.installation.is_production is 'Set by workers with NODE_ENV=production (declare_production), and by no program unset.';
create table if not exists app_private.special_networks (
  network cidr not null,
  meaning text not null,
  constraint special_networks_are_listed_once primary key (network)
);
comment on table app_private.special_networks is
'Networks that are not of the public internet, so that no webhook is sent there. An operator may add to it, or take a network out whose receivers are trusted.';
alter table app_private.special_networks enable row level security;
alter table app_public.webhook_endpoints
  add column if not exists disabled_because text,
  add column if not exists wants_event_head boolean not null default false,
  drop constraint if exists endpoints_are_disabled_for_a_known_reason,
  add constraint endpoints_are_disabled_for_a_known_reason check (disabled_because in ('gone', 'not_public')),
  drop constraint if exists active_endpoints_are_not_disabled,
  add constraint active_endpoints_are_not_disabled check (not is_active or disabled_because is null);
comment on column app_public.webhook_endpoints.disabled_because is
'Why medislot switched it off: gone (it answered 410) or not_public (its name leads inside a network). Null when it is on, or when a manager switched it off.';
comment on column app_public.webhook_endpoints.wants_event_head is 'It gets the head of the clinic''s chain of events daily.';
grant select (disabled_because, wants_event_head), update (wants_event_head) on app_public.webhook_endpoints to app_staff;
create table if not exists app_private.webhook_health (
  clinic_id bigint not null,
  endpoint_id bigint not null,
  failures int not null default 0,
  is_slow boolean not null default false,
  retry_at timestamptz,
  served_at timestamptz,
  constraint an_endpoint_has_one_state_of_health primary key (clinic_id, endpoint_id),
  constraint health_is_of_an_endpoint foreign key (clinic_id, endpoint_id) references app_public.webhook_endpoints (clinic_id, id) on delete cascade
);
comment on table app_private.webhook_health is
'How the last attempts at an endpoint went: failures since it last answered, whether it took more than two seconds, not before when it is tried again, and when it last had its turn (claim_webhooks).';
alter table app_private.webhook_health enable row level security;
create table if not exists app_private.webhook_bodies (
  clinic_id bigint not null,
  notification_id bigint not null,
  generation int not null,
  body text not null,
  constraint a_webhook_is_worded_once primary key (clinic_id, notification_id, generation),
  constraint webhook_bodies_are_of_a_notification foreign key (clinic_id, notification_id)
    references app_public.notifications (clinic_id, id) on delete cascade
);
comment on table app_private.webhook_bodies is 'What a webhook posted at its first attempt, for the others, until it is taken or given up. Ids and times only.';
alter table app_private.webhook_bodies enable row level security;
drop index if exists app_public.notifications_to_send;
-- The work list of claim_notifications, by channel, so that what waits for one is never read by the others.
create index notifications_to_send on app_public.notifications (channel, (greatest(least(send_after, due_at), retry_at))) where state = 'pending';
-- The work list of claim_webhooks.
create index if not exists webhooks_to_send on app_public.notifications (clinic_id, endpoint_id, (greatest(due_at, retry_at)))
  where state = 'pending' and channel = 'webhook';
create index if not exists webhook_attempts_under_way on app_private.delivery_attempts (started_at) where channel = 'webhook' and ended_at is null;
comment on column app_public.notifications.dropped_because is
'booking_changed, rules_changed, opted_out, too_late, quiet_hours (a reminder that could be sent only when its appointment had begun), or endpoint_inactive.';

-- What managers are told, and where the heads of the chains of events are kept.
create table if not exists app_private.manager_messages (
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
  constraint manager_messages_are_of_a_clinic foreign key (clinic_id) references app_public.clinics (id) on delete cascade,
  constraint manager_messages_may_be_to_an_employee foreign key (clinic_id, employee_id)
    references app_public.employees (clinic_id, id) on delete cascade,
  constraint manager_messages_may_be_to_an_endpoint foreign key (clinic_id, endpoint_id)
    references app_public.webhook_endpoints (clinic_id, id) on delete cascade,
  constraint manager_messages_are_to_one_of_both check ((employee_id is null) <> (endpoint_id is null)),
  constraint manager_messages_are_of_a_known_kind check (kind in ('webhook_disabled', 'event_head')),
  constraint manager_messages_are_in_a_known_state check (state in ('pending', 'sent', 'dead'))
);
comment on table app_private.manager_messages is
'What a clinic''s managers are told by e-mail, or its own system by webhook, that is not about a booking: a webhook was switched off, the head of the chain of events. Without SMTP_URL delivered_body has what would have been sent.';
create index if not exists manager_messages_to_send on app_private.manager_messages (send_after) where state = 'pending';
create index if not exists manager_messages_by_age on app_private.manager_messages (created_at);
create index if not exists manager_messages_of_an_employee on app_private.manager_messages (clinic_id, employee_id);
create index if not exists manager_messages_of_an_endpoint on app_private.manager_messages (clinic_id, endpoint_id);
alter table app_private.manager_messages enable row level security;
alter table app_public.policies add column if not exists mails_event_head boolean not null default false;
comment on column app_public.policies.mails_event_head is 'The clinic''s managers get the head of its chain of events by e-mail, each day on which it has grown.';
grant update (mails_event_head) on app_public.policies to app_staff;
create table if not exists app_private.told_event_heads (
  clinic_id bigint not null,
  position bigint not null,
  told_at timestamptz not null,
  constraint a_clinic_has_one_told_head primary key (clinic_id),
  constraint told_heads_are_of_a_clinic foreign key (clinic_id) references app_public.clinics (id) on delete cascade
);
comment on table app_private.told_event_heads is 'The last head of each clinic that queue_event_heads gave to those who keep it.';
alter table app_private.told_event_heads enable row level security;
drop function if exists app_public.create_webhook_endpoint(bigint, text, app_public.notification_kind[]);
drop function if exists app_public.verify_events(bigint, bigint, text);
--! include core/error_codes.sql
--! include core/declare_production.sql
--! include core/remove_old_records.sql
--! include notification/special_networks.sql
--! include notification/is_public_address.sql
--! include notification/check_webhook_url.sql
--! include notification/clear_reason_of_active_endpoint.sql
--! include notification/queue_manager_emails.sql
--! include notification/follow_endpoint.sql
--! include notification/is_permanent_failure.sql
--! include notification/webhook_body.sql
--! include notification/messages_of.sql
--! include notification/claim_notifications.sql
--! include notification/claim_webhooks.sql
--! include notification/record_webhook_deliveries.sql
--! include notification/create_webhook_endpoint.sql
--! include notification/claim_manager_messages.sql
--! include notification/manager_message_of.sql
--! include notification/end_manager_message.sql
--! include booking/head_text.sql
--! include booking/event_heads_to_store.sql
--! include booking/queue_event_heads.sql
--! include booking/verify_events.sql
drop trigger if exists webhooks_go_to_public_addresses on app_public.webhook_endpoints;
create trigger webhooks_go_to_public_addresses before insert or update of url, is_active on app_public.webhook_endpoints
  for each row when (NEW.is_active) execute function app_private.check_webhook_url();
drop trigger if exists active_endpoints_have_no_reason_to_be_off on app_public.webhook_endpoints;
create trigger active_endpoints_have_no_reason_to_be_off before update of is_active on app_public.webhook_endpoints
  for each row execute function app_private.clear_reason_of_active_endpoint();
drop trigger if exists messages_follow_their_endpoint on app_public.webhook_endpoints;
create trigger messages_follow_their_endpoint after update of is_active, url on app_public.webhook_endpoints
  for each row when ((NEW.is_active, NEW.url) is distinct from (OLD.is_active, OLD.url)) execute function app_private.follow_endpoint();
-- The search prefers what is near the caller; calendars ask for the days with free slots, pages whether a slot can still be booked.
create index if not exists clinics_by_time_zone on app_public.clinics (time_zone);
comment on index app_public.clinics_by_time_zone is 'For app_private.zones_at_distance, which goes from one zone to the next, and for the clinics of some zones.';
drop function if exists app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date);
alter type app_public.available_slot drop attribute if exists zone_distance;
alter type app_public.available_slot add attribute zone_distance int;
do $$ begin
  create type app_public.day_with_free_slots as (slot_date date);
exception when duplicate_object then null;
end $$;
comment on type app_public.day_with_free_slots is 'A local date of clinics on which something can be booked now.';
do $$ begin
  create type app_public.slot_bookability as (is_bookable boolean, refused_as text);
exception when duplicate_object then null;
end $$;
comment on type app_public.slot_bookability is 'Whether a slot can be booked now, and if not, the name of the refusal.';
--! include booking/zones_at_distance.sql
--! include booking/available_slots.sql
--! include booking/days_with_free_slots.sql
--! include booking/slot_bookability.sql
-- Patients who register say the language of their messages; a preferred channel has an address.
drop function if exists app_public.register_customer(text, text, text, text);
--! include core/error_codes.sql
--! include identity/register_customer.sql
--! include identity/require_address_for.sql
--! include identity/follow_profile.sql
update app_public.customers set preferred_channel = null
where preferred_channel = 'sms' and phone is null or preferred_channel = 'email' and email is null;
update app_public.clinic_customers set preferred_channel = null
where preferred_channel = 'sms' and phone is null or preferred_channel = 'email' and email is null;
alter table app_public.customers
  drop constraint if exists preferred_channels_have_an_address,
  add constraint preferred_channels_have_an_address check (
    app_hidden.require_address_for(preferred_channel, 'sms', phone, 'phone')
    and app_hidden.require_address_for(preferred_channel, 'email', email, 'email'));
alter table app_public.clinic_customers
  drop constraint if exists preferred_channels_of_records_have_an_address,
  add constraint preferred_channels_of_records_have_an_address check (
    app_hidden.require_address_for(preferred_channel, 'sms', phone, 'phone')
    and app_hidden.require_address_for(preferred_channel, 'email', email, 'email'));
