--! Previous: -
--! Hash: sha1:4f1d745d051fe3da41fa2973afc95263857aa7ea
--! Message: core

-- Schemas: app_public is the API, app_hidden may be read but is not exposed, app_private is nobody's but the owner's.
create extension if not exists btree_gist with schema public;
create extension if not exists pgcrypto with schema public;
create extension if not exists citext with schema public;

-- Nothing is granted by default; every function and table says itself who may use it.
revoke all on schema public from public;
alter default privileges revoke all on functions from public;
alter default privileges revoke all on types from public;

create schema app_public;
create schema app_hidden;
create schema app_private;

-- Roles belong to the cluster, not the database: another database of it may have made them.
do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      ('app_anonymous', 'nologin', null),
      ('app_customer', 'nologin', 'app_anonymous'),
      ('app_staff', 'nologin', 'app_customer'),
      ('app_admin', 'nologin', 'app_staff'),
      -- Logs in for the API and has no right of its own but to become one of the others; it does not inherit theirs.
      ('app_authenticator', 'login noinherit', 'app_admin')
    ) as r (name, options, member_of)
  loop
    if not exists (select from pg_roles where rolname = wanted.name) then
      execute format('create role %I %s', wanted.name, wanted.options);
    end if;
    if wanted.member_of is not null and not pg_has_role(wanted.name, wanted.member_of, 'member') then
      execute format('grant %I to %I', wanted.member_of, wanted.name);
    end if;
  end loop;
  -- So that one DATABASE_URL can serve all: the server then connects as the owner and acts as app_authenticator. From PostgreSQL 16 on
  -- who creates a role may administer it but not yet become it.
  if not pg_has_role(current_user, 'app_authenticator', case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end) then
    execute format('grant app_authenticator to %I', current_user);
  end if;
end
$$;

grant usage on schema public, app_public, app_hidden to app_anonymous, app_authenticator;
grant usage on schema app_private to app_authenticator;

create table app_hidden.error_codes (
  sqlstate text not null,
  name text not null,
  http_status int not null,
  title text not null,
  description text not null,
  constraint error_codes_are_unique_by_sqlstate primary key (sqlstate),
  constraint error_codes_are_unique_by_name unique (name),
  constraint sqlstates_have_five_characters check (sqlstate ~ '^[0-9A-Z]{5}$'),
  constraint names_are_snake_case check (name ~ '^[a-z][a-z0-9_]*$'),
  constraint http_statuses_are_of_errors check (http_status between 400 and 599)
);
comment on table app_hidden.error_codes is 'Every refusal there is: its SQLSTATE, the name that GraphQL (extensions.code) and REST carry, and the HTTP status. Written by sql/core/error_codes.sql.';
alter table app_hidden.error_codes enable row level security;
create policy everybody_reads_error_codes on app_hidden.error_codes for select to app_anonymous, app_authenticator using (true);
grant select on app_hidden.error_codes to app_anonymous, app_authenticator;

-- What a caller may do in a clinic.
create type app_public.clinic_right as enum ('manage', 'desk', 'staff');
comment on type app_public.clinic_right is 'A right in a clinic: manage (managers), desk (managers and receptionists), staff (whoever works there).';

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
--! Included core/refuse.sql
create or replace function app_hidden.refuse(name text, message text, detail jsonb default null) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  state text;
begin
  select ec.sqlstate into state from app_hidden.error_codes ec where ec.name = refuse.name;
  if state is null then
    -- A typing error of ours must not look like a refusal.
    raise exception 'the refusal "%" is not registered in app_hidden.error_codes', refuse.name using errcode = 'XX000';
  end if;
  raise exception using
    errcode = state,
    message = refuse.message,
    detail = coalesce(refuse.detail, '{}'::jsonb)::text;
end
$$;

comment on function app_hidden.refuse(text, text, jsonb) is
$c$Refuses: raises the SQLSTATE registered under `name` in app_hidden.error_codes, with a sentence for people and, as DETAIL, a json object for programs. Never returns.$c$;

