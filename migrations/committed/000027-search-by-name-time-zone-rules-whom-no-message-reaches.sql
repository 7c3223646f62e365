--! Previous: sha1:957ec7e657a7b6b8a17e86f0c1af0e1d31947d78
--! Hash: sha1:5913fb47b087dd78b124f5b51d5ae07a9e71ff87
--! Message: Search by name, time zone rules, whom no message reaches

-- Enter migration here














-- Pages show what PostgreSQL's clocks show, and slots follow when an update of its time zone data changes the rules of a zone.
do $$
begin
  if to_regtype('app_public.utc_offset') is null then
    create type app_public.utc_offset as (time_zone text, since timestamptz, seconds int);
  end if;
end
$$;
comment on type app_public.utc_offset is 'From when on a time zone is how far from UTC.';
comment on column app_public.utc_offset.seconds is 'By how much its clocks are ahead of UTC; negative where they are behind.';
create table if not exists app_private.time_zone_rules (
  time_zone text not null,
  from_time timestamptz not null,
  to_time timestamptz not null,
  offsets app_public.utc_offset[] not null,
  changed_at timestamptz,
  constraint a_time_zone_has_its_rules_once primary key (time_zone)
);
comment on table app_private.time_zone_rules is 'By which offsets slots were made, per time zone: what app_private.note_time_zone_rules found in PostgreSQL''s time zone data.';
comment on column app_private.time_zone_rules.changed_at is 'When it was found that PostgreSQL computes by other rules now. The old ones stay here until the slots have been moved.';
alter table app_private.time_zone_rules enable row level security;
-- Deferred by move_slots_to_their_clock alone.
alter table app_public.bookings alter constraint live_bookings_are_of_a_booked_slot deferrable initially immediate;
--! Included schedule/utc_offset_at.sql
create or replace function app_private.utc_offset_at(at timestamptz, time_zone text) returns int
language sql stable parallel safe strict
return extract(epoch from (at at time zone time_zone) - (at at time zone 'UTC'))::int;

comment on function app_private.utc_offset_at(timestamptz, text) is
'How many seconds the clocks of an IANA zone are ahead of UTC at an instant, by PostgreSQL''s time zone data.';

revoke all on function app_private.utc_offset_at(timestamptz, text) from public;
--! EndIncluded schedule/utc_offset_at.sql
--! Included schedule/utc_offsets_of.sql
create or replace function app_private.utc_offsets_of(time_zone text, from_time timestamptz, to_time timestamptz)
returns app_public.utc_offset[]
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  offsets app_public.utc_offset[] := array[row(
    time_zone, from_time, app_private.utc_offset_at(from_time, time_zone))::app_public.utc_offset];
  day record;
  before timestamptz;
  after timestamptz;
  middle timestamptz;
begin
  -- PostgreSQL does not list the changes of a zone. Each day whose end has another offset than its beginning has one.
  for day in
    select d.at - interval '24 hours' as begins, d.at as ends, d.seconds
    from (
      select s.at, s.seconds, lag(s.seconds) over (order by s.at) as seconds_before
      from (
        select t.at, app_private.utc_offset_at(t.at, utc_offsets_of.time_zone) as seconds
        from generate_series(from_time, to_time, interval '24 hours') t (at)
      ) s
    ) d
    where d.seconds <> d.seconds_before
    order by d.at
  loop
    before := day.begins;
    after := day.ends;
    while after - before > interval '1 second' loop
      middle := date_trunc('second', before + (after - before) / 2);
      if app_private.utc_offset_at(middle, time_zone) = day.seconds then
        after := middle;
      else
        before := middle;
      end if;
    end loop;
    offsets := offsets || row(time_zone, after, day.seconds)::app_public.utc_offset;
  end loop;
  return offsets;
end
$$;

comment on function app_private.utc_offsets_of(text, timestamptz, timestamptz) is
'The offsets of an IANA zone between two instants, by PostgreSQL''s time zone data: the one at `from_time`, and each that follows with the instant of its change. The instants are whole seconds.';

