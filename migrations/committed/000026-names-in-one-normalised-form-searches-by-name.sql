--! Previous: sha1:d97a5cc98f3c749d41af66adc303b998f3587e76
--! Hash: sha1:957ec7e657a7b6b8a17e86f0c1af0e1d31947d78
--! Message: names in one normalised form, searches by name

-- Enter migration here
-- Names are found however they are spelt: patients, doctors and clinics have a key in one normalised form, with an index of its trigrams. The
-- list of rows that wait to get into such an index is short, since every search reads it; without it an insert took a millisecond longer.
create extension if not exists unaccent with schema public;
create extension if not exists pg_trgm with schema public;
create extension if not exists btree_gin with schema public;
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
  ('MS006', 'text_too_long', 422, 'Text too long', 'A text has more characters than fit. The detail names the argument and how many fit.'),
  ('MS007', 'text_not_accepted', 422, 'Text not accepted', 'A name has no visible character, or a text holds characters that cannot be seen, such as control and bidirectional ones. The detail names the argument.'),
  ('MS101', 'email_taken', 409, 'E-mail address already registered', 'An account with this e-mail address exists. Answered to somebody who holds an invitation to it, or who registers with its password and another person''s name; registration answers everybody else alike.'),
  ('MS102', 'wrong_credentials', 401, 'Wrong e-mail address or password', 'Also told for accounts that do not exist or were closed, so that nobody can probe for them.'),
  ('MS103', 'too_many_attempts', 429, 'Too many attempts', 'Sign-in waits after failures from the same place, and after many sign-ins in an hour; sign-in, registration and links for new passwords wait after many from one network. The detail says for how many seconds.'),
  ('MS104', 'refresh_token_invalid', 401, 'Session ended', 'The refresh token is unknown or expired, or its session was signed out. Sign in again.'),
  ('MS105', 'refresh_token_reused', 401, 'Session ended for safety', 'The refresh token was used before, so somebody has a copy: the whole session is signed out. Sign in again.'),
  ('MS106', 'weak_password', 422, 'Password not accepted', 'A password has 10 characters at least and 72 bytes at most (what bcrypt reads).'),
  ('MS107', 'invitation_invalid', 404, 'Invitation not valid', 'The invitation is unknown, expired, used, or meant for another account.'),
  ('MS108', 'invalid_email', 422, 'Not an e-mail address', 'The text is not exactly one mailbox: a local part of ASCII letters, digits and .!#$%&''*+/=?^_`{|}~- and a domain of at least two labels.'),
  ('MS109', 'reset_token_invalid', 404, 'Link not valid', 'The link to choose a new password is unknown, expired or used. Ask for a new one.'),
  ('MS110', 'passwords_busy', 503, 'Too many at once', 'As many sign-ins, registrations and new passwords wait as the server takes at once. Nothing was done. Repeat in some seconds.'),
  ('MS201', 'clinic_not_found', 404, 'Clinic not found', 'No such clinic, or none the caller may know of.'),
  ('MS202', 'doctor_not_found', 404, 'Doctor not found', 'No such doctor in this clinic.'),
  ('MS203', 'customer_not_found', 404, 'Customer not found', 'No such customer, or none who has dealt with this clinic.'),
  ('MS204', 'still_in_use', 409, 'Something still hangs on it', 'The detail lists what. Repeat with cascade to end that as well.'),
  ('MS205', 'unknown_time_zone', 422, 'Unknown time zone', 'The time zone is no IANA name such as Europe/Berlin.'),
  ('MS206', 'time_zone_in_use', 409, 'Time zone in use', 'The clinic has bookings or holds ahead, whose times were computed in its present zone. The detail lists them. Cancel the bookings and wait until the holds end; free and withdrawn slots take the new zone by themselves.'),
  ('MS209', 'specialization_not_found', 404, 'Specialization not found', 'No specialization has this id or name.'),
  ('MS210', 'phone_takes_no_sms', 422, 'No SMS to this number', 'The customer is to be reached by SMS, and the number is not a mobile number of any country.'),
  ('MS211', 'channel_needs_address', 422, 'No address for this channel', 'Messages by SMS need a phone number, messages by e-mail an e-mail address. The detail names the missing one.'),
  ('MS214', 'similar_customer_exists', 409, 'Somebody like this is known', 'The clinic''s records have somebody with this name, or with this e-mail address or phone number and a similar name. The detail names them. Take one of these records, or repeat with addAnyway.'),
  ('MS301', 'time_slot_not_found', 404, 'Time slot not found', 'No such time slot in this clinic.'),
  ('MS302', 'skipped_local_time', 422, 'This local time does not exist', 'On this day the clocks skip the time slot''s start or end.'),
  ('MS303', 'slot_overlaps', 409, 'The doctor is busy then', 'Another slot of the doctor overlaps this one.'),
  ('MS304', 'slot_exists', 409, 'Slot exists already', 'The doctor has this time slot on this date.'),
  ('MS305', 'slot_in_the_past', 422, 'In the past', 'The time of the slot has passed.'),
  ('MS306', 'template_not_found', 404, 'Template not found', 'No such template in this clinic.'),
  ('MS307', 'rebooking_not_found', 404, 'Not on the rebooking list', 'No such entry of the clinic''s rebooking list waits.'),
  ('MS320', 'slot_too_far_ahead', 422, 'Too far ahead for a slot', 'A slot starts at most three years from now.'),
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
  ('MS514', 'undo_too_late', 422, 'Too late to undo', 'The time limit for taking this step of the booking back has passed. The detail says until when it could be undone.'),
  ('MS601', 'import_refused', 422, 'Import refused', 'The files have faults; nothing was stored. The detail lists file, line, column and reason of each.'),
  ('MS701', 'notification_not_found', 404, 'Notification not found', 'No such notification in this clinic.'),
  ('MS702', 'text_not_understood', 422, 'Text not understood', 'A message text has an unknown {{word}}, stray braces, or a section that is not closed. The detail names it.'),
  ('MS703', 'webhook_url_refused', 422, 'Webhook address not allowed', 'A webhook needs an https address on the public internet. The detail says why: not_understood, https_required or not_public.'),
  ('MS900', 'internal_error', 500, 'Unexpected error', 'Our fault. It is logged with the request id.'),
  ('MS901', 'graphql_parse_failed', 400, 'Not a GraphQL document', 'The document could not be parsed.'),
  ('MS902', 'graphql_validation_failed', 400, 'Document does not fit the schema', 'The document asks for what the schema does not have, or its variables do not fit.'),
  ('MS903', 'query_too_complex', 400, 'Query too complex', 'The document exceeds a limit of depth, cost, aliases, tokens, page size or what its variables hold. The detail names it.'),
  ('MS904', 'bad_request', 400, 'Bad request', 'The request itself is malformed.'),
  ('MS905', 'not_found', 404, 'Nothing here', 'There is nothing at this address.'),
  ('MS906', 'method_not_allowed', 405, 'Method not allowed', 'The address does not know this method. The header Allow lists those it knows.'),
  ('MS907', 'body_too_large', 413, 'Body too large', 'The body of the request is larger than 100 kB.'),
  ('MS908', 'unsupported_media_type', 415, 'Media type not supported', 'The body must be application/json (for PATCH also application/merge-patch+json).'),
  ('MS909', 'introspection_disabled', 400, 'No introspection', 'The document asks for __schema or __type, which this server does not answer. The schema is in schema.graphql.'),
  ('MS910', 'document_not_trusted', 400, 'Document not trusted', 'This server runs only the documents it was given in advance. The one that was sent, or named by documentId, is none of them.'),
  ('MS911', 'persisted_query_not_supported', 400, 'PersistedQueryNotSupported', 'The document was named by extensions.persistedQuery alone, and this server stores none. Clients of automatic persisted queries send the text then.'),
  ('MS919', 'precondition_failed', 412, 'Precondition failed', 'The resource has one of the versions that If-None-Match lists.'),
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
  ('22P05', 'untranslatable_character', 422, 'Not text', 'A text within JSON holds what is no character, such as a zero byte.'),
  ('22P02', 'invalid_text_representation', 422, 'Value cannot be read', 'A value cannot be read as its type.'),
  ('40001', 'serialization_failure', 409, 'Collided with another change', 'Two changes met. Repeat the request.'),
  ('40P01', 'deadlock_detected', 409, 'Collided with another change', 'Two changes met. Repeat the request.'),
  ('57014', 'query_canceled', 503, 'Took too long', 'The statement ran into its time limit.'),
  ('55P03', 'lock_not_available', 503, 'Busy', 'A lock could not be had in time. Repeat the request.'),
  ('53300', 'too_many_connections', 503, 'Busy', 'The database has no connection left. Repeat later.'),
  ('53100', 'disk_full', 503, 'No room', 'The database has no room left to write. Nothing was changed. Repeat later.'),
  ('08006', 'connection_failure', 503, 'The database does not answer', 'The connection to the database was lost or could not be had; it is tried anew with each request. Whether a change was made is not known: repeat it under the same idempotency key.')
