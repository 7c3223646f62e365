--! Previous: sha1:15bd497b206f71ecf711fec93c09b9fe49f5df40
--! Hash: sha1:f5caedba69d799ebf8d632d813077dc9d0ccbae9
--! Message: nobody learns who is registered, new passwords by mail, rights of columns

-- Enter migration here

-- What is of the clinic's work and not the patient's: who at the desk booked, and what a mail server answered, which may quote others' addresses.
revoke select on app_public.bookings, app_public.archived_bookings, app_public.notifications from app_customer;
grant select (clinic_id, id, booking_slot_id, customer_id, doctor_id, slot_date, during, starts_at, ends_at, status, note, sequence, cancelled_at,
  cancelled_by, cancellation_reason, active_booking_slot_id, active_doctor_id, row_version, created_at) on app_public.bookings to app_customer;
grant select (booked_by_account_id) on app_public.bookings to app_staff;
grant select (clinic_id, id, booking_slot_id, customer_id, doctor_id, slot_date, during, status, note, sequence, cancelled_at, cancelled_by,
  cancellation_reason, created_at, archived_at) on app_public.archived_bookings to app_customer;
grant select (booked_by_account_id) on app_public.archived_bookings to app_staff;
grant select (clinic_id, id, booking_id, customer_id, kind, channel, lead_time, booking_sequence, due_at, state, attempts, retry_at, sent_at,
  created_at, endpoint_id, send_after, generation, dropped_because) on app_public.notifications to app_customer;
grant select (last_error) on app_public.notifications to app_staff;

-- Who closed a clinic opens it again.
alter table app_public.clinics add column closed_by_operator boolean not null default false;
comment on column app_public.clinics.closed_by_operator is 'Closed by an administrator or a DBA, who alone opens it again; what its managers closed they open.';
revoke select on app_public.clinics from app_anonymous;
grant select (id, name, time_zone, address, email, phone, is_active, active_clinic_id, row_version, created_at) on app_public.clinics to app_anonymous;
grant select (closed_by_operator) on app_public.clinics to app_staff;
update app_public.clinics set closed_by_operator = true where not is_active;
--! Included clinic/keep_who_closed_clinic.sql
create or replace function app_private.keep_who_closed_clinic() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not NEW.is_active then
    NEW.closed_by_operator := app_private.caller_is_operator();
  elsif OLD.closed_by_operator and not app_private.caller_is_operator() then
    perform app_hidden.refuse('forbidden', 'An administrator closed this clinic, and an administrator opens it again.',
      jsonb_build_object('clinicId', OLD.id::text));
  else
    NEW.closed_by_operator := false;
  end if;
  return NEW;
end
$$;

comment on function app_private.keep_who_closed_clinic() is
'Trigger: notes who closes a clinic, and refuses (forbidden) its managers to open again what an operator closed.';

revoke all on function app_private.keep_who_closed_clinic() from public;
--! EndIncluded clinic/keep_who_closed_clinic.sql
create trigger clinics_are_opened_by_whom_they_were_closed before update on app_public.clinics
  for each row when (NEW.is_active is distinct from OLD.is_active or NEW.closed_by_operator is distinct from OLD.closed_by_operator)
  execute function app_private.keep_who_closed_clinic();

create type app_public.open_invitation as (
  clinic_id bigint, id bigint, email text, full_name text, role app_public.staff_role, doctor_id bigint, created_at timestamptz, expires_at timestamptz
);
comment on type app_public.open_invitation is 'An invitation to a clinic''s staff that nobody has accepted yet.';
--! Included clinic/open_invitations.sql
create or replace function app_public.open_invitations(clinic_id bigint) returns setof app_public.open_invitation
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.require_clinic_role(open_invitations.clinic_id, 'manage');
  return query
    select i.clinic_id, i.id, i.email::text, i.full_name, i.role, i.doctor_id, i.created_at, i.expires_at
    from app_private.invitations i
    where i.clinic_id = open_invitations.clinic_id and i.accepted_at is null and i.expires_at > now()
    order by i.created_at, i.id;
end
$$;

comment on function app_public.open_invitations(bigint) is
'The invitations to a clinic''s staff that somebody could still accept, oldest first; without their tokens, which are told once. For managers. Refuses forbidden.';

revoke all on function app_public.open_invitations(bigint) from public;
grant execute on function app_public.open_invitations(bigint) to app_staff;
--! EndIncluded clinic/open_invitations.sql
--! Included clinic/revoke_invitation.sql
create or replace function app_public.revoke_invitation(clinic_id bigint, invitation_id bigint) returns app_public.open_invitation
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  invitation app_public.open_invitation;
begin
  perform app_private.require_clinic_role(revoke_invitation.clinic_id, 'manage');
  update app_private.invitations i set expires_at = now()
  where i.clinic_id = revoke_invitation.clinic_id and i.id = revoke_invitation.invitation_id and i.accepted_at is null and i.expires_at > now()
  returning i.clinic_id, i.id, i.email::text, i.full_name, i.role, i.doctor_id, i.created_at, i.expires_at into invitation;
  if invitation.id is null then
    perform app_hidden.refuse('invitation_invalid', 'No such invitation is open.', jsonb_build_object('invitationId', revoke_invitation.invitation_id::text));
  end if;
  return invitation;