revoke all on function app_private.utc_offsets_of(text, timestamptz, timestamptz) from public;
--! EndIncluded schedule/utc_offsets_of.sql
--! Included schedule/utc_offsets.sql
create or replace function app_public.utc_offsets(time_zones text[]) returns app_public.utc_offset[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if cardinality(time_zones) > 100 then
    perform app_hidden.refuse('invalid_argument', 'Ask for at most 100 time zones.', '{"argument": "timeZones"}');
  end if;
  return coalesce((
    select array_agg(o order by o.time_zone, o.since)
    from (select distinct z.name from unnest(time_zones) z (name)) zone
    cross join lateral unnest(app_private.utc_offsets_of(
      zone.name, date_trunc('day', now()) - interval '6 years', date_trunc('day', now()) + interval '4 years')) o
    -- Only these cost the work of looking changes up.
    where exists (select from app_public.clinics c where c.time_zone = zone.name)), '{}');
end
$$;

comment on function app_public.utc_offsets(text[]) is
'What the clocks of these time zones show: for each that a clinic has, its offsets from UTC over the last six and the next four years, in the order of time. Pages show local times by these, and not by the time zone data of the reader''s device, which may differ from the server''s. Open to everybody. Refuses invalid_argument (more than 100 zones).';

revoke all on function app_public.utc_offsets(text[]) from public;
grant execute on function app_public.utc_offsets(text[]) to app_anonymous;
--! EndIncluded schedule/utc_offsets.sql
--! Included schedule/clinic_utc_offsets.sql
create or replace function app_private.clinic_utc_offsets() returns setof app_public.utc_offset
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select o.*
    from (select distinct c.time_zone from app_public.clinics c) zone
    cross join lateral unnest(app_private.utc_offsets_of(
      zone.time_zone, date_trunc('day', now()), date_trunc('day', now()) + interval '3 years')) o;
end
$$;

comment on function app_private.clinic_utc_offsets() is
'The offsets from UTC of every zone that a clinic has, over the next three years. For the comparison with the time zone data of the programs (src/time_zones.ts).';

revoke all on function app_private.clinic_utc_offsets() from public;
grant execute on function app_private.clinic_utc_offsets() to app_authenticator;
--! EndIncluded schedule/clinic_utc_offsets.sql
--! Included schedule/slots_off_their_clock.sql
create or replace function app_private.slots_off_their_clock(clinic_id bigint)
returns table (
  booking_slot_id bigint, booking_id bigint, doctor_id bigint, status app_public.slot_status, slot_date date, local_start time,
  during tstzrange, new_during tstzrange)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  zone text;
  rules app_private.time_zone_rules;
  instants timestamptz[];
  seconds int[];
begin
  select c.time_zone into zone from app_public.clinics c where c.id = slots_off_their_clock.clinic_id;
  select r.* into rules from app_private.time_zone_rules r where r.time_zone = zone;
  if rules.time_zone is null or rules.offsets = app_private.utc_offsets_of(zone, rules.from_time, rules.to_time) then
    return;
  end if;
  select array_agg(o.since order by o.since), array_agg(o.seconds order by o.since) into instants, seconds from unnest(rules.offsets) o;
  return query
    select s.id, b.id, s.doctor_id, s.status, s.slot_date, s.meant_start::time, s.during,
      case when n.starts_at < n.ends_at then tstzrange(n.starts_at, n.ends_at) end
    from (
      -- What the clinic's clock showed by the rules under which the slot was made.
      select bs.*,
        bs.starts_at at time zone 'UTC' + seconds[width_bucket(bs.starts_at, instants)] * interval '1 second' as meant_start,
        bs.ends_at at time zone 'UTC' + seconds[width_bucket(bs.ends_at, instants)] * interval '1 second' as meant_end
      from app_public.booking_slots bs
      where bs.clinic_id = slots_off_their_clock.clinic_id and bs.starts_at > now() and bs.status <> 'withdrawn'
        -- By the new rules, also those that have been moved.
        and (rules.changed_at is null or bs.created_at < rules.changed_at)
    ) s
    cross join lateral (
      select app_hidden.local_instant(s.meant_start, zone) as starts_at, app_hidden.local_instant(s.meant_end, zone) as ends_at) n
    join app_public.time_slots ts on ts.clinic_id = s.clinic_id and ts.id = s.time_slot_id
    left join app_public.bookings b on b.clinic_id = s.clinic_id and b.active_booking_slot_id = s.id
    where (s.meant_start <> s.starts_at at time zone zone or s.meant_end <> s.ends_at at time zone zone)
      -- Made after the update: where the new rules put it.
      and s.during is distinct from app_hidden.local_range(s.slot_date, ts.start_time, ts.end_time, zone)
    order by s.starts_at, s.id;
end
$$;

comment on function app_private.slots_off_their_clock(bigint) is
'The slots ahead of a clinic that are no longer at the local time at which they were made, since PostgreSQL''s time zone data were updated and the rules of the clinic''s zone are others now: with the local time they were made for, their hours (`during`), and the hours they should have (`new_during`; null where the clocks skip them now). For DBAs: docs/operations.md.';

revoke all on function app_private.slots_off_their_clock(bigint) from public;
--! EndIncluded schedule/slots_off_their_clock.sql
--! Included schedule/note_time_zone_rules.sql
create or replace function app_private.note_time_zone_rules() returns setof app_private.time_zone_rules
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- One at a time: of two that find a change, the second finds it noted.
  perform pg_advisory_xact_lock(hashtextextended('medislot time zone rules', 0));
  delete from app_private.time_zone_rules r where not exists (select from app_public.clinics c where c.time_zone = r.time_zone);
  insert into app_private.time_zone_rules as r (time_zone, from_time, to_time, offsets)
  select zone.time_zone, span.from_time, span.to_time, app_private.utc_offsets_of(zone.time_zone, span.from_time, span.to_time)
  from (select distinct c.time_zone from app_public.clinics c) zone
  -- Longer than slots lie ahead, and from before any that is not over.
  cross join (select date_trunc('day', now()) - interval '7 days' as from_time, date_trunc('day', now()) + interval '4 years' as to_time) span
  on conflict on constraint a_time_zone_has_its_rules_once do update
    set from_time = excluded.from_time, to_time = excluded.to_time, offsets = excluded.offsets, changed_at = null
    -- Rules under which slots were made are kept until these slots are moved: see slots_off_their_clock.
    where r.offsets = app_private.utc_offsets_of(r.time_zone, r.from_time, r.to_time)
      or r.changed_at is not null and not exists (
        select from app_public.clinics c cross join lateral app_private.slots_off_their_clock(c.id)
        where c.time_zone = r.time_zone);
  update app_private.time_zone_rules r set changed_at = now()
  where r.changed_at is null and r.offsets <> app_private.utc_offsets_of(r.time_zone, r.from_time, r.to_time);
  return query select r.* from app_private.time_zone_rules r where r.changed_at is not null order by r.time_zone;
end
$$;

comment on function app_private.note_time_zone_rules() is
'Notes by which rules PostgreSQL computes the local times of each zone that a clinic has, and returns the zones whose rules have changed since they were noted, by an update of its time zone data, as long as slots are where the old rules put them. For the daily job compare_time_zones.';

revoke all on function app_private.note_time_zone_rules() from public;
--! EndIncluded schedule/note_time_zone_rules.sql
--! Included schedule/changed_time_zones.sql
create or replace function app_private.changed_time_zones() returns int
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (select count(*) from app_private.time_zone_rules r where r.changed_at is not null);
end
$$;

comment on function app_private.changed_time_zones() is
'For /metrics: how many time zones of clinics have slots that an update of the time zone data left at other local times than they were made for.';

revoke all on function app_private.changed_time_zones() from public;
grant execute on function app_private.changed_time_zones() to app_authenticator;
--! EndIncluded schedule/changed_time_zones.sql
--! Included schedule/move_slots_to_their_clock.sql
create or replace function app_private.move_slots_to_their_clock(
  clinic_id bigint, out slots_moved int, out bookings_moved int, out slots_left int)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics := app_private.lock_schedule(move_slots_to_their_clock.clinic_id);
  off_ids bigint[];
  new_durings tstzrange[];
  old app_public.booking_slots[];
  moved record;
  new_id bigint;
  booking app_public.bookings;
begin
  -- From here on new slots count as made by the new rules.
  perform app_private.note_time_zone_rules();
  -- In the order in which every transaction locks slots. One that is being booked is waited for, and then judged.
  perform from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.starts_at > now() and bs.status <> 'withdrawn'
  order by bs.id
  for update;
  select array_agg(o.booking_slot_id), array_agg(o.new_during) into off_ids, new_durings
  from app_private.slots_off_their_clock(clinic.id) o where o.new_during is not null;
  select array_agg(bs) into old from app_public.booking_slots bs where bs.clinic_id = clinic.id and bs.id = any (off_ids);

  -- The hours of a slot never change: new slots take the places of the old ones, which all give them up first. Until the bookings have
  -- followed they are of slots that are withdrawn.
  set constraints app_public.live_bookings_are_of_a_booked_slot deferred;
  perform set_config('medislot.reason', 'time zone rules changed', true);
  update app_public.booking_slots bs set status = 'withdrawn', superseded = true, customer_id = null, held_until = null
  where bs.clinic_id = clinic.id and bs.id = any (off_ids);
  slots_moved := 0;
  bookings_moved := 0;
  for moved in
    select w.*, o.status, o.starts_at
    from unnest(old) o
    cross join lateral (
      select o.id as old_id, o.doctor_id, o.time_slot_id, o.slot_date, o.from_template, new_durings[array_position(off_ids, o.id)] as during) w
    -- Booked ones first, which must have their place. Two bookings of one customer, one right after the other, must not meet on the way:
    -- those that move to a later time begin with the last.
    order by o.status = 'booked' desc, lower(w.during) > o.starts_at desc,
      extract(epoch from o.starts_at) * case when lower(w.during) > o.starts_at then -1 else 1 end
  loop
    if moved.status = 'booked' then
      insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template)
      values (clinic.id, moved.doctor_id, moved.time_slot_id, moved.slot_date, moved.during, moved.from_template)
      returning bs.id into new_id;
      select b.* into strict booking from app_public.bookings b
      where b.clinic_id = clinic.id and b.active_booking_slot_id = moved.old_id for no key update;
      update app_public.booking_slots bs set status = 'booked', customer_id = booking.customer_id
      where bs.clinic_id = clinic.id and bs.id = new_id;
      update app_public.bookings b set booking_slot_id = new_id, sequence = b.sequence + 1
      where b.clinic_id = clinic.id and b.id = booking.id
      returning b.* into booking;
      if booking.status = 'booked' then
        -- The local time is the same, but not the instant, which calendars keep: the message brings them a new entry.
        perform app_private.drop_notifications(booking);
        perform app_private.queue_notifications(booking, 'booking_rescheduled', moved.starts_at);
      end if;
      bookings_moved := bookings_moved + 1;
      slots_moved := slots_moved + 1;
    else
      insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template)
      values (clinic.id, moved.doctor_id, moved.time_slot_id, moved.slot_date, moved.during, moved.from_template)
      on conflict do nothing;
      slots_moved := slots_moved + found::int;
    end if;
  end loop;
  set constraints app_public.live_bookings_are_of_a_booked_slot immediate;
  perform set_config('medislot.reason', '', true);
  select count(*) into slots_left from app_private.slots_off_their_clock(clinic.id);
