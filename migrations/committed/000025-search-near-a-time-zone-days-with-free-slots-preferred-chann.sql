--! Previous: sha1:f3a8224622bf1cc0381471ffe5276f7422c51f87
--! Hash: sha1:d97a5cc98f3c749d41af66adc303b998f3587e76
--! Message: Search near a time zone, days with free slots, preferred channels

-- Persisted queries are refused as their clients expect.
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
--! Included booking/zones_at_distance.sql
create or replace function app_private.zones_at_distance(near_time_zone text, distance int) returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return array(
    -- From one zone to the next in the index: one look for each zone, however many clinics it has.
    with recursive zones (name) as (
      (select c.time_zone from app_public.clinics c order by c.time_zone limit 1)
      union all
      select (select c.time_zone from app_public.clinics c where c.time_zone > z.name order by c.time_zone limit 1)
      from zones z where z.name is not null
    )
    select z.name
    from zones z
    left join app_private.time_zone_countries here on here.time_zone = zones_at_distance.near_time_zone
    left join app_private.time_zone_countries there on there.time_zone = z.name
    where z.name is not null and zones_at_distance.distance = case
      when z.name = zones_at_distance.near_time_zone then 0
      when there.country = here.country then 1
      -- An old name, as browsers give: Asia/Calcutta for Asia/Kolkata. It is of no country, but has the clock of the new one.
      when here.country is null and split_part(z.name, '/', 1) = split_part(zones_at_distance.near_time_zone, '/', 1)
        and now() at time zone z.name = now() at time zone zones_at_distance.near_time_zone then 1
      when split_part(z.name, '/', 1) = split_part(zones_at_distance.near_time_zone, '/', 1) then 2
      else 3 end);
end
$$;

comment on function app_private.zones_at_distance(text, int) is
'The time zones of clinics that are this far from a zone: 0 the zone itself, 1 others of its country, 2 others of its region (the first part of its name), 3 all others. For a zone under an old name, whose country is not known, 1 are those of its region with the same clock.';

revoke all on function app_private.zones_at_distance(text, int) from public;
--! EndIncluded booking/zones_at_distance.sql
--! Included booking/available_slots.sql
create or replace function app_public.available_slots(
  clinic_id bigint default null, doctor_id bigint default null, specialization_id bigint default null,
  from_time timestamptz default null, to_time timestamptz default null, after text default null, page_size int default 20,
  from_date date default null, to_date date default null, near_time_zone text default null)
returns setof app_public.available_slot
language plpgsql stable security definer
-- Plans are kept: planning anew for each call, which lets one statement serve all shapes of a search, cost twenty times what the search did.
-- So there is a statement for each index, and what may be left out is no condition of an index but a filter, or the kept plan would stand on it.
set plan_cache_mode = force_generic_plan
-- Each statement walks an index that is in order already and stops after a page. By the planner's guess of how little a filter leaves, reading
-- all that is free and sorting it looked cheaper: 228 ms with 700 clinics.
set enable_sort = off
-- With enable_sort off the estimated cost is huge. PostgreSQL then compiles the statement just in time, which took 350 ms.
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- The search goes on behind this place in the order of starts_at and id. Behind now: what begins at this moment is not to be had.
  start_from timestamptz := now();
  after_id bigint := 9223372036854775807;
  until timestamptz := coalesce(to_time, 'infinity');
  last_seen timestamptz;
  last_id bigint;
  -- Of the one clinic that is asked about.
  clinic_name text;
  clinic_zone text;
  -- Its doctors of the specialization, if one is asked for. As a subquery of the condition they would cost the searches too that ask for none.
  doctor_ids bigint[];
  -- Across clinics: the dates looked at in one go, and where that ends.
  first_date date;
  next_date date;
  last_date date;
  days int;
  -- No slot that can be booked lies on a date outside of these, wherever the clinic is.
  earliest_date constant date := (now() at time zone 'UTC' - interval '12 hours')::date;
  latest_date constant date := (app_private.latest_slot_start() at time zone 'UTC' + interval '14 hours')::date;
  so_far timestamptz;
  by_doctor boolean;
  by_clinic boolean;
  found_slots int;
  -- From near to far: the time zones whose clinics are searched now (null: all), how far the first are, and where the search of each begins.
  is_near constant boolean := near_time_zone is not null and available_slots.clinic_id is null;
  zones text[];
  nearest int := 0;
  begin_at timestamptz;
  begin_after_id bigint;