on conflict (sqlstate) do update
  set name = excluded.name, http_status = excluded.http_status, title = excluded.title, description = excluded.description;
--! EndIncluded core/error_codes.sql
--! Included core/fold_letters.sql
create or replace function app_hidden.fold_letters(name text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  -- One apostrophe and one hyphen, of all that look like them.
  folded text := translate(fold_letters.name, '`´‘’‛ʹʻʼʽ′＇‐‑‒–—−', '''''''''''''''''''''''------');
begin
  -- Lower case twice: under the database's locale, so that every script has it, and under C, since a Turkish locale makes ı of I.
  folded := lower(public.unaccent('public.unaccent', lower(normalize(folded, NFKC))) collate "C");
  -- Marks that combine with a letter, and joiners within a word.
  folded := regexp_replace(folded, '[\u0300-\u036f\u200c\u200d]', '', 'g');
  -- The second letter is left out everywhere, or Müller and Mueller would differ, Sørensen and Soerensen, Århus and Aarhus.
  return regexp_replace(folded, '(a)[ae]+|(o)e+|(u)e+', '\1\2\3', 'g');
end
$$;

comment on function app_hidden.fold_letters(text) is
'A text in the spelling in which names are compared: lower case, without accents, ß as ss, ı as i, ä and ae as a, ö, ø and oe as o, ü and ue as u, å and aa as a. Declared immutable although unaccent depends on a dictionary: keys that are stored are made anew when the dictionary changes.';

revoke all on function app_hidden.fold_letters(text) from public;
grant execute on function app_hidden.fold_letters(text) to app_staff;
--! EndIncluded core/fold_letters.sql
--! Included core/name_key.sql
create or replace function app_hidden.name_key(name text) returns text
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  -- Anna-Lena is found as Annalena too, and O'Brien as OBrien and as O Brien: once with what joins the parts, once without.
  select ' ' || coalesce(string_agg(distinct word, ' ' order by word), '') || ' '
  from app_hidden.fold_letters(name_key.name) folded,
    regexp_split_to_table(
      regexp_replace(folded, '[''-]', '', 'g') || ' ' || regexp_replace(folded, '[''-]', ' ', 'g'),
      '[[:space:][:punct:]$+<=>^|~]+') word
  where word <> '';
end;

comment on function app_hidden.name_key(text) is
'The words of a name as they are compared, each once, in the order of their letters, with a space before and after each: Weber, Jonas and jonas weber have the same key.';

revoke all on function app_hidden.name_key(text) from public;
grant execute on function app_hidden.name_key(text) to app_staff;
--! EndIncluded core/name_key.sql
--! Included core/plain_name.sql
create or replace function app_hidden.plain_name(name text) returns text
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
return app_hidden.name_key(translate(app_hidden.fold_letters(plain_name.name), '-''', ' '));