end
$$;

comment on function app_private.move_slots_to_their_clock(bigint) is
'Moves the slots ahead of a clinic that slots_off_their_clock lists to the local times for which they were made. Bookings move with them: their customers get the message of a moved visit, with a calendar file, and new reminders. Holds on these slots end. Slots at local times that the clocks skip now are left for the desk. For DBAs: docs/operations.md. Refuses clinic_not_found; exclusion_violation when a booking''s new time is taken, and then moves nothing.';

revoke all on function app_private.move_slots_to_their_clock(bigint) from public;
--! EndIncluded schedule/move_slots_to_their_clock.sql

-- A message without an address fails at once, and the result of what the clinic cancels says who has to be phoned.
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
  ('MS704', 'no_address', 409, 'No address known', 'The clinic knows no address for any channel over which it sends this kind of message. Phone the patient, or add an address first.'),
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
drop function if exists app_private.choose_channel(bigint, bigint, app_public.notification_kind);
--! Included notification/choose_channel.sql
create or replace function app_private.choose_channel(
  clinic_id bigint, customer_id bigint, kind app_public.notification_kind, out channel text, out has_address boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  select nr.channel, case nr.channel when 'email' then cc.email is not null else cc.phone_takes_sms end
  into choose_channel.channel, choose_channel.has_address
  from app_public.notification_rules nr
  join app_public.clinic_customers cc on cc.clinic_id = nr.clinic_id and cc.customer_id = choose_channel.customer_id
  join app_public.customers c on c.id = cc.customer_id
  where nr.clinic_id = choose_channel.clinic_id and nr.kind = choose_channel.kind
  -- A channel whose address is known before one that is preferred: a message over another channel is better than none.
  order by case nr.channel when 'email' then cc.email is null else not cc.phone_takes_sms end,
    nr.channel is distinct from coalesce(c.preferred_channel, cc.preferred_channel, 'email')
  limit 1;
end
$$;

comment on function app_private.choose_channel(bigint, bigint, app_public.notification_kind) is
'The channel over which a clinic sends this kind of message to a customer: the preferred one where the clinic''s rules have it and the address is known, else another of its channels; and whether an address for it is known. Null when the clinic does not send this kind.';

revoke all on function app_private.choose_channel(bigint, bigint, app_public.notification_kind) from public;
--! EndIncluded notification/choose_channel.sql
--! Included notification/queue_notifications.sql
create or replace function app_private.queue_notifications(
  booking app_public.bookings, kind app_public.notification_kind, earlier_start timestamptz default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  chosen record := app_private.choose_channel(booking.clinic_id, booking.customer_id, kind);
begin
  -- Rows only, no job and no notify: either would take a lock that all commits share. The job send_notifications finds what is due.
  if chosen.channel is not null then
    -- Whether it waits for the end of the quiet hours is decided when it is sent (claim_notifications).
    insert into app_public.notifications (
      clinic_id, booking_id, customer_id, kind, channel, booking_sequence, due_at, answers_until, earlier_start, state, last_error)
    values (booking.clinic_id, booking.id, booking.customer_id, kind, chosen.channel, booking.sequence, now(),
      case when app_hidden.current_customer_id() = booking.customer_id then now() + interval '1 hour' end,
      queue_notifications.earlier_start,
      -- Without an address it has failed already, and the desk sees it at once.
      (case when chosen.has_address then 'pending' else 'dead' end)::app_public.notification_state,
      case when not chosen.has_address then 'the clinic knows no address for ' || chosen.channel end);
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

comment on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind, timestamptz) is
'Records what is to be sent about a booking, in the booking''s own transaction: the message itself, over the channel that clinic and customer chose, dead from the beginning when no address is known; the clinic''s webhooks; and, for a new time, the reminders. `earlier_start` is the start that a moved booking had before.';

revoke all on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind, timestamptz) from public;
--! EndIncluded notification/queue_notifications.sql
--! Included notification/reconcile_reminders.sql
create or replace function app_private.reconcile_reminders(clinic_id bigint, booking_id bigint default null) returns void
language plpgsql volatile
-- One kept plan for a booking and for a whole clinic, as a range of ids: planned anew it cost a booking a tenth of its time.
set plan_cache_mode = force_generic_plan
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic record;
begin
  select c.id, c.time_zone, p.reminder_lead_times as lead_times, p.quiet_from, p.quiet_until, exists (
    select from app_public.notification_rules nr where nr.clinic_id = c.id and nr.kind = 'booking_reminder') as sends_reminders
  into clinic
  from app_public.clinics c join app_public.policies p on p.clinic_id = c.id
  where c.id = reconcile_reminders.clinic_id;

  if reconcile_reminders.booking_id is null then
    update app_public.notifications n set state = 'dropped', dropped_because = 'rules_changed'
    where n.clinic_id = clinic.id and n.kind = 'booking_reminder' and n.state = 'pending'
      and (not clinic.sends_reminders or n.lead_time <> all (clinic.lead_times));
    -- The quiet hours may be others, too.
    update app_public.notifications n set due_at = r.due_at, send_after = null
    from (
      select x.id, coalesce(app_private.before_quiet_hours(
        b.starts_at - x.lead_time, clinic.time_zone, clinic.quiet_from, clinic.quiet_until), b.starts_at - x.lead_time) as due_at
      from app_public.notifications x
      join app_public.bookings b on b.clinic_id = x.clinic_id and b.id = x.booking_id
      where x.clinic_id = clinic.id and x.kind = 'booking_reminder' and x.state = 'pending' and x.attempts = 0 and x.generation = 1
    ) r
    where n.clinic_id = clinic.id and n.id = r.id and n.due_at <> r.due_at;
  end if;
  if not clinic.sends_reminders then
    return;
  end if;

  insert into app_public.notifications as n (clinic_id, booking_id, customer_id, kind, channel, lead_time, booking_sequence, due_at)
  select b.clinic_id, b.id, b.customer_id, 'booking_reminder',
    (app_private.choose_channel(b.clinic_id, b.customer_id, 'booking_reminder')).channel, lead.lead_time, b.sequence,
    -- In the quiet hours nobody is reminded, but before. What this plans is judged again by claim_notifications.
    coalesce(app_private.before_quiet_hours(b.starts_at - lead.lead_time, clinic.time_zone, clinic.quiet_from, clinic.quiet_until),
             b.starts_at - lead.lead_time)
  from app_public.bookings b
  cross join unnest(clinic.lead_times) with ordinality as lead (lead_time, place)
  where b.clinic_id = clinic.id
    and b.id between coalesce(reconcile_reminders.booking_id, 0) and coalesce(reconcile_reminders.booking_id, 9223372036854775807)
    and b.status = 'booked' and b.starts_at - lead.lead_time > now()
    -- Once, or a policy that names a lead time twice ('1 day' and '24 hours') would stop all bookings of its clinic.
    and array_position(clinic.lead_times, lead.lead_time) = lead.place
  -- A lead time that was taken out of the policy and comes back, or a check-in that was taken back: other changes of a booking give it
  -- another sequence, and so other reminders.
  on conflict on constraint a_booking_is_told_each_thing_once do update
    set state = 'pending', dropped_because = null, due_at = excluded.due_at, send_after = null
    where n.state = 'dropped' and n.dropped_because in ('rules_changed', 'booking_changed');
