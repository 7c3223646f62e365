--! Previous: sha1:7d65f2918de3c891906a01f80ca310ec5f8a6c0e
--! Hash: sha1:83a178980b1422469baae61caa90f74e18b55b33
--! Message: limits per network and of holding again

-- Enter migration here

create table app_private.network_limits (
  kind text not null,
  burst int not null,
  per_hour int not null,
  constraint network_limits_are_identified_by_kind primary key (kind),
  constraint some_attempts_are_always_allowed check (burst > 0 and per_hour > 0),
  constraint limits_are_forgiven_within_a_day check (burst <= 24 * per_hour)
);
comment on table app_private.network_limits is 'How many attempts of a kind a network has (burst) and how many of them are forgiven in an hour. Generous, since an office or a mobile carrier may be one network. Edited by the operator.';
insert into app_private.network_limits (kind, burst, per_hour) values ('sign_in', 50, 60), ('registration', 20, 20), ('password_reset', 10, 10);
alter table app_private.network_limits enable row level security;

create table app_private.network_attempts (
  kind text not null,
  network cidr not null,
  spent float8 not null,
  counted_at timestamptz not null default now(),
  constraint a_network_is_counted_once_a_kind primary key (kind, network),
  constraint attempts_are_of_a_limited_kind foreign key (kind) references app_private.network_limits (kind)
);
create index on app_private.network_attempts (counted_at);
comment on table app_private.network_attempts is 'What networks have spent of app_private.network_limits: failed sign-ins, registrations, links asked for. Removed after a day.';
comment on column app_private.network_attempts.spent is 'At counted_at; since then some was forgiven.';
alter table app_private.network_attempts enable row level security;

alter table app_public.policies add column max_holds_of_a_slot int not null default 5;
alter table app_public.policies add constraint customers_may_hold_a_slot_at_least_once check (max_holds_of_a_slot between 1 and 1000) not valid;
alter table app_public.policies validate constraint customers_may_hold_a_slot_at_least_once;
comment on column app_public.policies.max_holds_of_a_slot is 'How often a day a customer may hold one slot. The desk is not bound.';
grant update (max_holds_of_a_slot) on app_public.policies to app_staff;

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
  ('MS103', 'too_many_attempts', 429, 'Too many attempts', 'Sign-in waits after failures, registration after five with one address in a day, and both after many from one network. The detail says for how many seconds.'),
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
  ('MS513', 'held_too_often', 429, 'Held too often', 'The customer has held this slot as often or as long as the clinic''s policy allows, without booking it. The detail says when it can be held again.'),
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
  ('22009', 'invalid_time_zone_displacement_value', 422, 'No such offset', 'The offset of a time from UTC is out of range.'),
  ('22021', 'character_not_in_repertoire', 422, 'Not text', 'A text holds what is no character, such as a zero byte.'),
  ('22023', 'invalid_parameter_value', 422, 'Value not understood', 'A value, such as a time zone, is not known to PostgreSQL.'),
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

  -- By then every attempt is forgiven: limits_are_forgiven_within_a_day.
  delete from app_private.network_attempts n where n.ctid = any (array(
    select o.ctid from app_private.network_attempts o where o.counted_at < remove_old_records.at - interval '1 day' limit batch for update skip locked));
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
'Removes what nobody needs any more, up to `batch` of each kind, and returns how many: idempotency keys and stored responses, sessions long ended with their tokens, invitations, messages of the development transport, e-mails about accounts, counts of failures at addresses nobody has and of attempts from networks, delivery attempts, jobs given up. How long each is kept: app_private.retention. Called by the job remove_old_records until it returns 0.';

revoke all on function app_private.remove_old_records(int, timestamptz) from public;
--! EndIncluded core/remove_old_records.sql
--! Included identity/client_network.sql
create or replace function app_private.client_network() returns cidr
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  -- An IPv4 address as IPv6 writes it is that address; a zone (fe80::1%eth0) is no part of one.
  given text := regexp_replace(split_part(current_setting('medislot.client_address', true), '%', 1), '^::ffff:([0-9.]+)$', '\1', 'i');
  address inet := nullif(given, '')::inet;