begin
  if page_size is null or page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 slots.', '{"argument": "pageSize"}');
  elsif available_slots.doctor_id is not null and available_slots.clinic_id is null then
    perform app_hidden.refuse('invalid_argument', 'A doctor is found within a clinic: give clinicId too.', '{"argument": "clinicId"}');
  elsif is_near and not exists (select from app_private.time_zone_countries tzc where tzc.time_zone = near_time_zone)
      -- Slow, so only for what is seldom asked.
      and not app_private.is_time_zone(near_time_zone) then
    perform app_hidden.refuse('unknown_time_zone', format('"%s" is not an IANA time zone.', near_time_zone),
      jsonb_build_object('argument', 'nearTimeZone', 'given', near_time_zone));
  end if;
  if is_near and available_slots.after ~ '^[0-3]' then
    -- How far the last one was stands before its place.
    nearest := left(available_slots.after, 1)::int;
    available_slots.after := substr(available_slots.after, 2);
  end if;
  if available_slots.after !~ '^00[01][0-9a-f]{13}[0-7][0-9a-f]{15}$' then
    perform app_hidden.refuse('invalid_argument', 'This search did not make this cursor.', '{"argument": "after"}');
  end if;
  -- So that no date is too distant for the arithmetic below.
  if from_date not between earliest_date and latest_date then
    from_date := case when from_date < earliest_date then earliest_date else latest_date + 1 end;
  end if;
  if to_date not between earliest_date and latest_date then
    to_date := case when to_date < earliest_date then earliest_date - 1 else latest_date end;
  end if;
  if available_slots.clinic_id is not null then
    -- Read before, so that it bounds the walk through the index. The dates are the clinic's: from three hours before, as a clock that is put
    -- back may make midnight twice. What they are for good is slot_date.
    select c.name, c.time_zone,
      greatest(from_time, now() + p.lead_time, from_date::timestamp at time zone c.time_zone - interval '3 hours'),
      least(until, now() + p.horizon + interval '1 microsecond', (to_date + 1)::timestamp at time zone c.time_zone)
    into clinic_name, clinic_zone, from_time, until
    from app_public.policies p
    join app_public.clinics c on c.id = p.clinic_id
    where p.clinic_id = available_slots.clinic_id;
    if available_slots.specialization_id is not null then
      doctor_ids := array(
        select ds.doctor_id from app_public.doctor_specializations ds
        where ds.clinic_id = available_slots.clinic_id and ds.specialization_id = available_slots.specialization_id);
      if available_slots.doctor_id <> all (doctor_ids) then
        return;
      end if;
    end if;
  end if;
  if from_time > start_from then
    start_from := from_time;
    after_id := 0;
  end if;
  begin_at := start_from;
  begin_after_id := after_id;
  if available_slots.after is not null then
    -- Sixteen hexadecimal digits of microseconds since 2000, then sixteen of the id. In decimal digits cursors were a tenth of a search.
    last_seen := timestamptz '2000-01-01 UTC' + ('x' || left(available_slots.after, 16))::bit(64)::bigint * interval '1 microsecond';
    last_id := ('x' || right(available_slots.after, 16))::bit(64)::bigint;
    if (last_seen, last_id) > (start_from, after_id) then
      start_from := last_seen;
      after_id := last_id;
    end if;
  end if;

  -- In each: an expired hold is free, whether or not a job has tidied it up. Keyset, not offset: a page costs the same however deep it
  -- lies, and nothing shows twice or is missed while others book. Names are looked up for the page only, one by one: joined, the planner
  -- read all doctors.
  if available_slots.doctor_id is not null then
    return query
      select encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex'),
        available_slots.clinic_id, clinic_name, clinic_zone, available_slots.doctor_id,
        (select d.full_name from app_public.doctors d where d.clinic_id = available_slots.clinic_id and d.id = available_slots.doctor_id),
        bs.id, bs.slot_date, bs.starts_at, bs.ends_at,
        (bs.starts_at at time zone clinic_zone)::time, (bs.ends_at at time zone clinic_zone)::time, null::int
      from app_public.booking_slots bs
      where bs.clinic_id = available_slots.clinic_id and bs.doctor_id = available_slots.doctor_id
        and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
        and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
        and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
      order by bs.starts_at, bs.id limit page_size;
    return;
  elsif available_slots.clinic_id is not null then
    return query
      select encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex'),
        available_slots.clinic_id, clinic_name, clinic_zone, bs.doctor_id,
        (select d.full_name from app_public.doctors d where d.clinic_id = available_slots.clinic_id and d.id = bs.doctor_id),
        bs.id, bs.slot_date, bs.starts_at, bs.ends_at,
        (bs.starts_at at time zone clinic_zone)::time, (bs.ends_at at time zone clinic_zone)::time, null::int
      from app_public.booking_slots bs
      where bs.clinic_id = available_slots.clinic_id
        and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
        and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
        and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
        and (doctor_ids is null or bs.doctor_id = any (doctor_ids))
      order by bs.starts_at, bs.id limit page_size;
    return;
  end if;

  -- Across clinics, some dates at a time. By date, since a date begins at another moment in each zone: a walk by time alone would pass over
  -- what is free in the hours between the first and the last of them.
  select least(to_date, latest_date, max(bs.slot_date)) into last_date
  from app_public.booking_slots bs where bs.status in ('open', 'held') having max(bs.slot_date) is not null;
  for distance in nearest .. case when is_near then 3 else 0 end loop
    if is_near then
      zones := app_private.zones_at_distance(near_time_zone, distance);
      continue when zones = '{}';
      if distance > nearest then
        start_from := begin_at;
        after_id := begin_after_id;
      end if;
    end if;
    -- Of a specialization with few doctors these are asked one by one; by date they would be looked for among all.
    by_doctor := available_slots.specialization_id is not null and not exists (
      select from app_public.doctor_specializations ds
      where ds.specialization_id = available_slots.specialization_id
        and (zones is null or exists (select from app_public.clinics c where c.id = ds.clinic_id and c.time_zone = any (zones)))
      offset 50);
    -- So are few clinics. By date all free slots are looked through for theirs: with as many clinics as the root of all, both cost the same.
    by_clinic := is_near and available_slots.specialization_id is null and (
      select count(*) * count(*) <= greatest(2500, (select k.reltuples from pg_class k where k.oid = 'app_public.clinics'::regclass))
      from app_public.clinics c where c.time_zone = any (zones));
    days := 3;
    -- Twelve hours behind UTC lies the last place where a date goes on, fourteen before it the first.
    first_date := greatest(from_date, (start_from at time zone 'UTC' - interval '12 hours')::date);
    while first_date <= last_date loop
      -- From one date that has free slots to the next: however many dates lie between, they cost one look into the index.
      select bs.slot_date into first_date
      from app_public.booking_slots bs
      where bs.status in ('open', 'held') and bs.slot_date between first_date and last_date
      order by bs.slot_date limit 1;
      exit when first_date is null;
      next_date := least(first_date + days, last_date + 1);
      -- What begins before that lies on none of the dates that follow.
      so_far := case when next_date > last_date then until else least(until, next_date::timestamp at time zone 'UTC' - interval '14 hours') end;
      if by_doctor then
        return query
          select case when is_near then distance::text else '' end || encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex'),
            bs.clinic_id, bs.name, bs.time_zone, bs.doctor_id,
            (select d.full_name from app_public.doctors d where d.clinic_id = bs.clinic_id and d.id = bs.doctor_id),
            bs.id, bs.slot_date, bs.starts_at, bs.ends_at, (bs.starts_at at time zone bs.time_zone)::time, (bs.ends_at at time zone bs.time_zone)::time,
            case when is_near then distance end
          from (
            select bs.* from app_public.doctor_specializations ds
            join app_public.policies p on p.clinic_id = ds.clinic_id
            join app_public.clinics c on c.id = ds.clinic_id
            cross join lateral (select
              greatest(now() + p.lead_time, first_date::timestamp at time zone c.time_zone - interval '3 hours') as earliest,
              least(now() + p.horizon + interval '1 microsecond', next_date::timestamp at time zone c.time_zone) as latest) own
            cross join lateral (
              select bs.clinic_id, c.name, c.time_zone, bs.doctor_id, bs.id, bs.slot_date, bs.starts_at, bs.ends_at from app_public.booking_slots bs
              where bs.clinic_id = ds.clinic_id and bs.doctor_id = ds.doctor_id
                and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
                -- One lower and one upper bound: of more the planner guessed that they leave no more of a clinic than of a doctor.
                and (bs.starts_at, bs.id) > (greatest(start_from, own.earliest), case when start_from >= own.earliest then after_id else 0 end)
                and bs.starts_at < least(so_far, own.latest)
                and bs.slot_date >= first_date and bs.slot_date < next_date
              order by bs.starts_at, bs.id limit page_size) bs
            where ds.specialization_id = available_slots.specialization_id and (zones is null or c.time_zone = any (zones))
            order by bs.starts_at, bs.id limit page_size
          ) bs
          order by bs.starts_at, bs.id;
      elsif by_clinic then
        return query
          select case when is_near then distance::text else '' end || encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex'),
            bs.clinic_id, bs.name, bs.time_zone, bs.doctor_id,
            (select d.full_name from app_public.doctors d where d.clinic_id = bs.clinic_id and d.id = bs.doctor_id),
            bs.id, bs.slot_date, bs.starts_at, bs.ends_at, (bs.starts_at at time zone bs.time_zone)::time, (bs.ends_at at time zone bs.time_zone)::time,
            case when is_near then distance end
          from (
            select bs.* from app_public.clinics c
            join app_public.policies p on p.clinic_id = c.id
            cross join lateral (select
              greatest(now() + p.lead_time, first_date::timestamp at time zone c.time_zone - interval '3 hours') as earliest,
              least(now() + p.horizon + interval '1 microsecond', next_date::timestamp at time zone c.time_zone) as latest) own
            cross join lateral (
              select bs.clinic_id, c.name, c.time_zone, bs.doctor_id, bs.id, bs.slot_date, bs.starts_at, bs.ends_at from app_public.booking_slots bs
              where bs.clinic_id = c.id
                and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
                and (bs.starts_at, bs.id) > (greatest(start_from, own.earliest), case when start_from >= own.earliest then after_id else 0 end)
                and bs.starts_at < least(so_far, own.latest)
                and bs.slot_date >= first_date and bs.slot_date < next_date
              order by bs.starts_at, bs.id limit page_size) bs
            where c.time_zone = any (zones)
            order by bs.starts_at, bs.id limit page_size
          ) bs
          order by bs.starts_at, bs.id;
      else
        -- No joins below: the planner may begin with those, and then sorts all that is free.
        return query
          select case when is_near then distance::text else '' end || encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex'),
            bs.clinic_id, c.name, c.time_zone, bs.doctor_id,
            (select d.full_name from app_public.doctors d where d.clinic_id = bs.clinic_id and d.id = bs.doctor_id),
            bs.id, bs.slot_date, bs.starts_at, bs.ends_at, (bs.starts_at at time zone c.time_zone)::time, (bs.ends_at at time zone c.time_zone)::time,
            case when is_near then distance end
          from (
            select bs.* from generate_series(0, next_date - first_date - 1) day (n)
            cross join lateral (
              select bs.clinic_id, bs.doctor_id, bs.id, bs.slot_date, bs.starts_at, bs.ends_at from app_public.booking_slots bs
              where bs.slot_date = first_date + day.n
                and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
                and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < so_far
                and (available_slots.specialization_id is null or exists (
                  select from app_public.doctor_specializations ds
                  where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id and ds.specialization_id = available_slots.specialization_id))
                and (zones is null or (select c.time_zone = any (zones) from app_public.clinics c where c.id = bs.clinic_id))
                and (select bs.starts_at between now() + p.lead_time and now() + p.horizon from app_public.policies p where p.clinic_id = bs.clinic_id)
              order by bs.starts_at, bs.id limit page_size) bs
            order by bs.starts_at, bs.id limit page_size
          ) bs
          cross join lateral (select c.name, c.time_zone from app_public.clinics c where c.id = bs.clinic_id limit 1) c
          order by bs.starts_at, bs.id;
      end if;
      get diagnostics found_slots = row_count;
      page_size := page_size - found_slots;
      exit when page_size = 0 or so_far >= until;
      start_from := greatest(start_from, so_far);
      after_id := 0;
      first_date := greatest(from_date, next_date - 2);
      days := days * 2;
      -- Three dates that do not fill a page have few of them free: its doctors, or the clinics of the zones, are fewer than all that is.
      by_doctor := available_slots.specialization_id is not null;
      by_clinic := is_near and not by_doctor;
    end loop;
    exit when page_size = 0;
  end loop;