end
$$;

comment on function app_private.reconcile_reminders(bigint, bigint) is
'Gives a booking (or, with null, every booking ahead of a clinic) the reminders that the policy wants: one per lead time that still lies ahead. In a whole clinic also drops those it no longer wants, and plans those it has by the quiet hours of now.';

revoke all on function app_private.reconcile_reminders(bigint, bigint) from public;
--! EndIncluded notification/reconcile_reminders.sql
--! Included notification/is_permanent_failure.sql
create or replace function app_private.is_permanent_failure(channel text, code text) returns boolean
language sql immutable
return case
  when code = 'no_address' then true
  -- SMTP: 5xx says never, 4xx not now.
  when channel = 'email' then code ~ '^5\d\d$'
  -- HTTP: what the receiver does not take it will not take the next time either, but for its own troubles, time limits and rates.
  -- 401, 403 and 404 of a webhook are a configuration that somebody may be mending this hour.
  when channel = 'sms' then code ~ '^4\d\d$' and code not in ('401', '403', '408', '425', '429')
  else code in ('400', '410', '413', '415', '422', 'not_public')
end;

comment on function app_private.is_permanent_failure(text, text) is
'Whether to give up at once: a channel''s answer (SMTP response code, HTTP status, no_address when there is no address to send to) that another attempt will not change. Null or the code of a network error is not.';