comment on function app_hidden.plain_name(text) is
'The key of a name (app_hidden.name_key) in which nothing stands twice: hyphens separate words, apostrophes do not. Two names are the same in any order of their words when it is the same.';

revoke all on function app_hidden.plain_name(text) from public;
--! EndIncluded core/plain_name.sql
--! Included core/search_key.sql
create or replace function app_hidden.search_key(name text, email text default null, phone text default null, phone_e164 text default null)
returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
return app_hidden.name_key(concat_ws(' ', search_key.name, search_key.email))
  || coalesce('#' || nullif(regexp_replace(search_key.phone, '[^0-9]', '', 'g'), '') || '#', '')
  || coalesce('#' || nullif(regexp_replace(search_key.phone_e164, '[^0-9]', '', 'g'), '') || '#', '');

comment on function app_hidden.search_key(text, text, text, text) is
'What searches look at: the words of a name and an e-mail address, as app_hidden.name_key has them, and the digits of a phone number, as it was typed and in international form, each between two #.';

revoke all on function app_hidden.search_key(text, text, text, text) from public;
grant execute on function app_hidden.search_key(text, text, text, text) to app_staff;
--! EndIncluded core/search_key.sql
--! Included core/misspelt_patterns.sql
create or replace function app_hidden.misspelt_patterns(word text) returns text[]
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
return (
  select array_agg(distinct '% ' || misspelling.pattern || '%')
  from generate_series(1, char_length(word)) i,
    lateral (values
      -- Another letter in this place, one too few before it, one too many in it, and two that changed places.
      (left(word, i - 1) || '_' || substr(word, i + 1)),
      (left(word, i - 1) || '_' || substr(word, i)),
      (left(word, i - 1) || substr(word, i + 1)),
      (left(word, i - 1) || substr(word, i + 1, 1) || substr(word, i, 1) || substr(word, i + 2))
    ) as misspelling (pattern));