begin
  -- This machine is a proxy of ours or a person at it: to slow it down would be to slow everybody down.
  if address <<= any ('{127.0.0.0/8,::1}'::inet[]) then
    return null;
  end if;
  -- Who has one IPv6 address has the 2^64 beside it.
  return network(set_masklen(address, case family(address) when 4 then 32 else 64 end))::cidr;
end
$$;

comment on function app_private.client_network() is
'The network that the request at hand comes from: an IPv4 address, or the /64 of an IPv6 address. Null for this machine, and where there is no request.';

revoke all on function app_private.client_network() from public;
--! EndIncluded identity/client_network.sql
--! Included identity/refuse_hasty_network.sql
create or replace function app_private.refuse_hasty_network(kind text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  free_at timestamptz;
begin
  -- Forgiven at a steady rate, so that nobody has to wait for an hour to begin. Not locked: who comes at the same moment may be one too many.
  select na.counted_at + interval '1 hour' * ((na.spent + 1 - nl.burst) / nl.per_hour) into free_at
  from app_private.network_attempts na
  join app_private.network_limits nl on nl.kind = na.kind
  where na.kind = refuse_hasty_network.kind and na.network = app_private.client_network();
  perform app_private.refuse_while_waiting(free_at);
end
$$;

comment on function app_private.refuse_hasty_network(text) is
'Refuses (too_many_attempts, detail: retryAfterSeconds) while the request''s network has spent what app_private.network_limits allows it of this kind.';

revoke all on function app_private.refuse_hasty_network(text) from public;
--! EndIncluded identity/refuse_hasty_network.sql
--! Included identity/count_network_attempt.sql
create or replace function app_private.count_network_attempt(kind text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  from_network cidr := app_private.client_network();
begin
  if from_network is null then
    return;
  end if;
  insert into app_private.network_attempts as na (kind, network, spent) values (count_network_attempt.kind, from_network, 1)
  on conflict on constraint a_network_is_counted_once_a_kind do update
    set spent = 1 + greatest(0, na.spent - (
          select nl.per_hour * greatest(0, extract(epoch from now() - na.counted_at)::float8 / 3600)
          from app_private.network_limits nl where nl.kind = na.kind)),
        counted_at = greatest(na.counted_at, now());
end
$$;

comment on function app_private.count_network_attempt(text) is
'Counts an attempt of this kind against the request''s network. What is raised afterwards takes it back.';

revoke all on function app_private.count_network_attempt(text) from public;
--! EndIncluded identity/count_network_attempt.sql
--! Included identity/begin_request.sql
-- The first statement of every request's transaction, sent by src/graphql/request_adaptor.ts together with BEGIN.
-- The token says who; what the person may do is looked up now, so that a membership taken away is gone with the next request.
-- Not SECURITY DEFINER: PostgreSQL forbids SET ROLE inside one. The look-up, which needs rights, is in app_private.person_of.
create or replace function app_private.begin_request(claims jsonb) returns void
language plpgsql volatile as $$
declare
  person app_private.request_person;
begin
  person := app_private.person_of(claims);
  -- Real SET LOCAL, not set_config(): only SET reaches the shards of a distributed database. All in one EXECUTE, the role last:
  -- after it this function has only the caller's rights.
  execute format(
    'set local medislot.account_id = %L; set local medislot.session_id = %L; set local medislot.customer_id = %L;'
    'set local medislot.staff_clinic_ids = %L; set local medislot.desk_clinic_ids = %L; set local medislot.manager_clinic_ids = %L;'
    'set local medislot.own_doctor_ids = %L; set local medislot.client_address = %L; set local role %I',
    coalesce(person.account_id::text, ''), coalesce(person.session_id::text, ''), coalesce(person.customer_id::text, ''),
    person.staff_clinic_ids, person.desk_clinic_ids, person.manager_clinic_ids, person.own_doctor_ids, coalesce(claims ->> 'from', ''), person.role);
end
$$;

comment on function app_private.begin_request(jsonb) is
$c$Opens a request: sets the transaction's role and claims from a verified token's payload, {"sub": account id, "sid": session id} for our own tokens, {"iss", "sub"} for those of an external issuer, {} or null for nobody; beside it the server says "from" which network address the request comes.
Refuses (unauthenticated) an account that is unknown or closed and a session that was signed out. Valid until the transaction ends.$c$;

revoke all on function app_private.begin_request(jsonb) from public;
grant execute on function app_private.begin_request(jsonb) to app_authenticator;
--! EndIncluded identity/begin_request.sql
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
  perform app_private.refuse_hasty_network('sign_in');
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
    -- Many accounts tried from one place are no account's affair.
    perform app_private.count_network_attempt('sign_in');
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
  perform app_private.refuse_hasty_network('registration');
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
  -- Each may hold what the policy of a clinic allows: many accounts from one place are a way around it.
  perform app_private.count_network_attempt('registration');
  return app_private.start_session(account_id);
end
$$;

comment on function app_public.register_customer(text, text, text, text) is
'Registers a patient with an account of their own and signs them in. Open to everybody. Known and unknown addresses are answered alike: where an account exists that the password does not open, the new one stands beside it, opened by the address and its own password, and the owner of the address is told by mail. Refuses invalid_email, weak_password, invalid_argument, too_many_attempts (five times a day with one address, or many from one network).';

revoke all on function app_public.register_customer(text, text, text, text) from public;
grant execute on function app_public.register_customer(text, text, text, text) to app_anonymous;
--! EndIncluded identity/register_customer.sql
--! Included identity/request_password_reset.sql
create or replace function app_public.request_password_reset(email text, language text default null) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  address public.citext := btrim(request_password_reset.email)::public.citext;
  account_id bigint;
begin
  perform app_private.refuse_hasty_network('password_reset');
  perform app_private.require_address(address);
  -- The owner of the address; when that account was closed, whoever registered with it last.
  select a.id into account_id from app_private.accounts a
  where (a.email = address or a.claimed_email = address) and a.is_active
  order by a.email is null, a.id desc limit 1;
  perform app_private.queue_account_message(address, account_id, 'password_reset', request_password_reset.language);
  perform app_private.count_network_attempt('password_reset');
  return true;
end
$$;

comment on function app_public.request_password_reset(text, text) is
'Sends a link with which to choose a new password, good for one hour, if there is an account with this address; the answer does not say whether. `language` (en, de) is for who has not chosen one. Open to everybody. Refuses invalid_email, too_many_attempts (many from one network).';

revoke all on function app_public.request_password_reset(text, text) from public;
grant execute on function app_public.request_password_reset(text, text) to app_anonymous;
--! EndIncluded identity/request_password_reset.sql
--! Included booking/judge_hold.sql
create or replace function app_private.judge_hold(slot app_public.booking_slots, policy app_public.policies, customer_id bigint) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  holds int;
  first_of_the_day timestamptz;
  began timestamptz;
begin
  select count(*) filter (where e.occurred_at > now() - interval '1 day'),
         min(e.occurred_at) filter (where e.occurred_at > now() - interval '1 day'), max(e.occurred_at)
    into holds, first_of_the_day, began
  from app_public.events e
  where e.clinic_id = slot.clinic_id and e.booking_slot_id = slot.id and e.entity = 'booking_slot' and e.to_state = 'held'
    and e.customer_id = judge_hold.customer_id;
  if slot.status = 'held' and slot.customer_id = judge_hold.customer_id then
    return least(now() + policy.hold_time, coalesce(began, now()) + 3 * policy.hold_time);
  elsif holds >= policy.max_holds_of_a_slot then
    perform app_hidden.refuse('held_too_often', 'This slot was held often enough. Book it, or leave it to others for a while.',
      jsonb_build_object('bookingSlotId', slot.id::text, 'retryAfterSeconds', ceil(extract(epoch from first_of_the_day + interval '1 day' - now()))));
  end if;
  return now() + policy.hold_time;
end
$$;

comment on function app_private.judge_hold(app_public.booking_slots, app_public.policies, bigint) is
'Until when the customer may hold the slot, so that nobody keeps one by holding it again and again: prolonged to three hold times at most, and max_holds_of_a_slot times a day. Refuses held_too_often (detail: retryAfterSeconds).';

revoke all on function app_private.judge_hold(app_public.booking_slots, app_public.policies, bigint) from public;
--! EndIncluded booking/judge_hold.sql
--! Included booking/hold_slot.sql
create or replace function app_public.hold_slot(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, idempotency_key text default null,
  row_version int default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  customer app_public.customers;
  slot app_public.booking_slots;
  policy app_public.policies;
  by_desk boolean;
  until timestamptz;
  outcome jsonb;
begin
  customer := app_private.resolve_customer(hold_slot.clinic_id, hold_slot.customer_id);
  by_desk := customer.id is distinct from app_hidden.current_customer_id();
  outcome := app_private.replay(hold_slot.clinic_id, hold_slot.idempotency_key, 'hold_slot',
    jsonb_build_array(hold_slot.booking_slot_id, customer.id));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.booking_slots, outcome);
  end if;

  -- Looking before locking, as in book_slot.
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = hold_slot.clinic_id and bs.id = hold_slot.booking_slot_id;
  if slot.id is not null then
    perform app_private.judge_slot(slot, customer.id);
  end if;
  slot := app_private.lock_slot(hold_slot.clinic_id, hold_slot.booking_slot_id);
  perform app_private.require_version('booking_slots', hold_slot.row_version, slot.row_version);
  perform app_private.judge_slot(slot, customer.id);

  if slot.status = 'held' and slot.held_until <= now() and slot.customer_id = customer.id then
    -- Their own, come to its end: what follows is another one, and the history says so.
    update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
    where bs.clinic_id = slot.clinic_id and bs.id = slot.id
    returning bs.* into slot;
  end if;
  select p.* into strict policy from app_public.policies p where p.clinic_id = slot.clinic_id;
  perform app_private.judge_time(slot, policy, by_desk);
  perform app_private.keep_clinic_customer(slot.clinic_id, customer);
  until := now() + policy.hold_time;
  if not by_desk then
    perform app_private.judge_count(policy, customer.id, slot.id);
    until := app_private.judge_hold(slot, policy, customer.id);
  end if;

  update app_public.booking_slots bs
  set status = 'held', customer_id = customer.id, held_until = until
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id
  returning bs.* into slot;
  perform app_private.remember(slot.clinic_id, hold_slot.idempotency_key, to_jsonb(slot));
  return slot;
end
$$;

comment on function app_public.hold_slot(bigint, bigint, bigint, text, int) is
$c$Keeps a slot for a customer while they fill in a form, for the hold_time of the clinic; holding again prolongs it, to three times that at most. It ends by itself at held_until (app_public.book_slot and others treat it as free from then on). Customers hold for themselves, the desk for customers of its clinic.
Refuses slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead, slot_in_the_past, too_many_bookings, held_too_often, customer_not_found, forbidden, unauthenticated, idempotency_key_reused, invalid_argument, stale_row_version.$c$;

revoke all on function app_public.hold_slot(bigint, bigint, bigint, text, int) from public;
grant execute on function app_public.hold_slot(bigint, bigint, bigint, text, int) to app_customer;
--! EndIncluded booking/hold_slot.sql