revoke all on function app_private.is_permanent_failure(text, text) from public;
--! EndIncluded notification/is_permanent_failure.sql
--! Included notification/send_again.sql
create or replace function app_public.send_again(clinic_id bigint, notification_id bigint) returns app_public.notifications
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  n app_public.notifications;
  chosen record;
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
  -- To where the customer wants it by now.
  chosen := app_private.choose_channel(n.clinic_id, n.customer_id, n.kind);
  if n.channel <> 'webhook' and not chosen.has_address then
    perform app_hidden.refuse('no_address', 'The clinic knows no address to which this message could be sent.',
      jsonb_build_object('channel', chosen.channel));
  end if;
  update app_public.notifications x
  set state = 'pending', generation = x.generation + 1, attempts = 0, retry_at = null, sent_at = null, last_error = null,
      due_at = now(), send_after = null, answers_until = now() + interval '1 hour',
      channel = case when x.channel = 'webhook' then x.channel else coalesce(chosen.channel, x.channel) end
  where x.clinic_id = n.clinic_id and x.id = n.id
  returning x.* into n;
  return n;
end
$$;

comment on function app_public.send_again(bigint, bigint) is
'Sends a message once more that was sent or has died, to the address that the clinic knows now. It counts as another message with the provider, and quiet hours do not hold it back within the hour. For the desk. Refuses forbidden, notification_not_found, illegal_transition (waiting, or dropped), no_address.';

revoke all on function app_public.send_again(bigint, bigint) from public;
grant execute on function app_public.send_again(bigint, bigint) to app_staff;
--! EndIncluded notification/send_again.sql
--! Included notification/has_address.sql
create or replace function app_hidden.has_address(clinic_id bigint, customer_id bigint, kind app_public.notification_kind) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.require_clinic_role(has_address.clinic_id, 'staff');
  return coalesce((app_private.choose_channel(has_address.clinic_id, has_address.customer_id, has_address.kind)).has_address, false);
end
$$;

comment on function app_hidden.has_address(bigint, bigint, app_public.notification_kind) is
'Whether a clinic knows an address for a channel over which it sends this kind of message to a customer. For staff. Refuses forbidden, unauthenticated.';

revoke all on function app_hidden.has_address(bigint, bigint, app_public.notification_kind) from public;
grant execute on function app_hidden.has_address(bigint, bigint, app_public.notification_kind) to app_staff;
--! EndIncluded notification/has_address.sql
--! Included notification/late_notifications.sql
create or replace view app_public.late_notifications with (security_invoker = true) as
-- One that waits for the end of the quiet hours (retry_at without an attempt) is not late until then.
select n.clinic_id, n.id, n.booking_id, n.customer_id, n.kind, n.channel, n.state, n.due_at,
  now() - greatest(n.due_at, case when n.attempts = 0 then n.retry_at end) as late_by, n.attempts, n.retry_at, n.last_error,
  n.channel = 'webhook' or app_hidden.has_address(n.clinic_id, n.customer_id, n.kind) as has_address