end
$$;

comment on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date, text) is
$c$Slots that a customer could book now, in the order of time: of one doctor (with the clinic), of one clinic, or across all clinics; by specialization; starting from `from_time` (default now) and before `to_time`, on the clinics' local dates from `from_date` to `to_date`, inclusive. With `near_time_zone`, an IANA name, a search across clinics gives the clinics of that zone first, then those of other zones of its country, then those of its region (Europe, America), then the others, each in the order of time; `zone_distance` says which, 0 to 3. Each row carries a cursor: pass the last one as `after` for the next page of `page_size` (1 to 100, default 20).
Times are instants; local_start and local_end are the clinic's clock. Definer rights, because everybody may see what is free but not whose hold on it expired. Open to everybody. Refuses invalid_argument, unknown_time_zone.$c$;

revoke all on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date, text) from public;
grant execute on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date, text) to app_anonymous;
--! EndIncluded booking/available_slots.sql
--! Included booking/days_with_free_slots.sql
create or replace function app_public.days_with_free_slots(
  clinic_id bigint default null, doctor_id bigint default null, specialization_id bigint default null,
  days_from date default null, days_to date default null)
returns setof app_public.day_with_free_slots
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Where a day ends last on earth, today.
  day date := coalesce(days_from, (now() at time zone 'UTC' - interval '12 hours')::date);
  last_day date;
  answer app_public.day_with_free_slots;
