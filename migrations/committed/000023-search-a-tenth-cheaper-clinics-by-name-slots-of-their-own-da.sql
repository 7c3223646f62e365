--! Previous: sha1:09ca44b7e7aa2bc4db41ebac1c03bf682896f62a
--! Hash: sha1:7131e2e07b30d70b77dbc988e3cfeae5d6fea7ed
--! Message: search a tenth cheaper, clinics by name, slots of their own date

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
  ('MS903', 'query_too_complex', 400, 'Query too complex', 'The document exceeds a limit of depth, cost, aliases, tokens, page size or what its variables hold. The detail names it.'),
  ('MS904', 'bad_request', 400, 'Bad request', 'The request itself is malformed.'),
  ('MS905', 'not_found', 404, 'Nothing here', 'There is nothing at this address.'),
  ('MS906', 'method_not_allowed', 405, 'Method not allowed', 'The address does not know this method. The header Allow lists those it knows.'),
  ('MS907', 'body_too_large', 413, 'Body too large', 'The body of the request is larger than 100 kB.'),
  ('MS908', 'unsupported_media_type', 415, 'Media type not supported', 'The body must be application/json (for PATCH also application/merge-patch+json).'),
  ('MS909', 'introspection_disabled', 400, 'No introspection', 'The document asks for __schema or __type, which this server does not answer. The schema is in schema.graphql.'),
  ('MS910', 'document_not_trusted', 400, 'Document not trusted', 'This server runs only the documents it was given in advance. The one that was sent, or named by documentId, is none of them.'),
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

-- Clinics are found by a part of their name, and shown in its order: the API filters and orders by what an index covers.
create index if not exists clinics_name_idx on app_public.clinics (name);

-- Slots that somebody inserts by hand are dated as those that are generated are. Of those that exist none is looked at: they never change.
--! Included schedule/require_local_date.sql
create or replace function app_private.require_local_date() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  wrong record;
begin
  -- One statement for a whole generation. That a date is that of the beginning, and not of the end, is what search goes by.
  select made.id, made.slot_date, made.starts_at, c.time_zone into wrong
  from made
  join app_public.clinics c on c.id = made.clinic_id
  where made.slot_date <> (made.starts_at at time zone c.time_zone)::date
  limit 1;
  if found then
    raise exception 'booking slot % begins on % in %, not on %',
      wrong.id, (wrong.starts_at at time zone wrong.time_zone)::date, wrong.time_zone, wrong.slot_date
      using errcode = 'check_violation', constraint = TG_NAME;
  end if;
  return null;
end
$$;

comment on function app_private.require_local_date() is
'Trigger: refuses check_violation for new slots of another date than the one on which they begin by their clinic''s clock. Search across clinics goes by that date and would pass them over.';

revoke all on function app_private.require_local_date() from public;
--! EndIncluded schedule/require_local_date.sql
drop trigger if exists booking_slots_have_the_local_date_of_their_beginning on app_public.booking_slots;
create trigger booking_slots_have_the_local_date_of_their_beginning after insert on app_public.booking_slots
  referencing new table as made for each statement execute function app_private.require_local_date();

-- A search costs a tenth less. Cursors of the release before are refused: whoever is paging begins again.
--! Included booking/available_slots.sql
create or replace function app_public.available_slots(
  clinic_id bigint default null, doctor_id bigint default null, specialization_id bigint default null,
  from_time timestamptz default null, to_time timestamptz default null, after text default null, page_size int default 20,
  from_date date default null, to_date date default null)
returns setof app_public.available_slot
language plpgsql stable security definer
-- Plans are kept: planning anew for each call, which lets one statement serve all shapes of a search, cost twenty times what the search did.
-- So there is a statement for each index, and what may be left out is no condition of an index but a filter, or the kept plan would stand on it.
set plan_cache_mode = force_generic_plan
-- Each statement walks an index that is in order already and stops after a page. By the planner's guess of how little a filter leaves, reading
-- all that is free and sorting it looked cheaper: 228 ms with 700 clinics.
set enable_sort = off
set search_path = pg_catalog, pg_temp as $$
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
  days int := 3;
  so_far timestamptz;
  by_doctor boolean;
  found_slots int;