end
$$;

comment on function app_public.revoke_invitation(bigint, bigint) is
'Takes an open invitation back: its token opens nothing from now on. Gives it as it is now. For managers. Refuses forbidden, invitation_invalid.';

revoke all on function app_public.revoke_invitation(bigint, bigint) from public;
grant execute on function app_public.revoke_invitation(bigint, bigint) to app_staff;
--! EndIncluded clinic/revoke_invitation.sql

-- Registration that tells nobody who is registered.
alter table app_private.accounts
  alter column email drop not null,
  add column claimed_email public.citext,
  add constraint accounts_have_one_address check (num_nonnulls(email, claimed_email) = 1),
  add constraint claimed_emails_look_like_addresses check (claimed_email ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' and char_length(claimed_email::text) <= 254);
create index on app_private.accounts (claimed_email) where claimed_email is not null;
comment on column app_private.accounts.email is 'The address whose account this is. Null for one that was registered with an address when that had an account already.';
comment on column app_private.accounts.claimed_email is 'That address, then: it signs in with it and its own password, and is nowhere found by it.';
comment on column app_private.accounts.password_hash is 'bcrypt, made by app_private.hash_password. Accounts of one address share a salt.';

create table app_private.unknown_sign_ins (
  address_hash bytea not null,
  failed_sign_ins int not null,
  failed_at timestamptz not null default now(),
  locked_until timestamptz,
  constraint an_unknown_address_is_counted_once primary key (address_hash)
);
create index on app_private.unknown_sign_ins (failed_at);
comment on table app_private.unknown_sign_ins is 'Failed sign-ins with addresses, by SHA-256, that have no account: they wait as those do that have one.';
alter table app_private.unknown_sign_ins enable row level security;

create table app_private.account_messages (
  id bigint generated always as identity,
  address public.citext not null,
  account_id bigint,
  kind text not null,
  language text not null,
  state text not null default 'pending',
  created_at timestamptz not null default now(),
  send_after timestamptz not null default now(),
  attempts int not null default 0,
  sent_at timestamptz,
  last_error text,
  token_hash bytea,
  token_expires_at timestamptz,
  delivered_subject text,
  delivered_body text,
  constraint account_messages_are_identified_by_id primary key (id),
  constraint account_messages_may_be_of_an_account foreign key (account_id) references app_private.accounts (id) on delete cascade,
  constraint account_messages_are_of_a_known_kind check (kind in ('registered', 'registered_again', 'password_reset')),
  constraint account_messages_are_in_a_language_that_is_known check (language in ('en', 'de')),
  constraint account_messages_are_in_a_known_state check (state in ('pending', 'sent', 'dead', 'dropped')),
  constraint account_messages_are_sent_to_somebody check (account_id is not null or state = 'dropped'),
  constraint tokens_expire check ((token_hash is null) = (token_expires_at is null))
);
create index on app_private.account_messages (address, created_at);
create index on app_private.account_messages (account_id);
create index on app_private.account_messages (token_hash) where token_hash is not null;
create index account_messages_to_send on app_private.account_messages (send_after) where state = 'pending';
create index on app_private.account_messages (created_at);
comment on table app_private.account_messages is 'E-mails about accounts, which are of no clinic; sent by the job send_account_messages. A request for an address that nobody has leaves a row too, dropped.';
comment on column app_private.account_messages.send_after is 'When it is to be sent, or tried again.';
comment on column app_private.account_messages.token_hash is 'SHA-256 of the token in the link of a password reset.';
comment on column app_private.account_messages.delivered_body is 'What the development transport delivered; null with a mail server.';
alter table app_private.account_messages enable row level security;

create type app_public.password_change as (changed boolean, refusal text);
comment on type app_public.password_change is 'What became of change_password.';
comment on column app_public.password_change.refusal is 'As in auth_tokens: the name of a refusal that had to be recorded.';

drop function app_public.change_password(text, text);
drop function app_private.hash_password(text);
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
  ('MS101', 'email_taken', 409, 'E-mail address already registered', 'An account with this e-mail address exists. Told to who holds an invitation to it; registration answers everybody alike.'),
  ('MS102', 'wrong_credentials', 401, 'Wrong e-mail address or password', 'Also told for accounts that do not exist or were closed, so that nobody can probe for them.'),
  ('MS103', 'too_many_attempts', 429, 'Too many attempts', 'Sign-in waits after failures, registration after five with one address in a day. The detail says for how many seconds.'),
  ('MS104', 'refresh_token_invalid', 401, 'Session ended', 'The refresh token is unknown or expired, or its session was signed out. Sign in again.'),
  ('MS105', 'refresh_token_reused', 401, 'Session ended for safety', 'The refresh token was used before, so somebody has a copy: the whole session is signed out. Sign in again.'),
  ('MS106', 'weak_password', 422, 'Password not accepted', 'A password has 10 characters at least and 72 bytes at most (what bcrypt reads).'),
  ('MS107', 'invitation_invalid', 404, 'Invitation not valid', 'The invitation is unknown, expired, used, or meant for another account.'),
  ('MS108', 'invalid_email', 422, 'Not an e-mail address', 'The text does not look like an e-mail address.'),
  ('MS109', 'reset_token_invalid', 404, 'Link not valid', 'The link to choose a new password is unknown, expired or used. Ask for a new one.'),
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

  delete from app_private.account_messages m where m.ctid = any (array(
    select o.ctid from app_private.account_messages o
    where o.created_at < remove_old_records.at - case when o.account_id is null then interval '1 day' else keep.messages end limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  -- Longer than anybody has to wait.
  delete from app_private.unknown_sign_ins s where s.ctid = any (array(
    select o.ctid from app_private.unknown_sign_ins o where o.failed_at < remove_old_records.at - interval '1 day' limit batch for update skip locked));
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
'Removes what nobody needs any more, up to `batch` of each kind, and returns how many: idempotency keys and stored responses, sessions long ended with their tokens, invitations, messages of the development transport, e-mails about accounts, counts of failures at addresses nobody has, delivery attempts, jobs given up. How long each is kept: app_private.retention. Called by the job remove_old_records until it returns 0.';

revoke all on function app_private.remove_old_records(int, timestamptz) from public;
--! EndIncluded core/remove_old_records.sql
--! Included identity/require_address.sql
create or replace function app_private.require_address(address public.citext) returns void
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
  if address is null or address !~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' or char_length(address::text) > 254 then
    perform app_hidden.refuse('invalid_email', 'This does not look like an e-mail address.', '{"argument": "email"}');
  end if;
end
$$;

comment on function app_private.require_address(public.citext) is
'Refuses (invalid_email) what does not look like an e-mail address.';

revoke all on function app_private.require_address(public.citext) from public;
--! EndIncluded identity/require_address.sql
--! Included identity/wait_after_failures.sql
create or replace function app_private.wait_after_failures(failures int) returns interval
language sql immutable
-- Four failures are free; then 2, 4, 8 … seconds, at most 15 minutes.
return case when failures > 4 then least(interval '1 second' * 2 ^ least(failures - 4, 10), interval '15 minutes') end;

comment on function app_private.wait_after_failures(int) is
'How long to refuse sign-in after so many failures in a row; null is not at all.';

revoke all on function app_private.wait_after_failures(int) from public;
--! EndIncluded identity/wait_after_failures.sql
--! Included identity/count_failure.sql
create or replace function app_private.count_failure(account_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update app_private.accounts a
  set failed_sign_ins = a.failed_sign_ins + 1, locked_until = now() + app_private.wait_after_failures(a.failed_sign_ins + 1)
  where a.id = count_failure.account_id;
end
$$;

comment on function app_private.count_failure(bigint) is
'Counts a wrong password against an account, and makes the next attempt wait as wait_after_failures says.';

revoke all on function app_private.count_failure(bigint) from public;
--! EndIncluded identity/count_failure.sql
--! Included identity/refuse_while_waiting.sql
create or replace function app_private.refuse_while_waiting(until timestamptz) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if refuse_while_waiting.until > now() then
    perform app_hidden.refuse('too_many_attempts', 'Too many failed attempts. Wait and try again.',
      jsonb_build_object('retryAfterSeconds', ceil(extract(epoch from refuse_while_waiting.until - now()))));
  end if;
end
$$;

comment on function app_private.refuse_while_waiting(timestamptz) is
'Refuses (too_many_attempts, detail: retryAfterSeconds) until this instant has passed; null has.';

revoke all on function app_private.refuse_while_waiting(timestamptz) from public;
--! EndIncluded identity/refuse_while_waiting.sql
--! Included identity/salt_of.sql
create or replace function app_private.salt_of(address public.citext) returns text
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
  -- bcrypt's own notation: kind, cost and salt are the first 29 characters of a hash.
  return (
    select left(a.password_hash, 29) from app_private.accounts a
    where (a.email = salt_of.address or a.claimed_email = salt_of.address) and a.password_hash is not null
    order by a.id limit 1);
end
$$;

comment on function app_private.salt_of(public.citext) is
'The salt that the accounts of an address share, so that one hash tells which of them a password opens, and sign-in takes as long for one as for several; null when there is none yet.';

revoke all on function app_private.salt_of(public.citext) from public;
--! EndIncluded identity/salt_of.sql
--! Included identity/hash_password.sql
create or replace function app_private.hash_password(password text, address public.citext default null) returns text
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
begin
  -- bcrypt reads 72 bytes and silently ignores the rest, so a longer password would be weaker than it looks.
  if password is null or char_length(password) < 10 or octet_length(password) > 72 then
    perform app_hidden.refuse('weak_password', 'A password has 10 characters at least and 72 bytes at most.');
  end if;
  -- Cost 10: some 60 ms here, the usual compromise between an attacker's cost and a sign-in's.
  return public.crypt(password, coalesce(app_private.salt_of(hash_password.address), public.gen_salt('bf', 10)));
end
$$;

comment on function app_private.hash_password(text, public.citext) is
'The bcrypt hash of a password (pgcrypto, cost 10) for an account of this address, with the salt in use there, if any. Refuses weak_password: under 10 characters or over 72 bytes.';

revoke all on function app_private.hash_password(text, public.citext) from public;
--! EndIncluded identity/hash_password.sql
--! Included identity/account_by_hash.sql
create or replace function app_private.account_by_hash(address public.citext, hash text) returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  opened bigint;
begin
  -- The locks make guesses at one address queue up behind each other, however many connections make them.
  perform from app_private.accounts a
  where a.email = account_by_hash.address or a.claimed_email = account_by_hash.address order by a.id for no key update;

  select a.id into opened from app_private.accounts a
  where (a.email = account_by_hash.address or a.claimed_email = account_by_hash.address)
    and a.password_hash = account_by_hash.hash and a.is_active and (a.locked_until > now()) is not true
  order by a.email is null, a.id limit 1;
  -- Also when another account of the address was opened: or else whoever registers with somebody's address, which opens an account
  -- beside theirs, could try passwords as often as they like.
  perform app_private.count_failure(a.id) from app_private.accounts a
  where (a.email = account_by_hash.address or a.claimed_email = account_by_hash.address)
    and a.id is distinct from opened and (a.locked_until > now()) is not true;
  update app_private.accounts a set failed_sign_ins = 0, locked_until = null where a.id = opened and a.failed_sign_ins > 0;
  return opened;
end
$$;

comment on function app_private.account_by_hash(public.citext, text) is
'Which account of an address a password''s hash opens, or null; for the others it counts as a failure. Accounts that have to wait after failures are not judged.';

revoke all on function app_private.account_by_hash(public.citext, text) from public;
--! EndIncluded identity/account_by_hash.sql
--! Included identity/create_account.sql
create or replace function app_private.create_account(email text, password text) returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  address public.citext := btrim(create_account.email)::public.citext;
  account_id bigint;
begin
  perform app_private.require_address(address);
  insert into app_private.accounts (email, password_hash)
  values (address, case when create_account.password is not null then app_private.hash_password(create_account.password, address) end)
  on conflict on constraint accounts_are_unique_by_email do nothing
  returning id into account_id;
  if account_id is null then
    perform app_hidden.refuse('email_taken', 'An account with this e-mail address exists. Sign in instead.', '{"argument": "email"}');
  end if;
  return account_id;
end
$$;

comment on function app_private.create_account(text, text) is
'Makes an account and gives its id; a null password makes one that cannot sign in until a password is set. Refuses invalid_email, email_taken, weak_password.';

revoke all on function app_private.create_account(text, text) from public;
--! EndIncluded identity/create_account.sql
--! Included identity/set_password.sql
create or replace function app_private.set_password(email text, password text) returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  target bigint;
begin
  update app_private.accounts a
  set password_hash = app_private.hash_password(set_password.password, a.email), failed_sign_ins = 0, locked_until = null
  where a.email = btrim(set_password.email)::public.citext
  returning a.id into target;
  if target is null then
    target := app_private.create_account(set_password.email, set_password.password);
  end if;
  update app_private.sessions s set revoked_at = now() where s.account_id = target and s.revoked_at is null;
  return target;
end
$$;

comment on function app_private.set_password(text, text) is
'For DBAs: gives the account with this e-mail address this password, making the account when there is none, and ends its sessions. Returns the account''s id. Refuses invalid_email, weak_password.';

revoke all on function app_private.set_password(text, text) from public;
--! EndIncluded identity/set_password.sql
--! Included identity/queue_account_message.sql
create or replace function app_private.queue_account_message(address public.citext, account_id bigint, kind text, language text default null) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  known_language text;
  lately int;
begin
  select c.preferred_language into known_language from app_public.customers c where c.account_id = queue_account_message.account_id;
  -- Nobody's mailbox is to be filled by others.
  select count(*) into lately from app_private.account_messages m
  where m.address = queue_account_message.address and m.kind = queue_account_message.kind and m.created_at > now() - interval '1 hour';
  -- A row also for what is not sent: a stranger's address costs as much as one that is known.
  insert into app_private.account_messages (address, account_id, kind, language, state)
  values (queue_account_message.address, queue_account_message.account_id, queue_account_message.kind,
          coalesce(known_language, case when queue_account_message.language = 'de' then 'de' end, 'en'),
          case when queue_account_message.account_id is null or lately >= 3 then 'dropped' else 'pending' end);
end
$$;

comment on function app_private.queue_account_message(public.citext, bigint, text, text) is
'Queues an e-mail about an account, for the job send_account_messages; three of a kind in an hour, what is more is dropped, and so is what is for nobody (no account). In the customer''s own language, else the one given (en, de).';

revoke all on function app_private.queue_account_message(public.citext, bigint, text, text) from public;
--! EndIncluded identity/queue_account_message.sql
--! Included identity/register_customer.sql
create or replace function app_public.register_customer(email text, password text, full_name text, phone text default null)
returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  address public.citext := btrim(register_customer.email)::public.citext;
  given_name text := nullif(btrim(register_customer.full_name), '');
  hash text;
  last_registered timestamptz;
  account_id bigint;
  was_known boolean;
begin
  perform app_private.require_address(address);
  if given_name is null then
    perform app_hidden.refuse('invalid_argument', 'A name is needed.', '{"argument": "fullName"}');
  end if;
  -- The fifth last registration with this address in a day: each is a message to whoever owns it, and one more account for sign_in to look at.
  select a.created_at into last_registered from app_private.accounts a
  where (a.email = address or a.claimed_email = address) and a.created_at > now() - interval '1 day'
  order by a.created_at desc offset 4 limit 1;
  perform app_private.refuse_while_waiting(last_registered + interval '1 day');

  hash := app_private.hash_password(register_customer.password, address);
  -- Whoever has an account and registers again with its password means that one.
  account_id := app_private.account_by_hash(address, hash);
  if account_id is null then
    insert into app_private.accounts (email, password_hash) values (address, hash)
    on conflict on constraint accounts_are_unique_by_email do nothing returning id into account_id;
    was_known := account_id is null;
    if was_known then
      -- Answered as anybody is, so that nobody learns who is registered here: with an account of its own, beside the other one. The owner
      -- of the address is told. Rejected: to let nobody in before they have answered a mail, since who registers is about to book.
      if app_private.salt_of(address) <> left(hash, 29) then
        -- The other one is not a moment old.
        hash := app_private.hash_password(register_customer.password, address);
      end if;
      insert into app_private.accounts (claimed_email, password_hash) values (address, hash) returning id into account_id;
    end if;
    perform app_private.queue_account_message(address, account_id, case when was_known then 'registered_again' else 'registered' end);
  end if;
  insert into app_public.customers (account_id, full_name, email, phone)
  values (account_id, given_name, address, nullif(btrim(register_customer.phone), ''))
  on conflict on constraint an_account_is_one_customer do nothing;
  return app_private.start_session(account_id);
end
$$;

comment on function app_public.register_customer(text, text, text, text) is
'Registers a patient with an account of their own and signs them in. Open to everybody. Known and unknown addresses are answered alike: where an account exists that the password does not open, the new one stands beside it, opened by the address and its own password, and the owner of the address is told by mail. Refuses invalid_email, weak_password, invalid_argument, too_many_attempts (five times a day with one address).';

revoke all on function app_public.register_customer(text, text, text, text) from public;
grant execute on function app_public.register_customer(text, text, text, text) to app_anonymous;
--! EndIncluded identity/register_customer.sql
--! Included identity/sign_in.sql
create or replace function app_public.sign_in(email text, password text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  address public.citext := btrim(sign_in.email)::public.citext;
  digest bytea := sha256(convert_to(lower(address::text), 'utf8'));
  is_known boolean;
  waits_until timestamptz;
  account_id bigint;
  tokens app_public.auth_tokens;
begin
  -- Locked before it is looked whether to wait: guesses at one address queue up behind each other.
  perform from app_private.accounts a where a.email = address or a.claimed_email = address order by a.id for no key update;
  is_known := found;
  if is_known then
    select min(coalesce(a.locked_until, '-infinity')) into waits_until from app_private.accounts a
    where a.email = address or a.claimed_email = address;
  else
    -- Strangers wait as well: or else whoever is made to wait would know that there is an account.
    select s.locked_until into waits_until from app_private.unknown_sign_ins s where s.address_hash = digest;
  end if;
  perform app_private.refuse_while_waiting(waits_until);

  -- An unknown address costs the same bcrypt as a known one, so that the time taken tells nothing.
  account_id := app_private.account_by_hash(address,
    public.crypt(sign_in.password, coalesce(app_private.salt_of(address), '$2a$10$lm1lycIy9AXB8Yayvm1L3u')));
  if account_id is null then
    if not is_known and digest is not null then
      insert into app_private.unknown_sign_ins as s (address_hash, failed_sign_ins) values (digest, 1)
      on conflict on constraint an_unknown_address_is_counted_once do update
        set failed_sign_ins = s.failed_sign_ins + 1, failed_at = now(),
            locked_until = now() + app_private.wait_after_failures(s.failed_sign_ins + 1);
    end if;
    -- Not raised: an exception would roll the count back. The API turns this field into the error after the commit.
    tokens.refusal := 'wrong_credentials';
    return tokens;
  end if;
  return app_private.start_session(account_id);
end
$$;

comment on function app_public.sign_in(text, text) is
'Signs in with e-mail and password and starts a session. Open to everybody. A failure is counted and therefore returned, not raised: field refusal = wrong_credentials. Refuses too_many_attempts (detail: retryAfterSeconds). Known and unknown addresses are answered alike.';

revoke all on function app_public.sign_in(text, text) from public;
grant execute on function app_public.sign_in(text, text) to app_anonymous;
--! EndIncluded identity/sign_in.sql
--! Included identity/change_password.sql
create or replace function app_public.change_password(current_password text, new_password text) returns app_public.password_change
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  account app_private.accounts;
  outcome app_public.password_change;
begin
  select a.* into account from app_private.accounts a where a.id = app_hidden.current_account_id() for no key update;
  if account.id is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  perform app_private.refuse_while_waiting(account.locked_until);
  -- "Not true" rather than "distinct": an account without a password has none that could be right.
  if (public.crypt(change_password.current_password, account.password_hash) = account.password_hash) is not true then
    -- Whoever found a session left open guesses here what they would guess at sign_in.
    perform app_private.count_failure(account.id);
    outcome.refusal := 'wrong_credentials';
    return outcome;
  end if;
  update app_private.accounts a
  set password_hash = app_private.hash_password(change_password.new_password, coalesce(a.email, a.claimed_email)), failed_sign_ins = 0, locked_until = null
  where a.id = account.id;
  -- Whoever knew the old password may hold a session: all others end.
  update app_private.sessions s set revoked_at = now()
  where s.account_id = account.id and s.revoked_at is null and s.id is distinct from app_hidden.current_session_id();
  outcome.changed := true;
  return outcome;
end
$$;

comment on function app_public.change_password(text, text) is
'Changes the caller''s own password and ends all of their other sessions. A wrong present password counts as a failed sign-in and is therefore returned, not raised: field refusal = wrong_credentials. Refuses unauthenticated, too_many_attempts (detail: retryAfterSeconds), weak_password.';

revoke all on function app_public.change_password(text, text) from public;
grant execute on function app_public.change_password(text, text) to app_customer;
--! EndIncluded identity/change_password.sql
--! Included identity/current_person.sql
create or replace function app_public.current_person() returns app_public.person
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  me app_public.person;
begin
  -- Only what belongs to the verified caller: the id comes from the token, not from an argument.
  select a.id, coalesce(a.email, a.claimed_email), a.is_admin, c.id, c.full_name
    into me.account_id, me.email, me.is_admin, me.customer_id, me.full_name
  from app_private.accounts a
  left join app_public.customers c on c.account_id = a.id
  where a.id = app_hidden.current_account_id();
  if me.account_id is null then
    return null;
  end if;
  me.staff_clinic_ids := app_hidden.staff_clinic_ids();
  me.desk_clinic_ids := app_hidden.desk_clinic_ids();
  me.manager_clinic_ids := app_hidden.manager_clinic_ids();
  return me;
end
$$;

comment on function app_public.current_person() is
'Who the caller is: account, customer, and the clinics they work for by right. Null when not signed in.';

revoke all on function app_public.current_person() from public;
grant execute on function app_public.current_person() to app_anonymous;
--! EndIncluded identity/current_person.sql
--! Included identity/request_password_reset.sql
create or replace function app_public.request_password_reset(email text, language text default null) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  address public.citext := btrim(request_password_reset.email)::public.citext;
  account_id bigint;
begin
  perform app_private.require_address(address);
  -- The owner of the address; when that account was closed, whoever registered with it last.
  select a.id into account_id from app_private.accounts a
  where (a.email = address or a.claimed_email = address) and a.is_active
  order by a.email is null, a.id desc limit 1;
  perform app_private.queue_account_message(address, account_id, 'password_reset', request_password_reset.language);
  return true;
end
$$;

comment on function app_public.request_password_reset(text, text) is
'Sends a link with which to choose a new password, good for one hour, if there is an account with this address; the answer does not say whether. `language` (en, de) is for who has not chosen one. Open to everybody. Refuses invalid_email.';

revoke all on function app_public.request_password_reset(text, text) from public;
grant execute on function app_public.request_password_reset(text, text) to app_anonymous;
--! EndIncluded identity/request_password_reset.sql
--! Included identity/reset_password.sql
create or replace function app_public.reset_password(token text, new_password text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  message app_private.account_messages;
begin
  select m.* into message from app_private.account_messages m
  where m.token_hash = sha256(convert_to(reset_password.token, 'utf8')) and m.kind = 'password_reset' and m.token_expires_at > now()
  for update;
  if message.id is null then
    perform app_hidden.refuse('reset_token_invalid', 'The link is not valid (any more). Ask for a new one.');
  end if;
  update app_private.accounts a
  set password_hash = app_private.hash_password(reset_password.new_password, message.address), failed_sign_ins = 0, locked_until = null
  where a.id = message.account_id and a.is_active;
  if not found then
    perform app_hidden.refuse('reset_token_invalid', 'The link is not valid (any more). Ask for a new one.');
  end if;
  -- This link and any other: none is to lie in a mailbox and open the account again.
  update app_private.account_messages m set token_expires_at = now()
  where m.account_id = message.account_id and m.token_expires_at > now();
  -- Also one that is still to be sent.
  update app_private.account_messages m set state = 'dropped'
  where m.account_id = message.account_id and m.kind = 'password_reset' and m.state = 'pending';
  update app_private.sessions s set revoked_at = now() where s.account_id = message.account_id and s.revoked_at is null;
  return true;
end
$$;

comment on function app_public.reset_password(text, text) is
'Sets a new password by the token of a link that request_password_reset sent, which works once, and ends all sessions of the account. Open to everybody. Refuses reset_token_invalid, weak_password.';

revoke all on function app_public.reset_password(text, text) from public;
grant execute on function app_public.reset_password(text, text) to app_anonymous;
--! EndIncluded identity/reset_password.sql
--! Included identity/claim_account_messages.sql
create or replace function app_private.claim_account_messages(batch int default 20, at timestamptz default now()) returns setof bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  return query
    with due as materialized (
      select m.id from app_private.account_messages m
      where m.state = 'pending' and m.send_after <= claim_account_messages.at
      order by m.send_after limit claim_account_messages.batch for update skip locked)
    -- As with claim_notifications: counted, and due again, before it goes out.
    update app_private.account_messages m
    set attempts = m.attempts + 1, send_after = claim_account_messages.at + interval '30 seconds' * 2 ^ m.attempts
    from due where m.id = due.id
    returning m.id;
end
$$;

comment on function app_private.claim_account_messages(int, timestamptz) is
'Takes up to `batch` e-mails about accounts that are to be sent at `at`, none that another worker has. Each is due again after 30 s, doubling, unless its end is recorded.';

revoke all on function app_private.claim_account_messages(int, timestamptz) from public;
--! EndIncluded identity/claim_account_messages.sql
--! Included identity/account_message_of.sql
create or replace function app_private.account_message_of(
  message_id bigint, public_url text, out recipient text, out subject text, out body text, out idempotency_key text) returns setof record
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  message app_private.account_messages;
  token text;
  link text := btrim(public_url, '/') || '/reset-password';
begin
  select m.* into message from app_private.account_messages m where m.id = account_message_of.message_id and m.state = 'pending';
  if message.id is null then
    return;
  end if;
  if message.kind = 'password_reset' then
    -- Made when the mail is, so that the token itself is stored nowhere. Sent once more after a crash, the later link is the one that works.
    token := translate(encode(public.gen_random_bytes(24), 'base64'), '+/=', '-_');
    update app_private.account_messages m
    set token_hash = sha256(convert_to(token, 'utf8')), token_expires_at = now() + interval '1 hour' where m.id = message.id;
    -- Behind #, which browsers send to nobody: not to the server's log, not to the next page.
    link := link || '#token=' || token;
  end if;
  recipient := message.address::text;
  idempotency_key := 'account-' || message.id;
  -- No name: whoever registers with somebody's address would otherwise have us mail them what they like.
  case message.kind || ' ' || message.language
    when 'registered en' then
      subject := 'Your account at medislot';
      body := E'Hello,\n\nan account was made at medislot with this e-mail address. You can sign in with it from now on.\n\nIf this was not you, choose a password of your own, and nobody else can sign in: ' || link;
    when 'registered de' then
      subject := 'Ihr Konto bei medislot';
      body := E'Guten Tag,\n\nmit dieser E-Mail-Adresse wurde ein Konto bei medislot angelegt. Sie können sich ab jetzt damit anmelden.\n\nWenn Sie das nicht waren, wählen Sie ein eigenes Passwort, dann kann sich niemand sonst anmelden: ' || link;
    when 'registered_again en' then
      subject := 'You have an account at medislot already';
      body := E'Hello,\n\nsomebody, probably you, has just registered at medislot with this e-mail address, which has an account already. The new account stands beside it, with the password that was chosen for it; what you booked before is in the earlier one.\n\nIf you forgot its password, choose a new one: ' || link || E'\n\nIf this was not you, you need not do anything: nobody else can open your account.';
    when 'registered_again de' then
      subject := 'Sie haben schon ein Konto bei medislot';
      body := E'Guten Tag,\n\njemand, vermutlich Sie, hat sich gerade bei medislot mit dieser E-Mail-Adresse registriert, zu der es schon ein Konto gibt. Das neue Konto steht daneben, mit dem Passwort, das dafür gewählt wurde; was Sie früher gebucht haben, steht im älteren.\n\nWenn Sie dessen Passwort vergessen haben, wählen Sie ein neues: ' || link || E'\n\nWenn Sie das nicht waren, müssen Sie nichts tun: Ihr Konto kann niemand sonst öffnen.';
    when 'password_reset en' then
      subject := 'Choose a new password';
      body := E'Hello,\n\nwith this link you choose a new password for medislot. It is good for one hour, and for one time:\n\n' || link || E'\n\nIf you did not ask for it, you need not do anything: your password stays as it is.';
    when 'password_reset de' then
      subject := 'Wählen Sie ein neues Passwort';
      body := E'Guten Tag,\n\nmit diesem Link wählen Sie ein neues Passwort für medislot. Er gilt eine Stunde lang und einmal:\n\n' || link || E'\n\nWenn Sie nicht danach gefragt haben, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.';
  end case;
  return next;
end
$$;

comment on function app_private.account_message_of(bigint, text) is
'A claimed e-mail about an account as it is to be sent now, with links to the pages at `public_url`; no row when it is not to be sent any more. That of a password reset makes a new token each time, of which only the SHA-256 is kept.';

revoke all on function app_private.account_message_of(bigint, text) from public;
--! EndIncluded identity/account_message_of.sql
--! Included identity/deliver_account_message.sql
create or replace function app_private.deliver_account_message(message_id bigint, subject text, body text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update app_private.account_messages m
  set delivered_subject = deliver_account_message.subject, delivered_body = deliver_account_message.body
  where m.id = deliver_account_message.message_id;
end
$$;

comment on function app_private.deliver_account_message(bigint, text, text) is
'The development transport: the e-mail is kept with its row of app_private.account_messages, where a developer reads it with psql.';

revoke all on function app_private.deliver_account_message(bigint, text, text) from public;
--! EndIncluded identity/deliver_account_message.sql
--! Included identity/end_account_message.sql
create or replace function app_private.end_account_message(message_id bigint, error text default null, code text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update app_private.account_messages m
  set last_error = left(end_account_message.error, 1000),
      sent_at = case when end_account_message.error is null then now() end,
      state = case
        when end_account_message.error is null then 'sent'
        when m.attempts >= ch.most_attempts or app_private.is_permanent_failure('email', end_account_message.code) then 'dead'
        else m.state end
  from app_private.channels ch
  where m.id = end_account_message.message_id and ch.channel = 'email' and m.state = 'pending';
end
$$;

comment on function app_private.end_account_message(bigint, text, text) is
'Records that a claimed e-mail about an account was sent (no error), or why not: it is tried again until the channel''s last attempt, or not at all when the mail server''s code says never.';

revoke all on function app_private.end_account_message(bigint, text, text) from public;
--! EndIncluded identity/end_account_message.sql
--! Included clinic/invite_employee.sql
create or replace function app_public.invite_employee(
  clinic_id bigint, email text, full_name text, role app_public.staff_role, doctor_id bigint default null)
returns app_public.invitation
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  token text := translate(encode(public.gen_random_bytes(24), 'base64'), '+/=', '-_');
  address public.citext := btrim(invite_employee.email)::public.citext;
  invitation app_public.invitation;
begin
  perform app_private.require_clinic_role(invite_employee.clinic_id, 'manage');
  perform app_private.require_address(address);
  if invite_employee.doctor_id is not null and not exists (
       select from app_public.doctors d where d.clinic_id = invite_employee.clinic_id and d.id = invite_employee.doctor_id) then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.', jsonb_build_object('doctorId', invite_employee.doctor_id::text));
  end if;
  -- One open invitation a person: an older one, lying in a mailbox, must not bring back who has joined and left meanwhile.
  update app_private.invitations i set expires_at = now()
  where i.clinic_id = invite_employee.clinic_id and i.email = address and i.accepted_at is null and i.expires_at > now();
  insert into app_private.invitations as i (clinic_id, email, full_name, role, doctor_id, token_hash, invited_by_account_id)
  values (invite_employee.clinic_id, address, btrim(invite_employee.full_name), invite_employee.role,
          invite_employee.doctor_id, sha256(convert_to(token, 'utf8')), app_hidden.current_account_id())
  returning i.id, i.clinic_id, i.email::text, i.expires_at
    into invitation.id, invitation.clinic_id, invitation.email, invitation.expires_at;
  invitation.token := token;
  return invitation;
end
$$;

comment on function app_public.invite_employee(bigint, text, text, app_public.staff_role, bigint) is
'Invites somebody to a clinic''s staff, for seven days; `doctor_id` says which of the clinic''s doctors they are, if one. Earlier invitations of the same person to this clinic end. For the clinic''s managers. The token is told once, here. Refuses forbidden, invalid_email, doctor_not_found.';

revoke all on function app_public.invite_employee(bigint, text, text, app_public.staff_role, bigint) from public;
grant execute on function app_public.invite_employee(bigint, text, text, app_public.staff_role, bigint) to app_staff;
--! EndIncluded clinic/invite_employee.sql