from app_public.notifications n
where n.state = 'dead' or n.state = 'pending' and greatest(n.due_at, case when n.attempts = 0 then n.retry_at end) < now() - interval '1 minute';

comment on view app_public.late_notifications is
$c$@foreignKey (clinic_id, booking_id) references app_public.bookings (clinic_id, id)|@backwardBehavior -*
Messages that should have gone out more than a minute ago: still tried, or dead. `has_address` is false when none is known over which it could be sent: only a telephone call helps. Of the dead the desk decides: send_again, or a telephone call.$c$;

grant select on app_public.late_notifications to app_staff;
--! EndIncluded notification/late_notifications.sql
--! Included notification/customers_without_address.sql
create or replace function app_public.customers_without_address(clinic_id bigint, customer_ids bigint[], kind app_public.notification_kind)
returns bigint[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_clinic_role(customers_without_address.clinic_id, 'staff');
  if cardinality(customer_ids) > 1000 then
    perform app_hidden.refuse('invalid_argument', 'At most 1000 customers at a time.', '{"argument": "customerIds"}');
  end if;
  return array(
    select asked.id from (select distinct unnest(customers_without_address.customer_ids)) asked (id)
    where (app_private.choose_channel(customers_without_address.clinic_id, asked.id, customers_without_address.kind)).has_address is not true
    order by asked.id);
end
$$;

comment on function app_public.customers_without_address(bigint, bigint[], app_public.notification_kind) is
'Which of these customers (at most 1000) would not get a message of this kind from the clinic now, and have to be phoned: the clinic does not send it, or knows no address for the channels over which it does. Decided as when a message is queued. For staff. Refuses forbidden, unauthenticated, invalid_argument.';

revoke all on function app_public.customers_without_address(bigint, bigint[], app_public.notification_kind) from public;
grant execute on function app_public.customers_without_address(bigint, bigint[], app_public.notification_kind) to app_staff;
--! EndIncluded notification/customers_without_address.sql
--! Included booking/bookings_to_phone.sql
create or replace function app_public.bookings_to_phone(
  clinic_id bigint, doctor_id bigint default null, slot_date date default null, booking_slot_id bigint default null, page_size int default 20)
returns setof app_public.bookings
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_clinic_role(bookings_to_phone.clinic_id, 'staff');
  if page_size is null or page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 entries.', '{"argument": "pageSize"}');
  end if;
  return query
  select b.* from app_public.bookings b
  where b.clinic_id = bookings_to_phone.clinic_id
    and (bookings_to_phone.doctor_id is null or b.doctor_id = bookings_to_phone.doctor_id)
    and (bookings_to_phone.slot_date is null or b.slot_date = bookings_to_phone.slot_date)
    and (bookings_to_phone.booking_slot_id is null or b.booking_slot_id = bookings_to_phone.booking_slot_id)
    -- By date, which has an index; a day earlier, since a date is one of the clinic's zone.
    and b.slot_date >= (now() at time zone 'UTC')::date - 1
    and b.status = 'cancelled' and b.cancelled_by = 'clinic' and b.starts_at > now()
    and not exists (
      select from app_public.notifications n
      where n.clinic_id = b.clinic_id and n.booking_id = b.id and n.kind in ('booking_cancelled', 'slot_withdrawn')
        and n.channel <> 'webhook' and n.state in ('pending', 'sent'))
    and not exists (
      select from app_public.rebooking_list rl
      where rl.clinic_id = b.clinic_id and rl.booking_id = b.id and rl.reason = 'slot_withdrawn' and rl.resolution is not null)
  order by b.starts_at, b.id
  limit bookings_to_phone.page_size;
end
$$;

comment on function app_public.bookings_to_phone(bigint, bigint, date, bigint, int) is
'Whose patients a clinic has to phone, by time, up to `page_size` (at most 100): bookings ahead that the clinic cancelled and about which no message was sent or is on its way, because no address is known, the clinic does not send such messages, or sending was given up. Of all its doctors or of one, of all local dates or of one, of one slot. Not those whose patient has booked again, or that the desk has taken off the rebooking list. In GraphQL also a field of what cancels: `withdrawDay(…) { bookings { id } query { bookingsToPhone(…) { id } } }`. For staff. Refuses forbidden, unauthenticated, invalid_argument.';

revoke all on function app_public.bookings_to_phone(bigint, bigint, date, bigint, int) from public;
grant execute on function app_public.bookings_to_phone(bigint, bigint, date, bigint, int) to app_staff;
--! EndIncluded booking/bookings_to_phone.sql
--! Included schedule/withdraw_day.sql
create or replace function app_public.withdraw_day(
  clinic_id bigint, doctor_id bigint, slot_date date, "cascade" boolean default false, reason text default null,
  idempotency_key text default null)
returns setof app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  live bigint[];
  over app_public.bookings;
  ended app_public.bookings[];
  outcome jsonb;
begin
  perform app_private.require_desk_or_own_doctor(withdraw_day.clinic_id, withdraw_day.doctor_id);
  outcome := app_private.replay(withdraw_day.clinic_id, withdraw_day.idempotency_key, 'withdraw_day',
    jsonb_build_array(withdraw_day.doctor_id, withdraw_day.slot_date, withdraw_day."cascade", withdraw_day.reason));
  if outcome is not null then
    return query select * from jsonb_populate_recordset(null::app_public.bookings, outcome);
    return;
  end if;
  if withdraw_day.slot_date is null then
    perform app_hidden.refuse('invalid_argument', 'A date is needed.', '{"argument": "slotDate"}');
  end if;
  perform app_private.lock_schedule(withdraw_day.clinic_id);
  if not exists (select from app_public.doctors d where d.clinic_id = withdraw_day.clinic_id and d.id = withdraw_day.doctor_id) then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.', jsonb_build_object('doctorId', withdraw_day.doctor_id::text));
  end if;
  -- Slots before bookings, and by their ids, as everybody locks. Only then is looked who has booked: by a snapshot that has it all.
  perform from app_public.booking_slots bs
  where bs.clinic_id = withdraw_day.clinic_id and bs.doctor_id = withdraw_day.doctor_id and bs.slot_date = withdraw_day.slot_date
    and bs.ends_at > now()
  order by bs.id
  for no key update;

  -- What is over stays as it was: the morning's patients have been there.
  select array_agg(b.id order by b.booking_slot_id) into live from app_public.bookings b
  where b.clinic_id = withdraw_day.clinic_id and b.doctor_id = withdraw_day.doctor_id and b.slot_date = withdraw_day.slot_date
    and b.status in ('booked', 'checked_in') and b.ends_at > now();
  if live is not null and not withdraw_day."cascade" then
    perform app_hidden.refuse('still_in_use', format('%s live bookings hang on this day.', cardinality(live)), jsonb_build_object('liveBookings', (
      select jsonb_agg(jsonb_build_object('bookingId', b.id::text, 'startsAt', b.starts_at) order by b.starts_at)
      from app_public.bookings b where b.clinic_id = withdraw_day.clinic_id and b.id = any (live))));
  end if;
  for i in 1 .. coalesce(cardinality(live), 0) loop
    over := app_private.end_booking(withdraw_day.clinic_id, live[i], 'clinic', nullif(btrim(withdraw_day.reason), ''), 'slot_withdrawn');
    perform app_private.list_withdrawn_booking(over);
    ended := ended || over;
  end loop;
  perform set_config('medislot.reason', coalesce(withdraw_day.reason, ''), true);
  update app_public.booking_slots bs
  set status = 'withdrawn', customer_id = null, held_until = null
  where bs.clinic_id = withdraw_day.clinic_id and bs.doctor_id = withdraw_day.doctor_id and bs.slot_date = withdraw_day.slot_date
    and bs.status in ('open', 'held') and bs.ends_at > now();
  perform set_config('medislot.reason', '', true);
  perform app_private.remember(withdraw_day.clinic_id, withdraw_day.idempotency_key, to_jsonb(coalesce(ended, '{}')));
  return query select (e).* from unnest(ended) e;
end
$$;

comment on function app_public.withdraw_day(bigint, bigint, date, boolean, text, text) is
$c$Takes what is left of a doctor's day out of the calendar, all at once: slots of the clinic's local date that are not over, and holds on them. Refuses (still_in_use, listing them) while there are live bookings; with `cascade` they are cancelled by the clinic, their customers notified where an address is known and put on the rebooking list, and it returns them; the query bookingsToPhone then lists those whose patients have to be phoned. The slots stay withdrawn when slots are generated again. For the desk, and for a doctor the own day.
Refuses forbidden, clinic_not_found, doctor_not_found, idempotency_key_reused, invalid_argument.$c$;

revoke all on function app_public.withdraw_day(bigint, bigint, date, boolean, text, text) from public;
grant execute on function app_public.withdraw_day(bigint, bigint, date, boolean, text, text) to app_staff;
--! EndIncluded schedule/withdraw_day.sql
--! Included schedule/withdraw_slot.sql
create or replace function app_public.withdraw_slot(
  clinic_id bigint, booking_slot_id bigint, "cascade" boolean default false, reason text default null,
  idempotency_key text default null, row_version int default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  slot app_public.booking_slots;
  live app_public.bookings;
  outcome jsonb;
begin
  if withdraw_slot.idempotency_key is not null then
    -- The right of this moment, before anything stored is read.
    select bs.* into slot from app_public.booking_slots bs
    where bs.clinic_id = withdraw_slot.clinic_id and bs.id = withdraw_slot.booking_slot_id;
    if slot.id is null then
      perform app_hidden.refuse('slot_not_found', 'No such slot in this clinic.',
        jsonb_build_object('bookingSlotId', withdraw_slot.booking_slot_id::text));
    end if;
    perform app_private.require_desk_or_own_doctor(slot.clinic_id, slot.doctor_id);
  end if;
  outcome := app_private.replay(withdraw_slot.clinic_id, withdraw_slot.idempotency_key, 'withdraw_slot',
    jsonb_build_array(withdraw_slot.booking_slot_id, withdraw_slot."cascade", withdraw_slot.reason));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.booking_slots, outcome);
  end if;
  slot := app_private.lock_slot(withdraw_slot.clinic_id, withdraw_slot.booking_slot_id);
  perform app_private.require_desk_or_own_doctor(slot.clinic_id, slot.doctor_id);
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
    elsif live.ends_at <= now() then
      -- Whether the patient came is for the desk to note: it is not cancelled along with its slot.
      perform app_hidden.refuse('illegal_transition', 'The time of the appointment has passed.', jsonb_build_object('status', live.status));
    elsif not withdraw_slot."cascade" then
      perform app_hidden.refuse('still_in_use', 'The slot is booked.', jsonb_build_object('liveBookings', jsonb_build_array(
        jsonb_build_object('bookingId', live.id::text, 'startsAt', live.starts_at))));
    end if;
    live := app_private.end_booking(live.clinic_id, live.id, 'clinic', withdraw_slot.reason, 'slot_withdrawn');
    perform app_private.list_withdrawn_booking(live);
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
'Takes a slot out of the calendar; a hold on it ends. Refuses (still_in_use) a booked one; with `cascade` its booking is cancelled by the clinic, the customer notified where an address is known and put on the rebooking list; the query bookingsToPhone then lists the booking if its patient has to be phoned. A booking whose time has passed keeps its slot. It stays withdrawn when slots are generated again. For the desk, and for a doctor the own slots. Refuses forbidden, slot_not_found, illegal_transition, stale_row_version, idempotency_key_reused, invalid_argument.';

revoke all on function app_public.withdraw_slot(bigint, bigint, boolean, text, text, int) from public;
grant execute on function app_public.withdraw_slot(bigint, bigint, boolean, text, text, int) to app_staff;
--! EndIncluded schedule/withdraw_slot.sql
--! Included clinic/deactivate_doctor.sql
create or replace function app_public.deactivate_doctor(
  clinic_id bigint, doctor_id bigint, "cascade" boolean default false, row_version int default null)
returns app_public.doctors
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  doctor app_public.doctors;
begin
  perform app_private.require_clinic_role(deactivate_doctor.clinic_id, 'manage');
  perform app_private.lock_schedule(deactivate_doctor.clinic_id);
  select d.* into doctor from app_public.doctors d
  where d.clinic_id = deactivate_doctor.clinic_id and d.id = deactivate_doctor.doctor_id;
  if doctor.id is null then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.', jsonb_build_object('doctorId', deactivate_doctor.doctor_id::text));
  end if;
  perform app_private.require_version('doctors', deactivate_doctor.row_version, doctor.row_version);
  perform app_private.clear_schedule(deactivate_doctor.clinic_id, deactivate_doctor.doctor_id, deactivate_doctor."cascade", 'doctor deactivated');
  -- The version once more: the doctor is locked only now, after the slots and bookings, as everybody does.
  update app_public.doctors d set is_active = false, row_version = coalesce(deactivate_doctor.row_version, d.row_version)
  where d.clinic_id = deactivate_doctor.clinic_id and d.id = deactivate_doctor.doctor_id
  returning d.* into doctor;
  return doctor;
end
$$;

comment on function app_public.deactivate_doctor(bigint, bigint, boolean, int) is
'Takes a doctor out of service. Refuses (still_in_use, with the list) while open slots or live bookings lie ahead; with `cascade` it withdraws those slots and cancels those bookings, notifying their customers where an address is known and putting them on the rebooking list, all in one transaction; the query bookingsToPhone then lists those to be phoned. Bookings that have begun keep their state and can still be completed. Set active again, the doctor gets new slots. For managers. Refuses forbidden, clinic_not_found, doctor_not_found, stale_row_version.';

revoke all on function app_public.deactivate_doctor(bigint, bigint, boolean, int) from public;
grant execute on function app_public.deactivate_doctor(bigint, bigint, boolean, int) to app_staff;
--! EndIncluded clinic/deactivate_doctor.sql
--! Included clinic/deactivate_clinic.sql
create or replace function app_public.deactivate_clinic(clinic_id bigint, "cascade" boolean default false, row_version int default null)
returns app_public.clinics
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  active_doctors jsonb;
begin
  perform app_private.require_clinic_role(deactivate_clinic.clinic_id, 'manage');
  clinic := app_private.lock_schedule(deactivate_clinic.clinic_id);
  perform app_private.require_version('clinics', deactivate_clinic.row_version, clinic.row_version);
  if not deactivate_clinic."cascade" then
    select jsonb_agg(jsonb_build_object('doctorId', d.id::text, 'fullName', d.full_name) order by d.id) into active_doctors
    from app_public.doctors d where d.clinic_id = deactivate_clinic.clinic_id and d.is_active;
    if active_doctors is not null then
      perform app_hidden.refuse('still_in_use', format('%s active doctors hang on this clinic.', jsonb_array_length(active_doctors)),
        jsonb_build_object('activeDoctors', active_doctors));
    end if;
  end if;
  perform app_private.clear_schedule(deactivate_clinic.clinic_id, null, deactivate_clinic."cascade", 'clinic deactivated');
  update app_public.doctors d set is_active = false where d.clinic_id = deactivate_clinic.clinic_id and d.is_active;
  update app_public.clinics c set is_active = false where c.id = deactivate_clinic.clinic_id returning c.* into clinic;
  return clinic;
end
$$;

comment on function app_public.deactivate_clinic(bigint, boolean, int) is
'Takes a clinic out of service. Refuses (still_in_use, with the list) while active doctors hang on; with `cascade` it deactivates them, withdraws their open slots and cancels their live bookings ahead, notifying the customers where an address is known, all in one transaction; the query bookingsToPhone then lists those to be phoned. Bookings that have begun keep their state and can still be completed. For its managers and operators. Refuses forbidden, clinic_not_found, stale_row_version.';

revoke all on function app_public.deactivate_clinic(bigint, boolean, int) from public;
grant execute on function app_public.deactivate_clinic(bigint, boolean, int) to app_staff;
--! EndIncluded clinic/deactivate_clinic.sql