begin
  if page_size is null or page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 slots.', '{"argument": "pageSize"}');
  elsif available_slots.doctor_id is not null and available_slots.clinic_id is null then
    perform app_hidden.refuse('invalid_argument', 'A doctor is found within a clinic: give clinicId too.', '{"argument": "clinicId"}');
  elsif available_slots.after !~ '^00[01][0-9a-f]{13}[0-7][0-9a-f]{15}$' then
    perform app_hidden.refuse('invalid_argument', 'This cursor was not made here.', '{"argument": "after"}');
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
        (bs.starts_at at time zone clinic_zone)::time, (bs.ends_at at time zone clinic_zone)::time
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
        (bs.starts_at at time zone clinic_zone)::time, (bs.ends_at at time zone clinic_zone)::time
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
  -- what is free in the hours between the first and the last of them. Of a specialization with few doctors these are asked one by one,
  -- who by date would be looked for among all.
  by_doctor := available_slots.specialization_id is not null and not exists (
    select from app_public.doctor_specializations ds where ds.specialization_id = available_slots.specialization_id offset 50);
  -- Twelve hours behind UTC lies the last place where a date goes on, fourteen before it the first.
  first_date := greatest(from_date, (start_from at time zone 'UTC' - interval '12 hours')::date);
  select least(to_date, max(bs.slot_date)) into last_date
  from app_public.booking_slots bs where bs.status in ('open', 'held') having max(bs.slot_date) is not null;
  while first_date <= last_date loop
    next_date := least(first_date + days, last_date + 1);
    -- What begins before that lies on none of the dates that follow.
    so_far := case when next_date > last_date then until else least(until, next_date::timestamp at time zone 'UTC' - interval '14 hours') end;
    if by_doctor then
      return query
        select encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex'),
          bs.clinic_id, bs.name, bs.time_zone, bs.doctor_id,
          (select d.full_name from app_public.doctors d where d.clinic_id = bs.clinic_id and d.id = bs.doctor_id),
          bs.id, bs.slot_date, bs.starts_at, bs.ends_at, (bs.starts_at at time zone bs.time_zone)::time, (bs.ends_at at time zone bs.time_zone)::time
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
          where ds.specialization_id = available_slots.specialization_id
          order by bs.starts_at, bs.id limit page_size
        ) bs
        order by bs.starts_at, bs.id;
    else
      -- No joins below: the planner may begin with those, and then sorts all that is free.
      return query
        select encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex'),
          bs.clinic_id, c.name, c.time_zone, bs.doctor_id,
          (select d.full_name from app_public.doctors d where d.clinic_id = bs.clinic_id and d.id = bs.doctor_id),
          bs.id, bs.slot_date, bs.starts_at, bs.ends_at, (bs.starts_at at time zone c.time_zone)::time, (bs.ends_at at time zone c.time_zone)::time
        from (
          select bs.* from generate_series(first_date, next_date - 1, interval '1 day') day (slot_date)
          cross join lateral (
            select bs.clinic_id, bs.doctor_id, bs.id, bs.slot_date, bs.starts_at, bs.ends_at from app_public.booking_slots bs
            where bs.slot_date = day.slot_date::date
              and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
              and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < so_far
              and (available_slots.specialization_id is null or exists (
                select from app_public.doctor_specializations ds
                where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id and ds.specialization_id = available_slots.specialization_id))
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
    -- Three dates that do not fill a page have few of them free: its doctors are fewer than all that is.
    by_doctor := available_slots.specialization_id is not null;
  end loop;
end
$$;

comment on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date) is
$c$Slots that a customer could book now, in the order of time: of one doctor (with the clinic), of one clinic, or across all clinics; by specialization; starting from `from_time` (default now) and before `to_time`, on the clinics' local dates from `from_date` to `to_date`, inclusive. Each row carries a cursor: pass the last one as `after` for the next page of `page_size` (1 to 100, default 20).
Times are instants; local_start and local_end are the clinic's clock. Definer rights, because everybody may see what is free but not whose hold on it expired. Open to everybody. Refuses invalid_argument.$c$;

revoke all on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date) from public;
grant execute on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date) to app_anonymous;
--! EndIncluded booking/available_slots.sql