revoke all on function app_hidden.refuse(text, text, jsonb) from public;
grant execute on function app_hidden.refuse(text, text, jsonb) to app_anonymous, app_authenticator;
--! EndIncluded core/refuse.sql
--! Included core/current_claims.sql
-- What a request may rely on about its caller. Written by app_private.begin_request with real SET LOCAL, read by policies and functions.
-- These read settings only, never a table: policies stay free of subqueries, fast, and valid on every shard.
-- A setting that was never made reads as '' or null; both mean "nobody" and "no clinic".

create or replace function app_hidden.current_account_id() returns bigint
language sql stable parallel safe
return nullif(current_setting('medislot.account_id', true), '')::bigint;

create or replace function app_hidden.current_session_id() returns uuid
language sql stable parallel safe
return nullif(current_setting('medislot.session_id', true), '')::uuid;

create or replace function app_hidden.current_customer_id() returns bigint
language sql stable parallel safe
return nullif(current_setting('medislot.customer_id', true), '')::bigint;

create or replace function app_hidden.staff_clinic_ids() returns bigint[]
language sql stable parallel safe
return coalesce(nullif(current_setting('medislot.staff_clinic_ids', true), ''), '{}')::bigint[];

create or replace function app_hidden.desk_clinic_ids() returns bigint[]
language sql stable parallel safe
return coalesce(nullif(current_setting('medislot.desk_clinic_ids', true), ''), '{}')::bigint[];

create or replace function app_hidden.manager_clinic_ids() returns bigint[]
language sql stable parallel safe
return coalesce(nullif(current_setting('medislot.manager_clinic_ids', true), ''), '{}')::bigint[];

create or replace function app_hidden.own_doctor_ids() returns bigint[]
language sql stable parallel safe
return coalesce(nullif(current_setting('medislot.own_doctor_ids', true), ''), '{}')::bigint[];

comment on function app_hidden.current_account_id() is 'The account that signed in, or null.';
comment on function app_hidden.current_session_id() is 'The session the caller''s token belongs to, or null (also null for tokens of an external issuer).';
comment on function app_hidden.current_customer_id() is 'The customer the caller is, or null.';
comment on function app_hidden.staff_clinic_ids() is 'The clinics the caller works for in any role.';
comment on function app_hidden.desk_clinic_ids() is 'The clinics whose desk the caller may run: as receptionist or manager.';
comment on function app_hidden.manager_clinic_ids() is 'The clinics the caller manages.';
comment on function app_hidden.own_doctor_ids() is 'The doctors the caller is, in the clinics where the caller works as one.';

revoke all on function
  app_hidden.current_account_id(), app_hidden.current_session_id(), app_hidden.current_customer_id(),
  app_hidden.staff_clinic_ids(), app_hidden.desk_clinic_ids(), app_hidden.manager_clinic_ids(), app_hidden.own_doctor_ids()
  from public;
grant execute on function
  app_hidden.current_account_id(), app_hidden.current_session_id(), app_hidden.current_customer_id(),
  app_hidden.staff_clinic_ids(), app_hidden.desk_clinic_ids(), app_hidden.manager_clinic_ids(), app_hidden.own_doctor_ids()
  to app_anonymous, app_authenticator;
--! EndIncluded core/current_claims.sql
--! Included core/caller_is_operator.sql
create or replace function app_private.caller_is_operator() returns boolean
language sql stable
-- Inside a SECURITY DEFINER function current_user is the owner, so who really calls is the role that was SET, or else who logged in.
-- Whoever has the owner's rights (a DBA in psql, the worker) may do everything; app_admin is the operator who comes through the API.
return
  pg_has_role(coalesce(nullif(current_setting('role', true), 'none'), session_user)::name,
              (select nspowner from pg_namespace where nspname = 'app_private'), 'usage')
  or coalesce(nullif(current_setting('role', true), 'none'), session_user) = 'app_admin';

comment on function app_private.caller_is_operator() is
'Whether the caller is above the clinics: the database''s owner (psql, jobs) or an administrator signed in through the API.';