begin
  if not isfinite(day) or not isfinite(coalesce(days_to, day)) or days_to - day not between 0 and 61 then
    perform app_hidden.refuse('invalid_argument', 'Ask for 1 to 62 days.', '{"argument": "daysTo"}');
  end if;
  last_day := coalesce(days_to, day + 41);
  while day <= last_day loop
    -- The search itself is asked, so that its rules are not repeated here.
    if days_with_free_slots.clinic_id is not null then
      -- The first free slot of a clinic is on the first day that has one.
      select s.slot_date into day
      from app_public.available_slots(days_with_free_slots.clinic_id, days_with_free_slots.doctor_id, days_with_free_slots.specialization_id,
        from_date => day, to_date => last_day, page_size => 1) s;
    else
      -- Across clinics a later day may begin first, in another zone.
      perform from app_public.available_slots(doctor_id => days_with_free_slots.doctor_id, specialization_id => days_with_free_slots.specialization_id,
        from_date => day, to_date => day, page_size => 1);
    end if;
    if found then
      answer.slot_date := day;
      return next answer;
    elsif days_with_free_slots.clinic_id is not null then
      return;
    end if;
    day := day + 1;
  end loop;
end
$$;

comment on function app_public.days_with_free_slots(bigint, bigint, bigint, date, date) is
'The days, as the clinics'' local dates, on which app_public.available_slots finds anything, for calendars: of one doctor (with the clinic), of one clinic, or across all clinics; by specialization; from `days_from` (default today) to `days_to` (default six weeks in all), inclusive, 62 days at most. Open to everybody. Refuses invalid_argument.';

