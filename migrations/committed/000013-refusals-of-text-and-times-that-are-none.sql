--! Previous: sha1:add57994ea8a9548fa5d34b561a7a8c476721577
--! Hash: sha1:452f242ed96d9cbceaa1c384854e34a241363515
--! Message: refusals of text and times that are none

-- Enter migration here

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
--! Included schedule/set_template_week_minutes.sql
create or replace function app_private.set_template_week_minutes() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- A weekday that is none has a place too, so that it comes as far as the constraint that refuses it.
  select app_hidden.week_minutes(case when NEW.weekday between 1 and 7 then NEW.weekday else 1 end, ts.start_time, ts.end_time) into NEW.week_minutes
  from app_public.time_slots ts where ts.clinic_id = NEW.clinic_id and ts.id = NEW.time_slot_id;
  if NEW.week_minutes is null then
    perform app_hidden.refuse('time_slot_not_found', 'No such time slot in this clinic.', jsonb_build_object('timeSlotId', NEW.time_slot_id::text));
  end if;
  return NEW;
end
$$;

comment on function app_private.set_template_week_minutes() is
'Trigger: copies a time slot''s place in the week into the template, where the exclusion constraint can compare it. Refuses time_slot_not_found.';

revoke all on function app_private.set_template_week_minutes() from public;
--! EndIncluded schedule/set_template_week_minutes.sql