comment on function app_hidden.misspelt_patterns(text) is
'Patterns for LIKE that find the beginning of a word in a key (app_hidden.search_key) although one letter was typed wrong, too much, too little, or swapped with the next.';

revoke all on function app_hidden.misspelt_patterns(text) from public;
--! EndIncluded core/misspelt_patterns.sql
--! Included core/search_stages.sql
create or replace function app_hidden.search_stages(wanted text, phone_e164 text default null)
returns table (some_of text[], all_of text[], is_misspelt boolean)
language plpgsql immutable parallel safe rows 3 set search_path = pg_catalog, pg_temp as $$
declare
  words text[];
  whole text[];
  beginnings text[];
  numbers text[];
begin
  if search_stages.wanted !~ '[[:alpha:]]' and char_length(regexp_replace(search_stages.wanted, '[^0-9]', '', 'g')) >= 3 then
    -- Without the zeros that may stand before a number in one country and not in another.
    numbers := array(
      select distinct ltrim(digits, '0')
      from unnest(array[search_stages.wanted, search_stages.phone_e164]) number, regexp_replace(number, '[^0-9]', '', 'g') digits
      where char_length(ltrim(digits, '0')) >= 3);
    return query select array_agg('%' || number || '#%'), '{}'::text[], false from unnest(numbers) number;
    return query select array_agg('%' || number || '%'), '{}'::text[], false from unnest(numbers) number;
    -- One spelling may have the country's code and the other not: the last eight digits tell a number from others.
    return query select array_agg('%' || right(number, 8) || '#%'), '{}'::text[], false
      from unnest(numbers) number where char_length(number) > 8 having count(*) > 0;
    return;
  end if;

  -- The longest word first: it is the rarest. More than six words narrow nothing any more.
  words := array(
    select word
    from regexp_split_to_table(
      regexp_replace(app_hidden.fold_letters(search_stages.wanted), '''', '', 'g'), '[[:space:][:punct:]$+<=>^|~]+') word
    where word <> ''
    group by word order by char_length(word) desc, word limit 6);
  if words = '{}' then
    return;
  end if;
  whole := array(select '% ' || w.word || ' %' from unnest(words) with ordinality w (word, n) order by w.n);
  beginnings := array(select '% ' || w.word || '%' from unnest(words) with ordinality w (word, n) order by w.n);
  return query values (whole[:1], whole[2:], false), (beginnings[:1], beginnings[2:], false);
  for n in 1 .. least(cardinality(words), 3) loop
    if char_length(words[n]) >= 5 then
      return query values (app_hidden.misspelt_patterns(words[n]), beginnings[:n - 1] || beginnings[n + 1:], true);
    end if;
  end loop;
end
$$;

comment on function app_hidden.search_stages(text, text) is
'How keys (app_hidden.search_key) are searched for what somebody typed, stage by stage, the best matches first: each stage finds keys that are LIKE any of some_of and all of all_of. Words are looked for whole, then as beginnings of words, then with one typing error in a word of five letters or more. Three digits or more without a letter are looked for at the end of the phone number, then anywhere in it, then by the last eight; also in international form, if that is given.';

revoke all on function app_hidden.search_stages(text, text) from public;
--! EndIncluded core/search_stages.sql
--! Included core/require_search.sql
create or replace function app_hidden.require_search(wanted text, page_size int) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if require_search.wanted is null then
    perform app_hidden.refuse('invalid_argument', 'Say what is wanted; an empty text wants everything.', '{"argument": "wanted"}');
  elsif require_search.page_size is null or require_search.page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 rows.', '{"argument": "pageSize"}');
  end if;
  perform app_hidden.require_length(require_search.wanted, 'wanted', 200);
end
$$;

comment on function app_hidden.require_search(text, int) is
'Refuses (invalid_argument, text_too_long) what no search by name takes: nothing, more than 200 characters, or a page of none or of more than 100 rows.';

revoke all on function app_hidden.require_search(text, int) from public;
--! EndIncluded core/require_search.sql
alter table app_public.clinic_customers
  add column if not exists search_key text generated always as (app_hidden.search_key(full_name, email::text, phone, phone_e164)) stored;
alter table app_public.doctors
  add column if not exists search_key text generated always as (app_hidden.search_key(full_name)) stored;
alter table app_public.clinics
  add column if not exists search_key text generated always as (app_hidden.search_key(name)) stored;
comment on column app_public.clinic_customers.search_key is 'What find_clinic_customers compares: app_hidden.search_key.';
comment on column app_public.doctors.search_key is 'What find_doctors compares: app_hidden.search_key.';
comment on column app_public.clinics.search_key is 'What find_clinics compares: app_hidden.search_key.';
create index if not exists clinic_customers_by_key on app_public.clinic_customers
  using gin (clinic_id, search_key public.gin_trgm_ops) with (gin_pending_list_limit = 256);
create index if not exists doctors_by_key on app_public.doctors
  using gin (search_key public.gin_trgm_ops) with (gin_pending_list_limit = 256);
create index if not exists clinics_by_key on app_public.clinics
  using gin (search_key public.gin_trgm_ops) with (gin_pending_list_limit = 256);
-- The first doctors by name, of all clinics.
create index if not exists doctors_by_name on app_public.doctors (full_name, clinic_id, id);
--! Included clinic/find_clinic_customers.sql
create or replace function app_public.find_clinic_customers(clinic_id bigint, wanted text, page_size int default 20)
returns setof app_public.clinic_customers
-- Definer rights, since LIKE is not leakproof: under a policy PostgreSQL compares all keys of the clinic, without the index.
language plpgsql stable security definer
-- A plan that does not know the patterns uses the index. How many rows a pattern finds is guessed too badly to decide.
set plan_cache_mode = force_generic_plan set jit = off
set search_path = pg_catalog, public, pg_temp as $$
declare
  -- What was typed, if it is a phone number in the clinic's country.
  phone_e164 text;
  stage record;
  found app_public.clinic_customers;
  seen bigint[] := '{}';
begin
  perform app_hidden.require_search(find_clinic_customers.wanted, find_clinic_customers.page_size);
  if find_clinic_customers.clinic_id <> all (app_hidden.staff_clinic_ids()) and not app_private.caller_is_operator() then
    return;
  elsif btrim(find_clinic_customers.wanted) = '' then
    return query
      select cc.* from app_public.clinic_customers cc
      where cc.clinic_id = find_clinic_customers.clinic_id
      order by cc.full_name, cc.customer_id limit find_clinic_customers.page_size;
    return;
  end if;
  if find_clinic_customers.wanted !~ '[[:alpha:]]' then
    phone_e164 := (app_hidden.read_phone(find_clinic_customers.wanted,
      (select c.country from app_public.clinics c where c.id = find_clinic_customers.clinic_id))).e164;
  end if;
  for stage in select * from app_hidden.search_stages(find_clinic_customers.wanted, phone_e164) loop
    -- Misspellings, which have many patterns, are looked for only when hardly anything was found.
    exit when stage.is_misspelt and cardinality(seen) >= 5;
    -- Pattern by pattern, since an index knows neither LIKE ANY nor LIKE ALL. A beginning that thousands of names have is no search yet: it finds
    -- a thousand of them.
    for found in
      select cc.* from (
        select record.full_name, record.customer_id, bool_or(record.is_whole) as is_whole
        from unnest(stage.some_of) pattern, lateral (
          select cc.full_name, cc.customer_id, cc.search_key like left(pattern, -1) || ' %' as is_whole
          from app_public.clinic_customers cc
          where cc.clinic_id = find_clinic_customers.clinic_id and cc.search_key like pattern
            and cc.search_key like coalesce(stage.all_of[1], pattern) and cc.search_key like coalesce(stage.all_of[2], pattern)
            and cc.search_key like all (stage.all_of) and cc.customer_id <> all (seen)
          limit 1000) record
        group by record.full_name, record.customer_id
        order by is_whole desc, record.full_name, record.customer_id limit find_clinic_customers.page_size - cardinality(seen)) best
      join app_public.clinic_customers cc on cc.clinic_id = find_clinic_customers.clinic_id and cc.customer_id = best.customer_id
      order by best.is_whole desc, best.full_name, best.customer_id
    loop
      seen := seen || found.customer_id;
      return next found;
    end loop;
    exit when cardinality(seen) = find_clinic_customers.page_size;
  end loop;
end
$$;

comment on function app_public.find_clinic_customers(bigint, text, int) is
'The customers in a clinic''s records, up to `page_size` (1 to 100), whose name and e-mail address have a word for each word of `wanted`, however accents and umlauts are written: whole words first, then beginnings, then words of five letters or more with one typing error; or whose phone number ends with the digits, or has them, in national or in international form. Equals by name. Nothing wanted gives the first by name. Staff find customers of their clinics, and nobody else any. Refuses invalid_argument, text_too_long.';

revoke all on function app_public.find_clinic_customers(bigint, text, int) from public;
grant execute on function app_public.find_clinic_customers(bigint, text, int) to app_staff;
--! EndIncluded clinic/find_clinic_customers.sql
--! Included clinic/find_doctors.sql
create or replace function app_public.find_doctors(
  wanted text, clinic_id bigint default null, specialization_id bigint default null, page_size int default 20)
returns setof app_public.doctors
-- Definer rights, as for find_clinic_customers: LIKE is not leakproof.
language plpgsql stable security definer
-- With the clinic, which has few doctors, and without it the plans differ.
set plan_cache_mode = force_custom_plan set jit = off
set search_path = pg_catalog, public, pg_temp as $$
declare
  stage record;
  found app_public.doctors;
  seen bigint[] := '{}';
  sees_all boolean := app_private.caller_is_operator();
begin
  perform app_hidden.require_search(find_doctors.wanted, find_doctors.page_size);
  if btrim(find_doctors.wanted) = '' then
    return query
      select d.* from app_public.doctors d
      where (d.is_active or sees_all or d.clinic_id = any (app_hidden.staff_clinic_ids()))
        and (find_doctors.clinic_id is null or d.clinic_id = find_doctors.clinic_id)
        and (find_doctors.specialization_id is null or exists (
          select from app_public.doctor_specializations ds
          where ds.clinic_id = d.clinic_id and ds.doctor_id = d.id and ds.specialization_id = find_doctors.specialization_id))
      order by d.full_name, d.clinic_id, d.id limit find_doctors.page_size;
    return;
  end if;
  for stage in select * from app_hidden.search_stages(find_doctors.wanted) loop
    -- Misspellings, which have many patterns, are looked for only when hardly anything was found.
    exit when stage.is_misspelt and cardinality(seen) >= 5;
    for found in
      select d.* from (
        select doctor.full_name, doctor.clinic_id, doctor.id, bool_or(doctor.is_whole) as is_whole
        from unnest(stage.some_of) pattern, lateral (
          select d.full_name, d.clinic_id, d.id, d.search_key like left(pattern, -1) || ' %' as is_whole
          from app_public.doctors d
          where (d.is_active or sees_all or d.clinic_id = any (app_hidden.staff_clinic_ids()))
            and (find_doctors.clinic_id is null or d.clinic_id = find_doctors.clinic_id)
            and (find_doctors.specialization_id is null or exists (
              select from app_public.doctor_specializations ds
              where ds.clinic_id = d.clinic_id and ds.doctor_id = d.id and ds.specialization_id = find_doctors.specialization_id))
            and d.search_key like pattern
            and d.search_key like coalesce(stage.all_of[1], pattern) and d.search_key like coalesce(stage.all_of[2], pattern)
            and d.search_key like all (stage.all_of) and d.id <> all (seen)
          limit 1000) doctor
        group by doctor.full_name, doctor.clinic_id, doctor.id
        order by is_whole desc, doctor.full_name, doctor.clinic_id, doctor.id limit find_doctors.page_size - cardinality(seen)) best
      join app_public.doctors d on d.clinic_id = best.clinic_id and d.id = best.id
      order by best.is_whole desc, best.full_name, best.clinic_id, best.id
    loop
      seen := seen || found.id;
      return next found;
    end loop;
    exit when cardinality(seen) = find_doctors.page_size;
  end loop;
end
$$;

comment on function app_public.find_doctors(text, bigint, bigint, int) is
'Doctors by name, up to `page_size` (1 to 100): of one clinic, with one specialization, or of all. The name has a word for each word of `wanted`, however accents and umlauts are written: whole words first, then beginnings, then words of five letters or more with one typing error; equals by name. Nothing wanted gives the first by name. Open to everybody; the clinic''s staff and administrators find inactive doctors too. Refuses invalid_argument, text_too_long.';

revoke all on function app_public.find_doctors(text, bigint, bigint, int) from public;
grant execute on function app_public.find_doctors(text, bigint, bigint, int) to app_anonymous;
--! EndIncluded clinic/find_doctors.sql
--! Included clinic/find_clinics.sql
create or replace function app_public.find_clinics(wanted text, among bigint[] default null, page_size int default 20)
returns setof app_public.clinics
-- Definer rights, as for find_clinic_customers: LIKE is not leakproof. Active clinics have no column that is not everybody's to see.
language plpgsql stable security definer
set plan_cache_mode = force_custom_plan set jit = off
set search_path = pg_catalog, public, pg_temp as $$
declare
  stage record;
  found app_public.clinics;
  seen bigint[] := '{}';
  sees_all boolean := app_private.caller_is_operator();
begin
  perform app_hidden.require_search(find_clinics.wanted, find_clinics.page_size);
  if btrim(find_clinics.wanted) = '' then
    return query
      select c.* from app_public.clinics c
      where (c.is_active or sees_all or c.id = any (app_hidden.staff_clinic_ids()))
        and (find_clinics.among is null or c.id = any (find_clinics.among))
      order by c.name, c.id limit find_clinics.page_size;
    return;
  end if;
  for stage in select * from app_hidden.search_stages(find_clinics.wanted) loop
    -- Misspellings, which have many patterns, are looked for only when hardly anything was found.
    exit when stage.is_misspelt and cardinality(seen) >= 5;
    for found in
      select c.* from (
        select clinic.name, clinic.id, bool_or(clinic.is_whole) as is_whole
        from unnest(stage.some_of) pattern, lateral (
          select c.name, c.id, c.search_key like left(pattern, -1) || ' %' as is_whole
          from app_public.clinics c
          where (c.is_active or sees_all or c.id = any (app_hidden.staff_clinic_ids()))
            and (find_clinics.among is null or c.id = any (find_clinics.among))
            and c.search_key like pattern
            and c.search_key like coalesce(stage.all_of[1], pattern) and c.search_key like coalesce(stage.all_of[2], pattern)
            and c.search_key like all (stage.all_of) and c.id <> all (seen)
          limit 1000) clinic
        group by clinic.name, clinic.id
        order by is_whole desc, clinic.name, clinic.id limit find_clinics.page_size - cardinality(seen)) best
      join app_public.clinics c on c.id = best.id
      order by best.is_whole desc, best.name, best.id
    loop
      seen := seen || found.id;
      return next found;
    end loop;
    exit when cardinality(seen) = find_clinics.page_size;
  end loop;
end
$$;

comment on function app_public.find_clinics(text, bigint[], int) is
'Clinics by name, up to `page_size` (1 to 100), with `among` only those of these ids. The name has a word for each word of `wanted`, however accents and umlauts are written: whole words first, then beginnings, then words of five letters or more with one typing error; equals by name. Nothing wanted gives the first by name. Open to everybody; staff and administrators find their inactive clinics too. Refuses invalid_argument, text_too_long.';

revoke all on function app_public.find_clinics(text, bigint[], int) from public;
grant execute on function app_public.find_clinics(text, bigint[], int) to app_anonymous;
--! EndIncluded clinic/find_clinics.sql
--! Included clinic/similar_customers.sql
create or replace function app_private.similar_customers(
  clinic_id bigint, full_name text, email text, phone text)
returns bigint[]
language plpgsql stable set plan_cache_mode = force_generic_plan set jit = off set search_path = pg_catalog, public, pg_temp as $$
declare
  given_name text := app_hidden.plain_name(similar_customers.full_name);
  given_number text := right(regexp_replace(similar_customers.phone, '[^0-9]', '', 'g'), 8);
  -- Of the name, and of the address: an index finds who has all words of one of them.
  words text[] := array(select '% ' || w || ' %' from regexp_split_to_table(btrim(given_name), ' ') w order by char_length(w) desc);
  address_words text[] := array(
    select '% ' || w || ' %' from regexp_split_to_table(btrim(app_hidden.name_key(similar_customers.email)), ' ') w order by char_length(w) desc);
begin
  if char_length(given_number) < 4 then
    given_number := null;
  end if;
  return array(
    select cc.customer_id from (
      select cc.* from app_public.clinic_customers cc
      where cc.clinic_id = similar_customers.clinic_id
        and cc.search_key like words[1] and cc.search_key like coalesce(words[2], words[1]) and cc.search_key like all (words)
      union
      select cc.* from app_public.clinic_customers cc
      where cc.clinic_id = similar_customers.clinic_id and cc.search_key like '%' || given_number || '#%'
      union
      select cc.* from app_public.clinic_customers cc
      where cc.clinic_id = similar_customers.clinic_id
        and cc.search_key like address_words[1] and cc.search_key like coalesce(address_words[2], address_words[1]) and cc.email = similar_customers.email
    ) cc,
    lateral (
      select app_hidden.plain_name(cc.full_name) as name, nullif(right(regexp_replace(cc.phone, '[^0-9]', '', 'g'), 8), '') as number) has,
    lateral (
      -- Null where one of the two lacks it.
      select cc.email = similar_customers.email as address, has.number = given_number as number) same
    where case
        when same.address or same.number then public.similarity(has.name, given_name) >= 0.5
        else has.name = given_name and same.address is not false and same.number is not false
      end
    order by has.name = given_name desc, (same.address or same.number) desc nulls last, cc.customer_id
    limit 5);
end
$$;

comment on function app_private.similar_customers(bigint, text, text, text) is
'Customers in a clinic''s records who are probably the person of this name and contact, at most five: with the same e-mail address or phone number and a similar name, or with the same name and nothing that tells them apart. Families share a number, and so do not count as one person.';

revoke all on function app_private.similar_customers(bigint, text, text, text) from public;
--! EndIncluded clinic/similar_customers.sql
drop function if exists app_public.add_clinic_customer(bigint, text, text, text, text, text);
--! Included clinic/add_clinic_customer.sql
create or replace function app_public.add_clinic_customer(
  clinic_id bigint, full_name text, email text default null, phone text default null, preferred_language text default null,
  idempotency_key text default null, add_anyway boolean default false)
returns app_public.clinic_customers
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  address app_public.email_address := case when btrim(add_clinic_customer.email) <> '' then app_private.require_address(add_clinic_customer.email) end;
  given_name text := nullif(btrim(add_clinic_customer.full_name), '');
  number text := nullif(btrim(add_clinic_customer.phone), '');
  target bigint;
  similar_ids bigint[];
  record app_public.clinic_customers;
  outcome jsonb;
begin
  perform app_private.require_clinic_role(add_clinic_customer.clinic_id, 'desk');
  outcome := app_private.replay(add_clinic_customer.clinic_id, add_clinic_customer.idempotency_key, 'add_clinic_customer',
    jsonb_build_array(given_name, address, number, add_clinic_customer.preferred_language,
      add_clinic_customer.add_anyway));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.clinic_customers, outcome);
  end if;
  if given_name is null then
    perform app_hidden.refuse('invalid_argument', 'A name is needed.', '{"argument": "fullName"}');
  end if;
  -- Families share addresses: only the same name at the same address is the same person. First among the clinic's own records; what was typed
  -- besides is kept there.
  update app_public.clinic_customers cc
  set phone = coalesce(number, cc.phone), preferred_language = coalesce(add_clinic_customer.preferred_language, cc.preferred_language)
  where cc.clinic_id = add_clinic_customer.clinic_id and cc.customer_id = (
    select own.customer_id from app_public.clinic_customers own
    where own.clinic_id = add_clinic_customer.clinic_id and own.email = address and app_hidden.same_name(own.full_name, given_name)
    order by own.customer_id limit 1)
  returning * into record;
  if record.customer_id is null then
    -- Then among those who have registered: it is one customer, and the clinic's record holds only what the clinic typed, so the desk learns
    -- nothing that other clinics know.
    select c.id into target
    from app_private.accounts a join app_public.customers c on c.account_id = a.id
    where a.email = address and app_hidden.same_name(c.full_name, given_name) and not exists (
      select from app_public.clinic_customers cc where cc.clinic_id = add_clinic_customer.clinic_id and cc.customer_id = c.id);
    similar_ids := case when add_clinic_customer.add_anyway is not true then
      app_private.similar_customers(add_clinic_customer.clinic_id, given_name, address, number) end;
    if similar_ids <> '{}' then
      perform app_hidden.refuse('similar_customer_exists', 'Somebody like this is in the clinic''s records already.',
        jsonb_build_object('customerIds', array(select id::text from unnest(similar_ids) with ordinality s (id, n) order by n)));
    end if;
    if target is null then
      insert into app_public.customers (full_name, email, phone) values (given_name, address, number) returning id into target;
    end if;
    insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email, phone, preferred_language)
    values (add_clinic_customer.clinic_id, target, given_name, address, number, add_clinic_customer.preferred_language)
    on conflict on constraint a_clinic_keeps_one_record_of_a_customer do nothing
    returning * into record;
    if record.customer_id is null then
      -- The patient has booked in this moment.
      select cc.* into record from app_public.clinic_customers cc
      where cc.clinic_id = add_clinic_customer.clinic_id and cc.customer_id = target;
    end if;
  end if;
  perform app_private.remember(record.clinic_id, add_clinic_customer.idempotency_key, to_jsonb(record));
  return record;
end
$$;

comment on function app_public.add_clinic_customer(bigint, text, text, text, text, text, boolean) is
'Takes a caller or walk-in into a clinic''s own records, so that the desk can book for them. A person with this name and e-mail address who is in the records, or has registered, is recognised; another name at the address is another person. Somebody in the records who is probably the same person is a refusal that names them, unless `add_anyway`. `preferred_language` is en or de. For the desk. Refuses forbidden, idempotency_key_reused, invalid_argument, invalid_email, similar_customer_exists, text_too_long, text_not_accepted.';

revoke all on function app_public.add_clinic_customer(bigint, text, text, text, text, text, boolean) from public;
grant execute on function app_public.add_clinic_customer(bigint, text, text, text, text, text, boolean) to app_staff;
--! EndIncluded clinic/add_clinic_customer.sql