revoke all on function app_public.days_with_free_slots(bigint, bigint, bigint, date, date) from public;
grant execute on function app_public.days_with_free_slots(bigint, bigint, bigint, date, date) to app_anonymous;
--! EndIncluded booking/days_with_free_slots.sql
--! Included booking/slot_bookability.sql
create or replace function app_public.slot_bookability(clinic_id bigint, booking_slot_id bigint) returns app_public.slot_bookability
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  slot app_public.booking_slots;
  policy app_public.policies;
begin
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = slot_bookability.clinic_id and bs.id = slot_bookability.booking_slot_id;
  if slot.id is null then
    return row(false, 'slot_not_found'::text);
  end if;
  select p.* into strict policy from app_public.policies p where p.clinic_id = slot.clinic_id;
  declare
    state text;
  begin
    perform app_private.judge_slot(slot, app_hidden.current_customer_id());
    perform app_private.judge_time(slot, policy, false);
    return row(true, null::text);
  exception when others then
    get stacked diagnostics state = returned_sqlstate;
    -- Only what was judged: anything else is our fault and must not look like an answer.
    if state not like 'MS5%' then
      raise;
    end if;
    return row(false, (select ec.name from app_hidden.error_codes ec where ec.sqlstate = state));
  end;
end
$$;

comment on function app_public.slot_bookability(bigint, bigint) is
'Whether a customer could book this slot now, and if not, the name of the refusal: slot_not_found, slot_taken, slot_held (by another), slot_withdrawn, booking_too_late, booking_too_far_ahead (never slot_in_the_past, which binds the desk). Judges the slot only, not what else binds a customer, such as how many bookings they may have. Open to everybody, as the search is.';