revoke all on function app_private.caller_is_operator() from public;
--! EndIncluded core/caller_is_operator.sql
--! Included core/caller_kind.sql
create or replace function app_private.caller_kind(clinic_id bigint) returns text
language sql stable
-- The order matters: a manager who is an administrator as well acts as staff in the own clinic.
return case
  when caller_kind.clinic_id = any (app_hidden.staff_clinic_ids()) then 'staff'
  when app_hidden.current_customer_id() is not null then 'customer'
  when app_hidden.current_account_id() is not null then 'admin'
  else 'system'
end;

comment on function app_private.caller_kind(bigint) is
'In what quality the caller acts upon a clinic, as events record it: staff, customer, admin, or system (jobs and DBAs).';

revoke all on function app_private.caller_kind(bigint) from public;
--! EndIncluded core/caller_kind.sql
--! Included core/require_clinic_role.sql
create or replace function app_private.require_clinic_role(clinic_id bigint, required app_public.clinic_right) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if require_clinic_role.clinic_id = any (
       case required
         when 'manage' then app_hidden.manager_clinic_ids()
         when 'desk' then app_hidden.desk_clinic_ids()
         when 'staff' then app_hidden.staff_clinic_ids()
       end)
     or app_private.caller_is_operator() then
    return;
  end if;
  if app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  perform app_hidden.refuse('forbidden', 'You have no right to do this in this clinic.',
    jsonb_build_object('clinicId', require_clinic_role.clinic_id::text, 'required', required));
end
$$;

comment on function app_private.require_clinic_role(bigint, app_public.clinic_right) is
'Refuses (unauthenticated, forbidden) unless the caller has this right in this clinic: manage (managers), desk (managers, receptionists), staff (anybody who works there). Operators always have it.';

revoke all on function app_private.require_clinic_role(bigint, app_public.clinic_right) from public;
--! EndIncluded core/require_clinic_role.sql
--! Included core/bump_row_version.sql
create or replace function app_hidden.bump_row_version() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- An update that does not mention row_version leaves OLD's in NEW and passes; one that brings an older version has not seen the last change.
  if NEW.row_version is distinct from OLD.row_version then
    perform app_hidden.refuse('stale_row_version', 'Somebody changed this in the meantime: read it again.',
      jsonb_build_object('table', TG_TABLE_NAME, 'given', NEW.row_version, 'current', OLD.row_version));
  end if;
  NEW.row_version := OLD.row_version + 1;
  return NEW;
end
$$;

comment on function app_hidden.bump_row_version() is
'Trigger: counts the changes of a row in row_version; refuses (stale_row_version) an update that carries another version than the current one.';

revoke all on function app_hidden.bump_row_version() from public;
--! EndIncluded core/bump_row_version.sql
--! Included core/require_version.sql
create or replace function app_private.require_version(table_name text, given int, current int) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if given <> current then
    perform app_hidden.refuse('stale_row_version', 'Somebody changed this in the meantime: read it again.',
      jsonb_build_object('table', table_name, 'given', given, 'current', current));
  end if;
end
$$;

comment on function app_private.require_version(text, int, int) is
'Refuses (stale_row_version) a caller who has seen another version of the row than the current one; null is whoever does not mind. The caller has locked the row. What bump_row_version is to updates, for functions.';

revoke all on function app_private.require_version(text, int, int) from public;
--! EndIncluded core/require_version.sql
--! Included core/refuse_new_identity.sql
create or replace function app_hidden.refuse_new_identity() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- to_jsonb, because the columns come as arguments. It is called only from triggers with a WHEN clause or on tables that change rarely.
  for i in 0 .. TG_NARGS - 1 loop
    if to_jsonb(NEW) -> TG_ARGV[i] is distinct from to_jsonb(OLD) -> TG_ARGV[i] then
      perform app_hidden.refuse('immutable_column', format('%s of %s never changes.', TG_ARGV[i], TG_TABLE_NAME),
        jsonb_build_object('table', TG_TABLE_NAME, 'column', TG_ARGV[i]));
    end if;
  end loop;
  return NEW;
end
$$;

comment on function app_hidden.refuse_new_identity() is
'Trigger: refuses (immutable_column) a change of the columns named in its arguments: what a row is, it stays.';

revoke all on function app_hidden.refuse_new_identity() from public;
--! EndIncluded core/refuse_new_identity.sql