revoke all on function app_public.slot_bookability(bigint, bigint) from public;
grant execute on function app_public.slot_bookability(bigint, bigint) to app_anonymous;
--! EndIncluded booking/slot_bookability.sql
-- Patients who register say the language of their messages; a preferred channel has an address.
drop function if exists app_public.register_customer(text, text, text, text);
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
--! Included identity/register_customer.sql
create or replace function app_public.register_customer(email text, password text, full_name text, phone text default null, preferred_language text default null)
returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  address app_public.email_address := app_private.require_address(register_customer.email);
  given_name text := nullif(btrim(register_customer.full_name), '');
  hash text;
  target bigint;
  was_known boolean;
begin
  perform app_private.refuse_hasty_network('registration');
  if given_name is null then
    perform app_hidden.refuse('invalid_argument', 'A name is needed.', '{"argument": "fullName"}');
  end if;
  hash := app_private.hash_password(register_customer.password, address);
  -- Somebody who has an account and registers again with its password means that one. A mismatch is not counted against the owner, who has
  -- no part in it: what registrations guess is limited by their number.
  if (select count(*) from app_private.accounts a
      where (a.email = address or a.claimed_email = address) and a.created_at > now() - interval '1 day') < 20 then
    target := app_private.account_by_hash(address, hash, app_private.place_of_attempt(address));
  end if;
  if exists (
       select from app_public.customers c
       where c.account_id = target and not app_hidden.same_name(c.full_name, given_name)) then
    -- Somebody else of the family, with the same password. They know it, so this tells them nothing new.
    perform app_hidden.refuse('email_taken', 'This e-mail address and password are of another person''s account. Choose another password, or sign in.',
      '{"argument": "email"}');
  end if;
  if target is null then
    insert into app_private.accounts (email, password_hash) values (address, hash)
    on conflict on constraint accounts_are_unique_by_email do nothing returning id into target;
    was_known := target is null;
    if was_known then
      -- Answered as anybody is, so that nobody learns who is registered here: with an account of its own, beside the other one. The owner
      -- of the address is told. Rejected: to let nobody in before they have answered a mail, since who registers is about to book.
      if app_private.salt_of(address) <> left(hash, 29) then
        -- The other one is not a moment old.
        hash := app_private.hash_password(register_customer.password, address);
      end if;
      insert into app_private.accounts (claimed_email, password_hash) values (address, hash) returning id into target;
    end if;
    perform app_private.queue_account_message(address, target, case when was_known then 'registered_again' else 'registered' end,
      register_customer.preferred_language);
  end if;
  insert into app_public.customers (account_id, full_name, email, phone, preferred_language)
  values (target, given_name, address, nullif(btrim(register_customer.phone), ''), register_customer.preferred_language)
  on conflict on constraint an_account_is_one_customer do nothing;
  -- Each may hold what the policy of a clinic allows: many accounts from one place are a way around it.
  perform app_private.count_network_attempt('registration');
  return app_private.start_session(target);
end
$$;

comment on function app_public.register_customer(text, text, text, text, text) is
'Registers a patient with an account of their own and signs them in. `preferred_language` (en, de) is that of the messages to them; without it, each clinic''s own. Open to everybody. Known and unknown addresses are answered alike: where an account exists that the password does not open, the new one stands beside it, opened by the address and its own password, and the owner of the address is told by mail. Refuses invalid_email, text_too_long, text_not_accepted, weak_password, invalid_argument, email_taken (the password opens the account of somebody with another name), too_many_attempts (many from one network).';

revoke all on function app_public.register_customer(text, text, text, text, text) from public;
grant execute on function app_public.register_customer(text, text, text, text, text) to app_anonymous;
--! EndIncluded identity/register_customer.sql
--! Included identity/require_address_for.sql
create or replace function app_hidden.require_address_for(chosen text, channel text, address text, argument text) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if chosen = channel and address is null then
    perform app_hidden.refuse('channel_needs_address',
      case channel when 'sms' then 'Messages by SMS need a phone number.' else 'Messages by e-mail need an e-mail address.' end,
      jsonb_build_object('argument', argument));
  end if;
  return true;
end
$$;

comment on function app_hidden.require_address_for(text, text, text, text) is
'True unless the chosen channel is this one and its address is missing; for checks of tables, as app_hidden.require_length. Refuses channel_needs_address, naming the argument.';

revoke all on function app_hidden.require_address_for(text, text, text, text) from public;
grant execute on function app_hidden.require_address_for(text, text, text, text) to app_anonymous;
--! EndIncluded identity/require_address_for.sql
--! Included identity/follow_profile.sql
create or replace function app_private.follow_profile() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.clinic_customers cc
  set full_name = case when 'full_name' = any (cc.copied_from_profile) then NEW.full_name else cc.full_name end,
      email = case when 'email' = any (cc.copied_from_profile) then NEW.email else cc.email end,
      phone = case when 'phone' = any (cc.copied_from_profile) then NEW.phone else cc.phone end,
      -- Without the number that it would need, the clinic's choice of a channel has no effect.
      preferred_channel = case
        when cc.preferred_channel = 'sms' and NEW.phone is null and 'phone' = any (cc.copied_from_profile) then null
        when cc.preferred_channel = 'email' and NEW.email is null and 'email' = any (cc.copied_from_profile) then null
        else cc.preferred_channel end
  where cc.customer_id = NEW.id and cc.copied_from_profile <> '{}';
  return null;
end
$$;

comment on function app_private.follow_profile() is
'Trigger of customers: brings a changed name or contact to the clinics that copied it and have not edited their copy.';

revoke all on function app_private.follow_profile() from public;
--! EndIncluded identity/follow_profile.sql
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
