--! Previous: sha1:7131e2e07b30d70b77dbc988e3cfeae5d6fea7ed
--! Hash: sha1:f3a8224622bf1cc0381471ffe5276f7422c51f87
--! Message: Addresses, names and phones checked, sign-in limits, schedules that follow, quiet hours, undo

-- Enter migration here

-- Stored outcomes and responses are given only to callers who still have the right.
alter table app_private.stored_responses add column if not exists rights text[] not null default '{}';
alter table app_private.stored_responses alter column rights drop default;
comment on column app_private.stored_responses.rights is 'The caller''s rights when it was made (app_private.current_rights).';
--! Included core/current_rights.sql
create or replace function app_private.current_rights() returns text[]
language sql stable set search_path = pg_catalog, pg_temp
return array(
  select 'admin' where app_private.caller_is_operator()
  union all
  select 'customer ' || app_hidden.current_customer_id() where app_hidden.current_customer_id() is not null
  union all
  select 'staff ' || id from unnest(app_hidden.staff_clinic_ids()) id
  union all
  select 'desk ' || id from unnest(app_hidden.desk_clinic_ids()) id
  union all
  select 'manage ' || id from unnest(app_hidden.manager_clinic_ids()) id
  union all
  select 'doctor ' || id from unnest(app_hidden.own_doctor_ids()) id
);

comment on function app_private.current_rights() is
'What the caller may be and do where, one right per element: admin, customer <id>, staff, desk and manage <clinic id>, doctor <id>. For comparing the rights of two moments.';

revoke all on function app_private.current_rights() from public;
--! EndIncluded core/current_rights.sql
--! Included rest/claim_response.sql
create or replace function app_hidden.claim_response(key text, fingerprint text, out status int, out headers jsonb, out body text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  caller bigint := app_hidden.current_account_id();
  known app_private.stored_responses;
begin
  if caller is null then
    -- Nobody's keys would be everybody's.
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif key is null or char_length(key) not between 1 and 200 then
    perform app_hidden.refuse('invalid_argument', 'An idempotency key has 1 to 200 characters.', '{"argument": "Idempotency-Key"}');
  end if;
  -- As in app_private.replay: a second caller with the same key waits here until the first has committed, then finds the response.
  insert into app_private.stored_responses (account_id, key, fingerprint, rights)
  values (caller, claim_response.key, claim_response.fingerprint, app_private.current_rights())
  on conflict on constraint a_request_key_is_answered_once do nothing;
  if found then
    return;
  end if;
  select sr.* into known from app_private.stored_responses sr where sr.account_id = caller and sr.key = claim_response.key;
  if known.fingerprint is distinct from claim_response.fingerprint then
    perform app_hidden.refuse('idempotency_key_reused', 'This idempotency key was used for another request.');
  end if;
  if not app_private.caller_is_operator() and not known.rights <@ app_private.current_rights() then
    -- Which right the response depended on is not known, so the loss of any is enough.
    perform app_hidden.refuse('forbidden', 'You have lost a right since this request was carried out. Its response is not given again.');
  end if;
  status := known.status;
  headers := known.headers;
  body := known.body;
end
$$;

comment on function app_hidden.claim_response(text, text) is
'Opens a request under its Idempotency-Key: nulls when it is to be carried out, else the response stored for it. `fingerprint` says what the request asks. To be called in the transaction that carries the request out: what is refused rolls back, leaves nothing behind and is judged anew. For callers who are signed in; each account has its own keys. A stored response is given only while the caller has every right they had when it was made. Refuses unauthenticated, invalid_argument, idempotency_key_reused, forbidden.';

revoke all on function app_hidden.claim_response(text, text) from public;
grant execute on function app_hidden.claim_response(text, text) to app_customer;
--! EndIncluded rest/claim_response.sql
--! Included booking/replay.sql
create or replace function app_private.replay(clinic_id bigint, key text, operation text, arguments jsonb) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  caller bigint := coalesce(app_hidden.current_account_id(), 0);
  known app_private.idempotency_keys;
begin
  if key is null then
    return null;
  end if;
  if char_length(key) not between 1 and 200 then
    perform app_hidden.refuse('invalid_argument', 'An idempotency key has 1 to 200 characters.', '{"argument": "idempotencyKey"}');
  end if;
  -- A second caller with the same key waits here until the first has committed, then finds the outcome; if the first failed, it goes on itself.
  insert into app_private.idempotency_keys as ik (clinic_id, account_id, key, operation, arguments)
  values (replay.clinic_id, caller, replay.key, replay.operation, replay.arguments)
  on conflict on constraint an_idempotency_key_is_used_once do nothing;
  if found then
    return null;
  end if;
  select ik.* into known from app_private.idempotency_keys ik
  where ik.clinic_id = replay.clinic_id and ik.account_id = caller and ik.key = replay.key;
  if (known.operation, known.arguments) is distinct from (replay.operation, replay.arguments) then
    perform app_hidden.refuse('idempotency_key_reused', 'This idempotency key was used for something else.', jsonb_build_object('operation', known.operation));
  end if;
  return known.outcome;
end
$$;

comment on function app_private.replay(bigint, text, text, jsonb) is
'Opens an operation under a caller''s idempotency key: null when it has to be done (or there is no key), else the stored outcome. What was refused left nothing behind and is judged anew. To be called after the caller''s right to the operation was checked: a right that has ended must not give a stored outcome. Refuses idempotency_key_reused, invalid_argument.';

revoke all on function app_private.replay(bigint, text, text, jsonb) from public;
--! EndIncluded booking/replay.sql
--! Included booking/replay_of_booking.sql
create or replace function app_private.replay_of_booking(
  clinic_id bigint, booking_id bigint, key text, operation text, arguments jsonb)
returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings;
  by_desk boolean;
  outcome jsonb;
begin
  if key is null then
    return null;
  end if;
  -- The right of this moment, before anything stored is read. Without a lock: what follows takes it and checks again.
  select b.* into booking from app_public.bookings b
  where b.clinic_id = replay_of_booking.clinic_id and b.id = replay_of_booking.booking_id;
  if booking.id is null then
    perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.',
      jsonb_build_object('bookingId', replay_of_booking.booking_id::text));
  end if;
  by_desk := app_private.require_booking_right(booking);
  outcome := app_private.replay(
    replay_of_booking.clinic_id, replay_of_booking.key, replay_of_booking.operation, replay_of_booking.arguments);
  if not by_desk and outcome is not null then
    -- Stored when the caller still worked at the desk, perhaps.
    outcome := outcome || '{"booked_by_account_id": null}';
  end if;
  return outcome;
end
$$;

comment on function app_private.replay_of_booking(bigint, bigint, text, text, jsonb) is
'app_private.replay for an operation on a booking that its customer may do as well as the desk. The caller''s right to the booking is checked first. Refuses booking_not_found, forbidden, unauthenticated, idempotency_key_reused, invalid_argument.';

revoke all on function app_private.replay_of_booking(bigint, bigint, text, text, jsonb) from public;
--! EndIncluded booking/replay_of_booking.sql
--! Included booking/cancel_booking.sql
create or replace function app_public.cancel_booking(
  clinic_id bigint, booking_id bigint, reason text default null, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  by_desk boolean;
  cutoff interval;
  outcome jsonb;
begin
  outcome := app_private.replay_of_booking(cancel_booking.clinic_id, cancel_booking.booking_id, cancel_booking.idempotency_key,
    'cancel_booking', jsonb_build_array(cancel_booking.booking_id, cancel_booking.reason));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.bookings, outcome);
  end if;
  booking := app_private.lock_booking(cancel_booking.clinic_id, cancel_booking.booking_id);
  by_desk := app_private.require_booking_right(booking);
  perform app_private.require_version('bookings', cancel_booking.row_version, booking.row_version);
  if not by_desk and booking.status in ('booked', 'checked_in') then
    select p.cancellation_cutoff into cutoff from app_public.policies p where p.clinic_id = booking.clinic_id;
    if booking.starts_at < now() + cutoff then
      perform app_hidden.refuse('cancellation_too_late', 'It is too late to change this booking. Call the clinic.',
        jsonb_build_object('cancellableUntil', booking.starts_at - cutoff));
    end if;
  end if;
  booking := app_private.end_booking(booking.clinic_id, booking.id,
    (case when by_desk then 'clinic' else 'customer' end)::app_public.booking_party, nullif(btrim(cancel_booking.reason), ''));
  -- What a function returns knows no rights of columns, and who at the desk booked is not for customers.
  booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
  perform app_private.remember(booking.clinic_id, cancel_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_public.cancel_booking(bigint, bigint, text, text, int) is
'Cancels a booking and frees its slot at once. Customers their own, until the clinic''s cancellation cut-off; the desk any of its clinic. Refuses booking_not_found, cancellation_too_late, illegal_transition (not booked any more), forbidden, unauthenticated, idempotency_key_reused, invalid_argument, text_too_long, text_not_accepted, stale_row_version.';

revoke all on function app_public.cancel_booking(bigint, bigint, text, text, int) from public;
grant execute on function app_public.cancel_booking(bigint, bigint, text, text, int) to app_customer;
--! EndIncluded booking/cancel_booking.sql
--! Included booking/reschedule_booking.sql
create or replace function app_public.reschedule_booking(
  clinic_id bigint, booking_id bigint, booking_slot_id bigint, idempotency_key text default null,
  row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  old_slot_id bigint;
  old_start timestamptz;
  slot app_public.booking_slots;
  policy app_public.policies;
  by_desk boolean;
  outcome jsonb;
begin
  outcome := app_private.replay_of_booking(reschedule_booking.clinic_id, reschedule_booking.booking_id,
    reschedule_booking.idempotency_key, 'reschedule_booking',
    jsonb_build_array(reschedule_booking.booking_id, reschedule_booking.booking_slot_id));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.bookings, outcome);
  end if;
  booking := app_private.lock_booking(reschedule_booking.clinic_id, reschedule_booking.booking_id, reschedule_booking.booking_slot_id);
  by_desk := app_private.require_booking_right(booking);
  perform app_private.require_version('bookings', reschedule_booking.row_version, booking.row_version);
  slot := app_private.lock_slot(reschedule_booking.clinic_id, reschedule_booking.booking_slot_id);
  if booking.status <> 'booked' then
    perform app_hidden.refuse('illegal_transition', format('A booking that is %s cannot be rescheduled.', booking.status),
      jsonb_build_object('status', booking.status));
  end if;
  if slot.id = booking.booking_slot_id then
    booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
    perform app_private.remember(booking.clinic_id, reschedule_booking.idempotency_key, to_jsonb(booking));
    return booking;
  end if;
  -- One change at a time to a customer's calendar here: two whose times overlap would wait for each other in the exclusion constraint.
  perform from app_public.clinic_customers cc
  where cc.clinic_id = booking.clinic_id and cc.customer_id = booking.customer_id for no key update;

  select p.* into strict policy from app_public.policies p where p.clinic_id = booking.clinic_id;
  if not by_desk and booking.starts_at < now() + policy.cancellation_cutoff then
    perform app_hidden.refuse('cancellation_too_late', 'It is too late to change this booking. Call the clinic.',
      jsonb_build_object('cancellableUntil', booking.starts_at - policy.cancellation_cutoff));
  end if;
  perform app_private.judge_slot(slot, booking.customer_id);
  perform app_private.judge_time(slot, policy, by_desk);

  old_slot_id := booking.booking_slot_id;
  old_start := booking.starts_at;
  perform set_config('medislot.reason', 'rescheduled', true);
  update app_public.booking_slots bs set status = 'booked', customer_id = booking.customer_id, held_until = null
  where bs.clinic_id = booking.clinic_id and bs.id = slot.id;
  begin
    -- The same booking moves: its reference, its history and its entry in the customer's calendar stay one.
    update app_public.bookings b set booking_slot_id = slot.id, sequence = b.sequence + 1
    where b.clinic_id = booking.clinic_id and b.id = booking.id
    returning b.* into booking;
  exception when exclusion_violation then
    perform app_hidden.refuse('customer_busy', 'The customer has another booking here at this time.',
      jsonb_build_object('startsAt', slot.starts_at, 'endsAt', slot.ends_at));
  end;
  perform app_private.free_slot(booking.clinic_id, old_slot_id);
  perform set_config('medislot.reason', '', true);
  perform app_private.drop_notifications(booking);
  perform app_private.queue_notifications(booking, 'booking_rescheduled', old_start);
  -- What a function returns knows no rights of columns, and who at the desk booked is not for customers.
  booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
  perform app_private.remember(booking.clinic_id, reschedule_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) is
'Moves a booking to another slot of the same clinic, which may be another doctor''s: the new slot is taken and the old one freed, both or neither, and reminders follow. Customers their own, until the cancellation cut-off of the old time; the desk any of its clinic.
Refuses booking_not_found, illegal_transition, cancellation_too_late, customer_busy, and whatever refuses a new booking of that slot: slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead, slot_in_the_past; forbidden, unauthenticated, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) from public;
grant execute on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) to app_customer;
--! EndIncluded booking/reschedule_booking.sql
--! Included booking/advance_booking.sql
create or replace function app_private.advance_booking(
  clinic_id bigint, booking_id bigint, to_status app_public.booking_status, idempotency_key text, row_version int)
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  visit record;
  booking app_public.bookings;
  zone text;
begin
  visit := app_private.open_visit(advance_booking.clinic_id, advance_booking.booking_id, advance_booking.to_status::text,
    advance_booking.idempotency_key, advance_booking.row_version);
  booking := visit.booking;
  if visit.is_done then
    return booking;
  end if;
  select c.time_zone into zone from app_public.clinics c where c.id = booking.clinic_id;
  if advance_booking.to_status = 'checked_in' and booking.slot_date > (now() at time zone zone)::date
     or advance_booking.to_status = 'no_show' and booking.starts_at > now() then
    perform app_hidden.refuse('not_yet', 'It is too early for that.', jsonb_build_object('startsAt', booking.starts_at));
  end if;
  if booking.status <> (case advance_booking.to_status when 'completed' then 'checked_in' else 'booked' end)::app_public.booking_status then
    -- The transitions also have steps back, which only undo_step may take.
    perform app_hidden.refuse('illegal_transition', format('A booking that is %s cannot become %s.', booking.status, advance_booking.to_status),
      jsonb_build_object('status', booking.status, 'requested', advance_booking.to_status));
  end if;
  update app_public.bookings b set status = advance_booking.to_status
  where b.clinic_id = booking.clinic_id and b.id = booking.id
  returning b.* into booking;
  perform app_private.drop_notifications(booking);
  perform app_private.remember(booking.clinic_id, advance_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_private.advance_booking(bigint, bigint, app_public.booking_status, text, int) is
'The way of a booking on its day: checked_in (from the clinic''s local day on), completed, no_show (once it has started). For the desk, and for a doctor the own patients. Reminders still pending are dropped. Refuses forbidden, booking_not_found, not_yet, illegal_transition, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_private.advance_booking(bigint, bigint, app_public.booking_status, text, int) from public;
--! EndIncluded booking/advance_booking.sql
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
'Takes a slot out of the calendar; a hold on it ends. Refuses (still_in_use) a booked one; with `cascade` its booking is cancelled by the clinic, the customer told and put on the rebooking list. A booking whose time has passed keeps its slot. It stays withdrawn when slots are generated again. For the desk, and for a doctor the own slots. Refuses forbidden, slot_not_found, illegal_transition, stale_row_version, idempotency_key_reused, invalid_argument.';

revoke all on function app_public.withdraw_slot(bigint, bigint, boolean, text, text, int) from public;
grant execute on function app_public.withdraw_slot(bigint, bigint, boolean, text, text, int) to app_staff;
--! EndIncluded schedule/withdraw_slot.sql
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
$c$Takes what is left of a doctor's day out of the calendar, all at once: slots of the clinic's local date that are not over, and holds on them. Refuses (still_in_use, listing them) while there are live bookings; with `cascade` they are cancelled by the clinic, their customers told and put on the rebooking list, and it returns them. The slots stay withdrawn when slots are generated again. For the desk, and for a doctor the own day.
Refuses forbidden, clinic_not_found, doctor_not_found, idempotency_key_reused, invalid_argument.$c$;

revoke all on function app_public.withdraw_day(bigint, bigint, date, boolean, text, text) from public;
grant execute on function app_public.withdraw_day(bigint, bigint, date, boolean, text, text) to app_staff;
--! EndIncluded schedule/withdraw_day.sql
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
--! Included core/installation_id.sql
create or replace function app_private.installation_id() returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (select i.id from app_private.installation i);
end
$$;

comment on function app_private.installation_id() is
'The id of this installation, made with its database. What other systems keep under a name of ours (calendar UIDs, Message-IDs, providers'' idempotency keys) contains it, because ids of clinics and bookings repeat from installation to installation.';

revoke all on function app_private.installation_id() from public;
--! EndIncluded core/installation_id.sql
--! Included booking/calendar_uid.sql
create or replace function app_public.calendar_uid(clinic_id bigint, booking_id bigint) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return format('booking-%s-%s@%s.medislot', clinic_id, booking_id, app_private.installation_id());
end
$$;

comment on function app_public.calendar_uid(bigint, bigint) is
'The UID of a booking in calendar files (RFC 5545): the same in e-mails and on the pages for the booking''s whole life, and of this installation only. With `sequence`, which rises when the booking moves and when it is cancelled, a calendar changes the entry that it has. Says nothing about whether there is such a booking.';

revoke all on function app_public.calendar_uid(bigint, bigint) from public;
grant execute on function app_public.calendar_uid(bigint, bigint) to app_customer;
--! EndIncluded booking/calendar_uid.sql
--! Included booking/count_cancellation.sql
create or replace function app_private.count_cancellation() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  NEW.sequence := OLD.sequence + 1;
  return NEW;
end
$$;

comment on function app_private.count_cancellation() is
'Trigger: a cancellation raises a booking''s sequence, as a move does. Calendars ignore a change whose SEQUENCE is not higher than that of the entry they have (RFC 5546).';

revoke all on function app_private.count_cancellation() from public;
--! EndIncluded booking/count_cancellation.sql
drop trigger if exists cancelled_bookings_have_a_higher_sequence on app_public.bookings;
create trigger cancelled_bookings_have_a_higher_sequence before update of status on app_public.bookings
  for each row when (NEW.status = 'cancelled' and OLD.status <> 'cancelled') execute function app_private.count_cancellation();
comment on column app_public.bookings.sequence is 'Counts moves and the cancellation, as an iCalendar SEQUENCE does.';
comment on table app_private.delivery_attempts is
'Every attempt to deliver, written before it is made. One without an outcome lost its worker: whether its message went out, the provider knows by the idempotency key <installation>-<clinic>-<notification>-<generation>.';
--! Included notification/messages_of.sql
create or replace function app_private.messages_of(clinic_id bigint, notification_ids bigint[])
returns table (
  id bigint, channel text, recipient text, subject text, body text, idempotency_key text, sender_name text, reply_to text, calendar jsonb,
  secret text, error text)
language plpgsql stable
-- One kept plan that looks each up by its key. By statistics that lag behind, all of a clinic was read for twenty.
set plan_cache_mode = force_generic_plan
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  policy app_public.policies;
  n record;
  the_values jsonb;
  installation_id uuid := app_private.installation_id();
begin
  select x.* into clinic from app_public.clinics x where x.id = messages_of.clinic_id;
  select x.* into policy from app_public.policies x where x.clinic_id = clinic.id;
  for n in
    with wanted as materialized (
      select x.id, x.kind, x.channel, x.generation, x.created_at, x.booking_sequence, b as booking, we.url, ws.secret, wb.body as webhook_body,
        d.full_name as doctor_name, cc.full_name as customer_name, cc.email::text, case when cc.phone_takes_sms then cc.phone_e164 end as sms_number,
        coalesce(c.preferred_language, cc.preferred_language, policy.language) as language
      from unnest(messages_of.notification_ids) as asked (id)
      join app_public.notifications x on x.clinic_id = clinic.id and x.id = asked.id
      join app_public.bookings b on b.clinic_id = clinic.id and b.id = x.booking_id
      left join app_public.doctors d on d.clinic_id = clinic.id and d.id = b.doctor_id
      left join app_public.clinic_customers cc on cc.clinic_id = clinic.id and cc.customer_id = x.customer_id
      left join app_public.customers c on c.id = x.customer_id
      left join app_public.webhook_endpoints we on we.clinic_id = clinic.id and we.id = x.endpoint_id
      left join app_private.webhook_secrets ws on ws.clinic_id = clinic.id and ws.endpoint_id = x.endpoint_id
      left join app_private.webhook_bodies wb on wb.clinic_id = clinic.id and wb.notification_id = x.id and wb.generation = x.generation
    ), texts as materialized (
      select k.*, app_private.text_parts(t.subject) as subject, app_private.text_parts(t.body) as body
      from (select distinct w.kind, w.channel, w.language from wanted w where w.channel <> 'webhook') k
      cross join lateral app_private.notification_text(clinic.id, k.kind, k.channel, k.language) t
    )
    select w.*, t.subject, t.body
    from wanted w left join texts t on t.kind = w.kind and t.channel = w.channel and t.language = w.language
  loop
    id := n.id;
    channel := n.channel;
    idempotency_key := concat_ws('-', installation_id, clinic.id, n.id, n.generation);
    recipient := case n.channel when 'webhook' then n.url when 'sms' then n.sms_number else n.email end;
    secret := n.secret;
    sender_name := null;
    reply_to := null;
    calendar := null;
    error := null;
    -- What goes wrong with one is told of that one, and the others are sent.
    begin
      if n.channel = 'webhook' then
        subject := n.kind::text;
        body := n.webhook_body;
      else
        if n.body is null then
          raise exception 'there is no text for % by % in %', n.kind, n.channel, n.language;
        end if;
        the_values := app_private.text_values(clinic, n.customer_name, n.doctor_name, (n.booking).starts_at, n.language, (n.booking).id,
          (n.booking).cancelled_by, (n.booking).cancellation_reason);
        subject := app_private.fill_in(n.subject, the_values);
        body := app_private.fill_in(n.body, the_values);
        sender_name := coalesce(policy.sender_name, clinic.name);
        reply_to := clinic.email::text;
        if n.channel = 'email' and n.kind <> 'booking_reminder' then
          calendar := jsonb_build_object(
            'uid', app_public.calendar_uid(clinic.id, (n.booking).id),
            'sequence', n.booking_sequence,
            'isCancelled', n.kind in ('booking_cancelled', 'slot_withdrawn'),
            'startsAt', (n.booking).starts_at, 'endsAt', (n.booking).ends_at, 'stampedAt', n.created_at,
            'summary', format('%s, %s', n.doctor_name, clinic.name),
            'location', concat_ws(', ', clinic.name, clinic.address),
            'description', body,
            'organizer', sender_name, 'organizerEmail', reply_to, 'attendee', n.customer_name);
        end if;
      end if;
    exception when others then
      error := sqlerrm;
      subject := null;
      body := null;
      calendar := null;
    end;
    return next;
  end loop;
end
$$;

comment on function app_private.messages_of(bigint, bigint[]) is
'Notifications of a clinic as they are to be sent now: channel, recipient (null when the clinic knows no address), subject, body, the key under which a provider knows a second delivery, sender''s name, reply address, calendar entry (confirmation, update, cancellation by e-mail), and for a webhook the secret to sign with and the body of its first attempt; or, of one that cannot be worded, the error. Times in the clinic''s zone, words in the customer''s language. None for a notification that is gone.';

revoke all on function app_private.messages_of(bigint, bigint[]) from public;
--! EndIncluded notification/messages_of.sql
--! Included identity/account_message_of.sql
create or replace function app_private.account_message_of(
  message_id bigint, public_url text, out recipient text, out subject text, out body text, out idempotency_key text) returns setof record
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
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
  idempotency_key := concat_ws('-', 'account', app_private.installation_id(), message.id);
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

-- An e-mail address has one canonical form, which every table that holds one requires and by which addresses are compared.
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
--! Included core/canonical_address.sql
create or replace function app_hidden.canonical_address(typed text) returns text
language sql immutable parallel safe
-- Under collation C, lower() changes A to Z only. Under the database's locale it may turn the Turkish İ and the Kelvin sign into i and k, and
-- so one mailbox into another.
return lower(btrim(typed, E' \t\r\n') collate "C");

comment on function app_hidden.canonical_address(text) is
'An e-mail address in the one spelling in which addresses are stored and compared: A to Z in lower case, without surrounding white space. Whether the result is an address is for app_hidden.is_mailbox to say.';

revoke all on function app_hidden.canonical_address(text) from public;
--! EndIncluded core/canonical_address.sql
--! Included core/is_mailbox.sql
create or replace function app_hidden.is_mailbox(value text) returns boolean
language sql immutable parallel safe
-- The local part as HTML defines it for <input type="email">, without capitals: no quotes, commas, brackets or colons, so no mail library
-- can read it as a list or a group. The domain has two labels at least, and the last does not begin with a digit: no IP address.
-- Other letters are refused. A domain that has some is written in its xn-- form, and mail to a local part that has some reaches few servers.
return octet_length(value) <= 254 and value ~
  '^[a-z0-9.!#$%&''*+/=?^_`{|}~-]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$';

comment on function app_hidden.is_mailbox(text) is
'Whether a text is exactly one mailbox in canonical form, such as ann@example.org or ann@xn--mller-kva.example.';

revoke all on function app_hidden.is_mailbox(text) from public;
grant execute on function app_hidden.is_mailbox(text) to app_anonymous;
--! EndIncluded core/is_mailbox.sql
--! Included core/require_mailbox.sql
create or replace function app_hidden.require_mailbox(value text) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if not app_hidden.is_mailbox(value) then
    perform app_hidden.refuse('invalid_email',
      'This is not an e-mail address in canonical form: one mailbox in lower case, such as ann@example.org, the domain in its xn-- form if it has other letters.',
      '{"argument": "email"}');
  end if;
  return true;
end
$$;

comment on function app_hidden.require_mailbox(text) is
'The check of the domain app_public.email_address. A domain''s failure, unlike that of a table''s constraint, does not write the row to PostgreSQL''s log. Refuses invalid_email.';

revoke all on function app_hidden.require_mailbox(text) from public;
grant execute on function app_hidden.require_mailbox(text) to app_anonymous;
--! EndIncluded core/require_mailbox.sql
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
--! Included identity/require_address.sql
create or replace function app_private.require_address(typed text) returns app_public.email_address
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  address text := app_hidden.canonical_address(typed);
begin
  if app_hidden.is_mailbox(address) is not true then
    perform app_hidden.refuse('invalid_email', 'This is not an e-mail address of one mailbox.', '{"argument": "email"}');
  end if;
  return address;
end
$$;

comment on function app_private.require_address(text) is
'The canonical form of an e-mail address that somebody typed. Refuses (invalid_email) null and what is not exactly one mailbox.';

revoke all on function app_private.require_address(text) from public;
--! EndIncluded identity/require_address.sql
--! Included identity/salt_of.sql
create or replace function app_private.salt_of(address text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- bcrypt's own notation: kind, cost and salt are the first 29 characters of a hash.
  return (
    select left(a.password_hash, 29) from app_private.accounts a
    where (a.email = salt_of.address or a.claimed_email = salt_of.address) and a.password_hash is not null
    order by a.id limit 1);
end
$$;

comment on function app_private.salt_of(text) is
'The salt that the accounts of an address share, so that one hash tells which of them a password opens, and sign-in takes as long for one as for several; null when there is none yet.';

revoke all on function app_private.salt_of(text) from public;
--! EndIncluded identity/salt_of.sql
--! Included identity/account_by_hash.sql
create or replace function app_private.account_by_hash(address text, hash text, place text) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select a.id from app_private.accounts a
    where (a.email = account_by_hash.address or a.claimed_email = account_by_hash.address)
      and a.password_hash = account_by_hash.hash and a.is_active
      and (app_private.account_waits_until(account_by_hash.address, a.id, account_by_hash.place) > now()) is not true
    order by a.email is null, a.id limit 1);
end
$$;

comment on function app_private.account_by_hash(text, text, text) is
'Which account of an address a password''s hash opens from a place, or null. Accounts that have to wait are not judged.';

revoke all on function app_private.account_by_hash(text, text, text) from public;
--! EndIncluded identity/account_by_hash.sql
--! Included identity/hash_password.sql
create or replace function app_private.hash_password(password text, address text default null) returns text
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

comment on function app_private.hash_password(text, text) is
'The bcrypt hash of a password (pgcrypto, cost 10) for an account of this address, with the salt in use there, if any. Refuses weak_password: under 10 characters or over 72 bytes.';

revoke all on function app_private.hash_password(text, text) from public;
--! EndIncluded identity/hash_password.sql
--! Included identity/queue_account_message.sql
create or replace function app_private.queue_account_message(address app_public.email_address, account_id bigint, kind text, language text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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

comment on function app_private.queue_account_message(app_public.email_address, bigint, text, text) is
'Queues an e-mail about an account, for the job send_account_messages; three of a kind in an hour, what is more is dropped, and so is what is for nobody (no account). In the customer''s own language, else the one given (en, de).';

revoke all on function app_private.queue_account_message(app_public.email_address, bigint, text, text) from public;
--! EndIncluded identity/queue_account_message.sql
--! Included identity/create_account.sql
create or replace function app_private.create_account(email text, password text) returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  address app_public.email_address := app_private.require_address(create_account.email);
  account_id bigint;
begin
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
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  target bigint;
begin
  update app_private.accounts a
  set password_hash = app_private.hash_password(set_password.password, a.email)
  where a.email = app_hidden.canonical_address(set_password.email)
  returning a.id into target;
  if target is null then
    target := app_private.create_account(set_password.email, set_password.password);
  end if;
  perform app_private.forgive_failures(app_hidden.canonical_address(set_password.email));
  update app_private.sessions s set revoked_at = now() where s.account_id = target and s.revoked_at is null;
  return target;
end
$$;

comment on function app_private.set_password(text, text) is
'For DBAs: gives the account with this e-mail address this password, making the account when there is none, and ends its sessions. Returns the account''s id. Refuses invalid_email, weak_password.';

revoke all on function app_private.set_password(text, text) from public;
--! EndIncluded identity/set_password.sql
--! Included identity/sign_in.sql
create or replace function app_public.sign_in(email text, password text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  address text := coalesce(app_hidden.canonical_address(sign_in.email), '');
  here text := app_private.place_of_attempt(address);
  account_id bigint;
  hash text;
  tokens app_public.auth_tokens;
begin
  -- Another person's failures in a network do not keep out a device that has signed in before.
  if not starts_with(here, 'device ') then
    perform app_private.refuse_hasty_network('sign_in');
    perform app_private.refuse_hasty_network('signed_in');
  end if;
  perform app_private.refuse_while_waiting(app_private.address_waits_until(address, here));

  -- Without a lock: others, who may know the right password, need not wait for this. An unknown address costs the same bcrypt as a known
  -- one, so that the time taken tells nothing.
  hash := public.crypt(sign_in.password, coalesce(app_private.salt_of(address), '$2a$10$lm1lycIy9AXB8Yayvm1L3u'));

  perform app_private.lock_sign_ins(address, here);
  account_id := app_private.account_by_hash(address, hash, here);
  if account_id is null then
    perform app_private.count_failure(address, here);
    -- Attempts at many accounts from one network are counted against the network.
    if not starts_with(here, 'device ') then
      perform app_private.count_network_attempt('sign_in');
    end if;
    -- Not raised: an exception would roll the count back. The API turns this field into the error after the commit.
    tokens.refusal := 'wrong_credentials';
    return tokens;
  end if;
  -- Where other accounts have the address, a success with one of them must not permit more guesses at the others.
  if not exists (
       select from app_private.accounts a where (a.email = address or a.claimed_email = address) and a.id <> account_id) then
    delete from app_private.sign_in_counts sc
    where sc.address_hash = sha256(convert_to(address, 'utf8')) and sc.place = here;
  end if;
  return app_private.start_session(account_id);
end
$$;

comment on function app_public.sign_in(text, text) is
'Signs in with e-mail and password and starts a session. Open to everybody. A failure is counted and therefore returned, not raised: field refusal = wrong_credentials. Refuses too_many_attempts (detail: retryAfterSeconds). Known and unknown addresses are answered alike.';

revoke all on function app_public.sign_in(text, text) from public;
grant execute on function app_public.sign_in(text, text) to app_anonymous;
--! EndIncluded identity/sign_in.sql
--! Included identity/erase_account.sql
create or replace function app_private.erase_account(account_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  account app_private.accounts;
begin
  select a.* into account from app_private.accounts a where a.id = erase_account.account_id for no key update;
  -- An account of somebody who works here is of the work.
  if account.id is null or account.is_admin
     or exists (select from app_public.employees e where e.account_id = account.id and e.is_active) then
    return;
  end if;
  delete from app_private.sessions s where s.account_id = account.id;
  delete from app_private.external_identities ei where ei.account_id = account.id;
  -- What is found by the address only when it is the account's own: one that was merely claimed is somebody else's.
  delete from app_private.account_messages am where am.account_id = account.id or am.address = account.email;
  delete from app_private.invitations i where i.email = account.email;
  delete from app_private.sign_in_counts sc where sc.address_hash = sha256(convert_to(account.email, 'utf8'));
  delete from app_private.known_places kp where kp.account_id = account.id;
  -- The number stays, in events and bookings; who it was does not. A random address: one that could be foreseen, somebody could take.
  update app_private.accounts a
  set email = 'erased-' || gen_random_uuid() || '@erased.invalid', claimed_email = null, password_hash = null, is_active = false
  where a.id = account.id;
end
$$;

comment on function app_private.erase_account(bigint) is
'Takes from an account who it is, and removes its sessions, external identities, mails and invitations; an account of somebody who works at a clinic, or of an administrator, stays as it is. Null is no account.';

revoke all on function app_private.erase_account(bigint) from public;
--! EndIncluded identity/erase_account.sql
--! Included identity/register_customer.sql
create or replace function app_public.register_customer(email text, password text, full_name text, phone text default null)
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
    perform app_private.queue_account_message(address, target, case when was_known then 'registered_again' else 'registered' end);
  end if;
  insert into app_public.customers (account_id, full_name, email, phone)
  values (target, given_name, address, nullif(btrim(register_customer.phone), ''))
  on conflict on constraint an_account_is_one_customer do nothing;
  -- Each may hold what the policy of a clinic allows: many accounts from one place are a way around it.
  perform app_private.count_network_attempt('registration');
  return app_private.start_session(target);
end
$$;

comment on function app_public.register_customer(text, text, text, text) is
'Registers a patient with an account of their own and signs them in. Open to everybody. Known and unknown addresses are answered alike: where an account exists that the password does not open, the new one stands beside it, opened by the address and its own password, and the owner of the address is told by mail. Refuses invalid_email, text_too_long, text_not_accepted, weak_password, invalid_argument, email_taken (the password opens the account of somebody with another name), too_many_attempts (many from one network).';

revoke all on function app_public.register_customer(text, text, text, text) from public;
grant execute on function app_public.register_customer(text, text, text, text) to app_anonymous;
--! EndIncluded identity/register_customer.sql
--! Included identity/request_password_reset.sql
create or replace function app_public.request_password_reset(email text, language text default null) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  address app_public.email_address := app_private.require_address(request_password_reset.email);
  account_id bigint;
  stored_address app_public.email_address;
begin
  perform app_private.refuse_hasty_network('password_reset');
  -- The owner of the address; when that account was closed, whoever registered with it last.
  select a.id, coalesce(a.email, a.claimed_email) into account_id, stored_address from app_private.accounts a
  where (a.email = address or a.claimed_email = address) and a.is_active
  order by a.email is null, a.id desc limit 1;
  -- To the address that the account has, not to the one that was typed: whatever may ever compare as equal, the link goes to the owner.
  perform app_private.queue_account_message(coalesce(stored_address, address), account_id, 'password_reset', request_password_reset.language);
  perform app_private.count_network_attempt('password_reset');
  return true;
end
$$;

comment on function app_public.request_password_reset(text, text) is
'Sends a link with which to choose a new password, good for one hour, if there is an account with this address; the answer does not say whether. `language` (en, de) is for who has not chosen one. Open to everybody. Refuses invalid_email, too_many_attempts (many from one network).';

revoke all on function app_public.request_password_reset(text, text) from public;
grant execute on function app_public.request_password_reset(text, text) to app_anonymous;
--! EndIncluded identity/request_password_reset.sql
--! Included clinic/invite_employee.sql
create or replace function app_public.invite_employee(
  clinic_id bigint, email text, full_name text, role app_public.staff_role, doctor_id bigint default null)
returns app_public.invitation
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  token text := translate(encode(public.gen_random_bytes(24), 'base64'), '+/=', '-_');
  address app_public.email_address := app_private.require_address(invite_employee.email);
  invitation app_public.invitation;
begin
  perform app_private.require_clinic_role(invite_employee.clinic_id, 'manage');
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
'Invites somebody to a clinic''s staff, for seven days; `doctor_id` says which of the clinic''s doctors they are, if one. Earlier invitations of the same person to this clinic end. For the clinic''s managers. The token is told once, here. Refuses forbidden, invalid_email, text_too_long, text_not_accepted, doctor_not_found.';

revoke all on function app_public.invite_employee(bigint, text, text, app_public.staff_role, bigint) from public;
grant execute on function app_public.invite_employee(bigint, text, text, app_public.staff_role, bigint) to app_staff;
--! EndIncluded clinic/invite_employee.sql
--! Included clinic/add_clinic_customer.sql
create or replace function app_public.add_clinic_customer(
  clinic_id bigint, full_name text, email text default null, phone text default null, preferred_language text default null,
  idempotency_key text default null)
returns app_public.clinic_customers
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  address app_public.email_address := case when btrim(add_clinic_customer.email) <> '' then app_private.require_address(add_clinic_customer.email) end;
  given_name text := nullif(btrim(add_clinic_customer.full_name), '');
  number text := nullif(btrim(add_clinic_customer.phone), '');
  target bigint;
  record app_public.clinic_customers;
  outcome jsonb;
begin
  perform app_private.require_clinic_role(add_clinic_customer.clinic_id, 'desk');
  outcome := app_private.replay(add_clinic_customer.clinic_id, add_clinic_customer.idempotency_key, 'add_clinic_customer',
    jsonb_build_array(given_name, address, number, add_clinic_customer.preferred_language));
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

comment on function app_public.add_clinic_customer(bigint, text, text, text, text, text) is
'Takes a caller or walk-in into a clinic''s own records, so that the desk can book for them. A person with this name and e-mail address who is in the records, or has registered, is recognised; another name at the address is another person. `preferred_language` is en or de. For the desk. Refuses forbidden, idempotency_key_reused, invalid_argument, invalid_email, text_too_long, text_not_accepted.';

revoke all on function app_public.add_clinic_customer(bigint, text, text, text, text, text) from public;
grant execute on function app_public.add_clinic_customer(bigint, text, text, text, text, text) to app_staff;
--! EndIncluded clinic/add_clinic_customer.sql
--! Included roster/store_roster.sql
create or replace function app_private.store_roster(
  clinic app_private.roster_clinic, doctors app_private.roster_doctor[], time_slots app_private.roster_time_slot[],
  templates app_private.roster_template[]) returns app_private.imported_roster
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  stored app_private.imported_roster;
begin
  insert into app_public.clinics as c (name, time_zone, address, phone, email)
  values (clinic.name, clinic.time_zone, clinic.address, clinic.phone, app_hidden.canonical_address(clinic.email))
  returning c.id, c.name into stored.clinic_id, stored.clinic_name;

  with made as (
    insert into app_public.specializations (name)
    select distinct on (s::public.citext) s::public.citext from unnest(doctors) d cross join lateral unnest(d.specializations) s
    -- "Kardiologie" is Cardiology where that has this German name: no twin that half of the patients would not find.
    where not exists (
      select from app_public.specializations known cross join lateral jsonb_each_text(known.names) n
      where n.value::public.citext = s::public.citext)
    on conflict on constraint specializations_are_unique_by_name do nothing
    returning name::text
  )
  select coalesce(array_agg(made.name order by made.name), '{}') into stored.new_specializations from made;

  with made as (
    insert into app_public.doctors as d (clinic_id, full_name, about)
    select stored.clinic_id, given.name, given.about from unnest(doctors) given order by given.line
    returning d.clinic_id, d.id, d.full_name
  ), specialized as (
    insert into app_public.doctor_specializations (clinic_id, doctor_id, specialization_id)
    select distinct made.clinic_id, made.id, s.id
    from made
    join unnest(doctors) given on given.name = made.full_name
    join app_public.specializations s
      on s.name = any (given.specializations::public.citext[])
      or exists (select from jsonb_each_text(s.names) n where n.value::public.citext = any (given.specializations::public.citext[]))
  )
  select count(*) into stored.doctors from made;

  with made as (
    insert into app_public.time_slots as ts (clinic_id, name, start_time, end_time)
    select stored.clinic_id, given.name, given.start_time, given.end_time from unnest(time_slots) given order by given.line
    returning ts.id
  )
  select count(*) into stored.time_slots from made;

  with made as (
    insert into app_public.doctor_slot_templates as t (clinic_id, doctor_id, time_slot_id, weekday, valid_from, valid_until)
    select stored.clinic_id, d.id, ts.id, given.weekday, given.valid_from, given.valid_until
    from unnest(templates) given
    join app_public.doctors d on d.clinic_id = stored.clinic_id and d.full_name = given.doctor
    join app_public.time_slots ts on ts.clinic_id = stored.clinic_id and ts.name = given.time_slot
    order by given.line, given.weekday, ts.start_time
    returning t.id
  )
  select count(*) into stored.templates from made;
  return stored;
end
$$;

comment on function app_private.store_roster(
  app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[], app_private.roster_template[]) is
'Stores a roster that was judged: the clinic, its doctors with their specializations (new ones are added to the platform''s), time slots and templates.';

revoke all on function app_private.store_roster(
  app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[], app_private.roster_template[]) from public;
--! EndIncluded roster/store_roster.sql
--! Included roster/load_demo.sql
create or replace function app_private.load_demo(rosters jsonb) returns boolean
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  password constant text := 'medislot-demo';
  roster record;
  clinic app_private.imported_roster;
  today date;
begin
  -- Two programs that start at once on an empty database: the second finds the first one's clinics. import_roster takes the lock too.
  perform pg_advisory_xact_lock(hashtextextended('medislot import', 0));
  if exists (select from app_public.clinics) then
    return false;
  end if;

  for roster in
    select r.item ->> 'name' as name, r.item -> 'roster' as files from jsonb_array_elements(rosters) with ordinality as r (item, n) order by r.n
  loop
    clinic := app_private.import_roster(roster.files);
    insert into app_public.employees (clinic_id, account_id, role, full_name, email)
    select clinic.clinic_id, app_private.create_account(address, password), 'manager', 'Manager of ' || clinic.clinic_name, address
    from (values (roster.name || '@medislot.example')) as m (address);
    select (now() at time zone c.time_zone)::date into today from app_public.clinics c where c.id = clinic.clinic_id;
    perform app_public.generate_booking_slots(clinic.clinic_id, today, today + 13);
  end loop;

  update app_public.specializations s set names = jsonb_build_object('de', german.name)
  from (values
    ('Allergology', 'Allergologie'), ('Cardiology', 'Kardiologie'), ('Dermatology', 'Dermatologie'),
    ('Diving Medicine', 'Tauchmedizin'), ('Ear, Nose and Throat', 'Hals-Nasen-Ohren-Heilkunde'),
    ('Emergency Medicine', 'Notfallmedizin'), ('Endocrinology', 'Endokrinologie'),
    ('General Practice', 'Allgemeinmedizin'), ('Gynecology', 'Gynäkologie'), ('Neurology', 'Neurologie'),
    ('Obstetrics', 'Geburtshilfe'), ('Ophthalmology', 'Augenheilkunde'), ('Orthopedics', 'Orthopädie'),
    ('Pediatrics', 'Kinder- und Jugendmedizin'), ('Psychiatry', 'Psychiatrie'), ('Sports Medicine', 'Sportmedizin')
  ) as german (specialization, name)
  where s.name = german.specialization::public.citext;

  insert into app_public.customers (account_id, full_name, email)
  select app_private.create_account(c.address, password), c.full_name, c.address
  from (values ('ann@medislot.example', 'Ann Miller'), ('bob@medislot.example', 'Bob Fischer')) as c (address, full_name);
  perform app_private.make_admin('admin@medislot.example', password);
  return true;
end
$$;

comment on function app_private.load_demo(jsonb) is
$c$Loads the demo into a database without clinics: rosters as [{"name", "roster": as app_private.import_roster takes it}, …], a manager <name>@medislot.example of each, customers ann@ and bob@medislot.example, admin@medislot.example (password of all: medislot-demo), and slots for two weeks from today.
False, and nothing done, when there is a clinic. Refuses import_refused.$c$;

revoke all on function app_private.load_demo(jsonb) from public;
--! EndIncluded roster/load_demo.sql
--! Included roster/read_roster_clinic.sql
create or replace function app_private.read_roster_clinic(
  lines app_private.roster_line[], out clinic app_private.roster_clinic, out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  given app_private.roster_line;
  dates record;
  times record;
  existing bigint;
begin
  select l.* into given from unnest(lines) l where l.file = 'clinic.csv' order by l.line limit 1;
  dates := app_private.parse_roster_date_format(given.cells ->> 'date format');
  times := app_private.parse_roster_time_format(given.cells ->> 'time format');
  clinic := (given.line, given.cells ->> 'name', given.cells ->> 'time zone', given.cells ->> 'address', given.cells ->> 'phone',
    given.cells ->> 'e-mail', dates.date_format, times.clock);
  select min(c.id) into existing from app_public.clinics c where c.is_active and app_private.roster_key(c.name) = app_private.roster_key(clinic.name);

  faults := array(
    select row('clinic.csv', clinic.line, f."column", given.cells ->> f."column", f.reason)::app_private.roster_fault
    from (values
      ('name', case when existing is not null then
        format('there is a clinic "%s" already (clinic %s): change that one, deactivate it, or import under another name', clinic.name, existing) end),
      ('time zone', case when clinic.time_zone is not null and not app_private.is_time_zone(clinic.time_zone) then
        format('"%s" is no IANA time zone such as Europe/Berlin', clinic.time_zone) end),
      ('e-mail', case when not app_hidden.is_mailbox(app_hidden.canonical_address(clinic.email)) then
        format('"%s" is not an e-mail address such as desk@example.org; a domain with other letters is written in its xn-- form', clinic.email) end),
      ('date format', dates.reason),
      ('time format', times.reason)
    ) as f ("column", reason)
    where f.reason is not null
  ) || array(
    select row('clinic.csv', l.line, null, null, 'a roster is of one clinic: this line is one too many')::app_private.roster_fault
    from unnest(lines) l where l.file = 'clinic.csv' and l.line > given.line
  );
end
$$;

comment on function app_private.read_roster_clinic(app_private.roster_line[]) is
'Reads and judges a roster''s clinic.csv: the clinic with the formats it declares (null where they cannot be read), and the faults.';

revoke all on function app_private.read_roster_clinic(app_private.roster_line[]) from public;
--! EndIncluded roster/read_roster_clinic.sql

-- One flood of sign-ins must not delay everybody.
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

-- REST: a session is ended by its refresh token alone; a slot is put back as it was read; refusals of conditions and searches.
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
drop function if exists app_public.sign_out();
--! Included identity/sign_out.sql
create or replace function app_public.sign_out(refresh_token text default null) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if sign_out.refresh_token is null and app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  -- Either the caller's own session, whose id comes from the verified token, or the one that the refresh token belongs to:
  -- any token of it, also one that was used, since ending a session is all that it is used for here.
  update app_private.sessions s set revoked_at = now()
  where s.revoked_at is null
    and (s.id = app_hidden.current_session_id() and s.account_id = app_hidden.current_account_id()
      or s.id = (select rt.session_id from app_private.refresh_tokens rt
                 where rt.token_hash = sha256(convert_to(sign_out.refresh_token, 'utf8'))));
  return found;
end
$$;

comment on function app_public.sign_out(text) is
'Ends the caller''s session at once, and the one that a refresh token belongs to, for which no access token is needed: their refresh tokens and access tokens are refused from now on. True when there was one to end. Refuses unauthenticated.';

revoke all on function app_public.sign_out(text) from public;
grant execute on function app_public.sign_out(text) to app_anonymous;
--! EndIncluded identity/sign_out.sql
drop function if exists app_public.set_slot_customer(bigint, bigint, bigint, int);
--! Included booking/set_slot_customer.sql
create or replace function app_public.set_slot_customer(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, row_version int default null,
  status app_public.slot_status default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  slot app_public.booking_slots;
  live bigint;
begin
  if app_hidden.current_account_id() is null and not app_private.caller_is_operator() then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  slot := app_private.lock_slot(set_slot_customer.clinic_id, set_slot_customer.booking_slot_id);
  perform app_private.require_version('booking_slots', set_slot_customer.row_version, slot.row_version);
  if set_slot_customer.status <> slot.status then
    perform app_hidden.refuse('invalid_argument', 'The status follows from who has the slot: book, cancel, hold, release or withdraw it.',
      jsonb_build_object('argument', 'status', 'status', slot.status));
  end if;
  -- A held slot as it is read stays held, and a withdrawn one withdrawn.
  if set_slot_customer.status = 'held' and slot.customer_id = set_slot_customer.customer_id then
    perform app_private.resolve_customer(slot.clinic_id, set_slot_customer.customer_id);
    return slot;
  elsif set_slot_customer.status = 'withdrawn' and set_slot_customer.customer_id is null
    and (slot.clinic_id = any (app_hidden.staff_clinic_ids()) or app_private.caller_is_operator()) then
    return slot;
  end if;
  -- What is as it is wanted stays: to say it again changes nothing. Whether it is, only those may learn who see the slot's customer.
  if slot.status = 'booked' and slot.customer_id = set_slot_customer.customer_id then
    perform app_private.resolve_customer(slot.clinic_id, set_slot_customer.customer_id);
    return slot;
  elsif slot.status = 'open' and set_slot_customer.customer_id is null then
    return slot;
  elsif set_slot_customer.customer_id is not null then
    perform app_public.book_slot(slot.clinic_id, slot.id, set_slot_customer.customer_id);
  elsif slot.status = 'held' then
    -- The desk ends anybody's hold, others their own.
    perform app_public.release_hold(slot.clinic_id, slot.id,
      case when slot.clinic_id = any (app_hidden.desk_clinic_ids()) or app_private.caller_is_operator() then slot.customer_id end);
  else
    select b.id into live from app_public.bookings b where b.clinic_id = slot.clinic_id and b.active_booking_slot_id = slot.id;
    if live is null then
      perform app_hidden.refuse('slot_withdrawn', 'The clinic has withdrawn this slot.', jsonb_build_object('bookingSlotId', slot.id::text));
    end if;
    perform app_public.cancel_booking(slot.clinic_id, live);
  end if;
  select bs.* into slot from app_public.booking_slots bs where bs.clinic_id = slot.clinic_id and bs.id = slot.id;
  return slot;
end
$$;

comment on function app_public.set_slot_customer(bigint, bigint, bigint, int, app_public.slot_status) is
$c$Says who has a slot: a customer books it (book_slot), null frees it (cancel_booking, or release_hold of a held one); for clients that edit slots rather than call functions. To say what is so already changes nothing. `status` is the one that the caller read, another is refused (invalid_argument); with it, a held or withdrawn slot and its customer as they were read stay so.
Refuses what those refuse: slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead, slot_in_the_past, too_many_bookings, customer_busy, customer_not_found, booking_not_found, hold_not_found, cancellation_too_late, illegal_transition, forbidden, unauthenticated, invalid_argument, stale_row_version.$c$;

revoke all on function app_public.set_slot_customer(bigint, bigint, bigint, int, app_public.slot_status) from public;
grant execute on function app_public.set_slot_customer(bigint, bigint, bigint, int, app_public.slot_status) to app_customer;
--! EndIncluded booking/set_slot_customer.sql
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
--! Included notification/quiet_hours.sql
create or replace function app_private.quiet_hours(at timestamptz, time_zone text, quiet_from time, quiet_until time) returns tstzrange
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
    '[)');
  return case when quiet @> at then quiet end;
end
$$;

comment on function app_private.quiet_hours(timestamptz, text, time, time) is
'The quiet hours (from, until) of a clinic in which an instant lies, or null. A local time that the clocks skip is the one after.';

revoke all on function app_private.quiet_hours(timestamptz, text, time, time) from public;
--! EndIncluded notification/quiet_hours.sql
--! Included notification/before_quiet_hours.sql
create or replace function app_private.before_quiet_hours(at timestamptz, time_zone text, quiet_from time, quiet_until time) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Sending takes a moment, and what is not under way when the hours begin waits for their end.
  margin constant interval := '10 minutes';
begin
  if quiet_from is null then
    return null;
  end if;
  return lower(coalesce(
    app_private.quiet_hours(at, time_zone, quiet_from, quiet_until),
    app_private.quiet_hours(at + margin, time_zone, quiet_from, quiet_until))) - margin;
end
$$;

comment on function app_private.before_quiet_hours(timestamptz, text, time, time) is
'When a reminder of an instant in the quiet hours (from, until) of a clinic, or in the ten minutes before them, is due instead: ten minutes before they begin. Null for every other instant.';

revoke all on function app_private.before_quiet_hours(timestamptz, text, time, time) from public;
--! EndIncluded notification/before_quiet_hours.sql
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
    app_private.choose_channel(b.clinic_id, b.customer_id, 'booking_reminder'), lead.lead_time, b.sequence,
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
drop trigger if exists reminders_follow_the_policy on app_public.policies;
create trigger reminders_follow_the_policy after update of reminder_lead_times, quiet_from, quiet_until on app_public.policies
  for each row when ((NEW.reminder_lead_times, NEW.quiet_from, NEW.quiet_until) is distinct from (OLD.reminder_lead_times, OLD.quiet_from, OLD.quiet_until))
  execute function app_private.follow_changed_rules();
--! Included notification/plan_reminders.sql
create or replace function app_private.plan_reminders(at timestamptz default now(), ahead interval default '24 hours') returns int
language plpgsql volatile
-- Bookings may come in faster than the table is analysed. A plan for the handful of rows that there were joined each to each, and computed
-- the whole spreading anew for each: 16 s for 1,500 reminders.
set enable_nestloop = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
      app_private.before_quiet_hours(to_timestamp(l.leaves), l.time_zone, l.quiet_from, l.quiet_until), l.due_at)) as due_again
    from latest l
  ), numbered_again as (
    select o.*, row_number() over (partition by o.channel order by o.due_again, o.id) / o.per_second as place_again
    from out_of_quiet_hours o
  ), latest_again as (
    select n.*, min(n.due_again - n.place_again) over (
      partition by n.channel order by n.due_again desc, n.id desc rows unbounded preceding) + n.place_again as leaves_again
    from numbered_again n
  ), plan as materialized (
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
--! Included notification/queue_notifications.sql
create or replace function app_private.queue_notifications(
  booking app_public.bookings, kind app_public.notification_kind, earlier_start timestamptz default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  channel text := app_private.choose_channel(booking.clinic_id, booking.customer_id, kind);
begin
  -- Rows only, no job and no notify: either would take a lock that all commits share. The job send_notifications finds what is due.
  if channel is not null then
    -- Whether it waits for the end of the quiet hours is decided when it is sent (claim_notifications).
    insert into app_public.notifications (
      clinic_id, booking_id, customer_id, kind, channel, booking_sequence, due_at, answers_until, earlier_start)
    values (booking.clinic_id, booking.id, booking.customer_id, kind, channel, booking.sequence, now(),
      case when app_hidden.current_customer_id() = booking.customer_id then now() + interval '1 hour' end,
      queue_notifications.earlier_start);
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
'Records what is to be sent about a booking, in the booking''s own transaction: the message itself, over the channel that clinic and customer chose; the clinic''s webhooks; and, for a new time, the reminders. `earlier_start` is the start that a moved booking had before.';

revoke all on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind, timestamptz) from public;
--! EndIncluded notification/queue_notifications.sql
--! Included booking/reschedule_booking.sql
create or replace function app_public.reschedule_booking(
  clinic_id bigint, booking_id bigint, booking_slot_id bigint, idempotency_key text default null,
  row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  old_slot_id bigint;
  old_start timestamptz;
  slot app_public.booking_slots;
  policy app_public.policies;
  by_desk boolean;
  outcome jsonb;
begin
  outcome := app_private.replay_of_booking(reschedule_booking.clinic_id, reschedule_booking.booking_id,
    reschedule_booking.idempotency_key, 'reschedule_booking',
    jsonb_build_array(reschedule_booking.booking_id, reschedule_booking.booking_slot_id));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.bookings, outcome);
  end if;
  booking := app_private.lock_booking(reschedule_booking.clinic_id, reschedule_booking.booking_id, reschedule_booking.booking_slot_id);
  by_desk := app_private.require_booking_right(booking);
  perform app_private.require_version('bookings', reschedule_booking.row_version, booking.row_version);
  slot := app_private.lock_slot(reschedule_booking.clinic_id, reschedule_booking.booking_slot_id);
  if booking.status <> 'booked' then
    perform app_hidden.refuse('illegal_transition', format('A booking that is %s cannot be rescheduled.', booking.status),
      jsonb_build_object('status', booking.status));
  end if;
  if slot.id = booking.booking_slot_id then
    booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
    perform app_private.remember(booking.clinic_id, reschedule_booking.idempotency_key, to_jsonb(booking));
    return booking;
  end if;
  -- One change at a time to a customer's calendar here: two whose times overlap would wait for each other in the exclusion constraint.
  perform from app_public.clinic_customers cc
  where cc.clinic_id = booking.clinic_id and cc.customer_id = booking.customer_id for no key update;

  select p.* into strict policy from app_public.policies p where p.clinic_id = booking.clinic_id;
  if not by_desk and booking.starts_at < now() + policy.cancellation_cutoff then
    perform app_hidden.refuse('cancellation_too_late', 'It is too late to change this booking. Call the clinic.',
      jsonb_build_object('cancellableUntil', booking.starts_at - policy.cancellation_cutoff));
  end if;
  perform app_private.judge_slot(slot, booking.customer_id);
  perform app_private.judge_time(slot, policy, by_desk);

  old_slot_id := booking.booking_slot_id;
  old_start := booking.starts_at;
  perform set_config('medislot.reason', 'rescheduled', true);
  update app_public.booking_slots bs set status = 'booked', customer_id = booking.customer_id, held_until = null
  where bs.clinic_id = booking.clinic_id and bs.id = slot.id;
  begin
    -- The same booking moves: its reference, its history and its entry in the customer's calendar stay one.
    update app_public.bookings b set booking_slot_id = slot.id, sequence = b.sequence + 1
    where b.clinic_id = booking.clinic_id and b.id = booking.id
    returning b.* into booking;
  exception when exclusion_violation then
    perform app_hidden.refuse('customer_busy', 'The customer has another booking here at this time.',
      jsonb_build_object('startsAt', slot.starts_at, 'endsAt', slot.ends_at));
  end;
  perform app_private.free_slot(booking.clinic_id, old_slot_id);
  perform set_config('medislot.reason', '', true);
  perform app_private.drop_notifications(booking);
  perform app_private.queue_notifications(booking, 'booking_rescheduled', old_start);
  -- What a function returns knows no rights of columns, and who at the desk booked is not for customers.
  booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
  perform app_private.remember(booking.clinic_id, reschedule_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) is
'Moves a booking to another slot of the same clinic, which may be another doctor''s: the new slot is taken and the old one freed, both or neither, and reminders follow. Customers their own, until the cancellation cut-off of the old time; the desk any of its clinic.
Refuses booking_not_found, illegal_transition, cancellation_too_late, customer_busy, and whatever refuses a new booking of that slot: slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead, slot_in_the_past; forbidden, unauthenticated, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) from public;
grant execute on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) to app_customer;
--! EndIncluded booking/reschedule_booking.sql
--! Included notification/claim_notifications.sql
create or replace function app_private.claim_notifications(
  batch int default 20, at timestamptz default now(), only_channel text default null) returns setof app_public.notifications
language plpgsql volatile
-- Walks the index of what is due in its order and looks each up by its key. The planner, who does not know how large a batch is, read all
-- bookings and customers for twenty.
set enable_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  the_clinic bigint;
  quiet_until timestamptz;
  claimed int;
begin
  if claim_notifications.only_channel is null then
    return query select n.* from app_private.claim_notifications(claim_notifications.batch, claim_notifications.at, 'email') n;
    if not found then
      return query select n.* from app_private.claim_notifications(claim_notifications.batch, claim_notifications.at, 'sms') n;
    end if;
    return;
  elsif claim_notifications.only_channel = 'webhook' then
    raise exception 'webhooks are claimed by claim_webhooks' using errcode = 'XX000';
  end if;
  loop
    -- One clinic at a time (its rows lie together, also on a shard): the one whose message has waited longest.
    select n.clinic_id into the_clinic from app_public.notifications n
    where n.state = 'pending' and greatest(least(n.send_after, n.due_at), n.retry_at) <= claim_notifications.at
      and n.channel = claim_notifications.only_channel
    order by greatest(least(n.send_after, n.due_at), n.retry_at) limit 1 for update skip locked;
    if the_clinic is null then
      return;
    end if;
    select upper(app_private.quiet_hours(claim_notifications.at, c.time_zone, p.quiet_from, p.quiet_until)) into quiet_until
    from app_public.clinics c join app_public.policies p on p.clinic_id = c.id
    where c.id = the_clinic;
    return query
      with due as materialized (
        select n.clinic_id, n.id, n.customer_id, n.booking_id, n.kind, n.answers_until, n.earlier_start from app_public.notifications n
        where n.clinic_id = the_clinic and n.state = 'pending'
          and greatest(least(n.send_after, n.due_at), n.retry_at) <= claim_notifications.at
          and n.channel = claim_notifications.only_channel
        order by greatest(least(n.send_after, n.due_at), n.retry_at)
        limit claim_notifications.batch for update skip locked
      ), judged as (
        -- Judged now and not when it was queued: an opt-out holds from the moment it is made, and so do quiet hours, whatever made the
        -- message due in them (a lead time that was added, a booking made at night, another attempt, a changed rule).
        select d.clinic_id, d.id, case
            when d.kind <> 'booking_reminder' then null
            when b.starts_at <= claim_notifications.at then 'too_late'
            when not (cc.wants_reminders and c.wants_reminders) then 'opted_out'
            -- A reminder that could only come when the appointment has begun.
            when q.has_to_wait and b.starts_at <= quiet_until then 'quiet_hours' end as unwanted,
          q.has_to_wait
        from due d
        join app_public.bookings b on b.clinic_id = d.clinic_id and b.id = d.booking_id
        join app_public.clinic_customers cc on cc.clinic_id = d.clinic_id and cc.customer_id = d.customer_id
        join app_public.customers c on c.id = d.customer_id
        cross join lateral (
          select quiet_until is not null
            -- The answer to what somebody has just done is no disturbance.
            and coalesce(claim_notifications.at >= d.answers_until, true)
            -- News that would come too late in the morning: of a visit that begins within two hours of the end of the quiet hours, or
            -- would have. The patient who comes for nothing is worse off than the one who is woken.
            and (d.kind = 'booking_reminder' or quiet_until <= least(b.starts_at, d.earlier_start) - interval '2 hours') as has_to_wait
        ) q
      ), dropped as (
        update app_public.notifications n set state = 'dropped', dropped_because = j.unwanted
        from judged j where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is not null
      ), put_off as (
        update app_public.notifications n set retry_at = quiet_until
        from judged j where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is null and j.has_to_wait
      ), taken as (
        -- The attempt is counted and the next one set before the message goes out: a worker that dies while sending has sent at most
        -- once too often, never too seldom, and a message that kills its worker does not do so for ever.
        update app_public.notifications n
        set attempts = n.attempts + 1,
            retry_at = claim_notifications.at + interval '30 seconds' * 2 ^ n.attempts
        from judged j
        where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is null and not j.has_to_wait
        returning n.*
      ), begun as (
        insert into app_private.delivery_attempts (clinic_id, notification_id, generation, attempt, channel, started_at)
        select t.clinic_id, t.id, t.generation, t.attempts, t.channel, claim_notifications.at from taken t
      )
      select t.* from taken t;
    get diagnostics claimed = row_count;
    -- A batch of which nothing is sent now is not the end of the work.
    exit when claimed > 0;
  end loop;
end
$$;

comment on function app_private.claim_notifications(int, timestamptz, text) is
'Takes up to `batch` messages of one clinic that are to be sent at `at` by e-mail or SMS (`only_channel`; null for either); none that another worker has. Each is due again after 30 s, doubling, unless recorded by record_deliveries; so a batch has to be sent within 30 s. Reminders that are not wanted any more are dropped. In the clinic''s quiet hours nothing is sent but answers to what somebody has just done (an hour from then) and news, not reminders, of a visit that begins within two hours of their end; what else is due waits for their end, and a reminder that this makes too late is dropped. Called by the job send_notifications.';

revoke all on function app_private.claim_notifications(int, timestamptz, text) from public;
--! EndIncluded notification/claim_notifications.sql
--! Included notification/send_again.sql
create or replace function app_public.send_again(clinic_id bigint, notification_id bigint) returns app_public.notifications
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
      due_at = now(), send_after = null, answers_until = now() + interval '1 hour',
      -- To where the customer wants it by now.
      channel = case when x.channel = 'webhook' then x.channel
        else coalesce(app_private.choose_channel(x.clinic_id, x.customer_id, x.kind), x.channel) end
  where x.clinic_id = n.clinic_id and x.id = n.id
  returning x.* into n;
  return n;
end
$$;

comment on function app_public.send_again(bigint, bigint) is
'Sends a message once more that was sent or has died, to the address that the clinic knows now. It counts as another message with the provider, and quiet hours do not hold it back within the hour. For the desk. Refuses forbidden, notification_not_found, illegal_transition (waiting, or dropped).';

revoke all on function app_public.send_again(bigint, bigint) from public;
grant execute on function app_public.send_again(bigint, bigint) to app_staff;
--! EndIncluded notification/send_again.sql
--! Included notification/bookings_missing_reminders.sql
create or replace view app_private.bookings_missing_reminders with (security_invoker = true) as
select b.clinic_id, b.id as booking_id, lead.lead_time, 'missing' as problem
from app_public.bookings b
join app_public.policies p on p.clinic_id = b.clinic_id
cross join lateral (select distinct unnest(p.reminder_lead_times) as lead_time) lead
-- In UTC: the view runs with the settings of the session that reads it, and a day is 24 hours.
where b.status = 'booked' and (b.starts_at at time zone 'UTC' - lead.lead_time) at time zone 'UTC' > now()
  and exists (select from app_public.notification_rules nr where nr.clinic_id = b.clinic_id and nr.kind = 'booking_reminder')
  and not exists (
    select from app_public.notifications n
    where n.clinic_id = b.clinic_id and n.booking_id = b.id and n.kind = 'booking_reminder'
      and n.lead_time = lead.lead_time and n.booking_sequence = b.sequence
      and (n.state <> 'dropped' or n.dropped_because in ('opted_out', 'quiet_hours')))
union all
select n.clinic_id, n.booking_id, n.lead_time,
  case when n.due_at > (b.starts_at at time zone 'UTC' - n.lead_time) at time zone 'UTC'
    then 'due too late' else 'not wanted' end
from app_public.notifications n
join app_public.bookings b on b.clinic_id = n.clinic_id and b.id = n.booking_id
join app_public.policies p on p.clinic_id = n.clinic_id
-- One sent again by hand is due when the desk said.
where n.kind = 'booking_reminder' and n.state = 'pending' and n.generation = 1 and b.starts_at > now()
  and (b.status <> 'booked' or n.booking_sequence <> b.sequence or n.lead_time <> all (p.reminder_lead_times)
    or n.due_at > (b.starts_at at time zone 'UTC' - n.lead_time) at time zone 'UTC');

comment on view app_private.bookings_missing_reminders is
'Always empty: bookings ahead that lack a reminder, and reminders that nobody should get. A row here is a bug.';
--! EndIncluded notification/bookings_missing_reminders.sql
--! Included notification/late_notifications.sql
create or replace view app_public.late_notifications with (security_invoker = true) as
-- One that waits for the end of the quiet hours (retry_at without an attempt) is not late until then.
select n.clinic_id, n.id, n.booking_id, n.customer_id, n.kind, n.channel, n.state, n.due_at,
  now() - greatest(n.due_at, case when n.attempts = 0 then n.retry_at end) as late_by, n.attempts, n.retry_at, n.last_error
from app_public.notifications n
where n.state = 'dead' or n.state = 'pending' and greatest(n.due_at, case when n.attempts = 0 then n.retry_at end) < now() - interval '1 minute';

comment on view app_public.late_notifications is
$c$Messages that should have gone out more than a minute ago: still tried, or dead. Of the dead the desk decides: send_again, or a telephone call.
@primaryKey clinic_id,id
@foreignKey (clinic_id, booking_id) references app_public.bookings (clinic_id, id)$c$;

grant select on app_public.late_notifications to app_staff;
--! EndIncluded notification/late_notifications.sql
--! Included notification/delivery_figures.sql
create or replace function app_private.delivery_figures() returns table (
  channel text, waiting bigint, due bigint, late_seconds double precision, dead bigint, sent bigint, failed bigint, died bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select ch.channel,
      (select count(*) from app_public.notifications n where n.state = 'pending' and n.channel = ch.channel),
      w.due, w.late_seconds,
      (select count(*) from app_public.notifications n where n.state = 'dead' and n.channel = ch.channel),
      c.sent, c.failed, c.died
    from app_private.channels ch
    cross join lateral (
      select count(*) as due, greatest(coalesce(extract(epoch from now() - min(greatest(n.due_at, case when n.attempts = 0 then n.retry_at end))), 0), 0)::double precision as late_seconds
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
--! Included schedule/make_booking_slots.sql
create or replace function app_private.make_booking_slots(clinic_id bigint, dates datemultirange, due_at timestamptz)
returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  run app_public.slot_generation_runs;
begin
  clinic := app_private.lock_schedule(make_booking_slots.clinic_id);
  -- Asked under the lock: of two workers that found the same run due, the second finds it made.
  if make_booking_slots.due_at is not null and exists (
       select from app_public.slot_generation_runs r
       where r.clinic_id = make_booking_slots.clinic_id and r.due_at = make_booking_slots.due_at) then
    return null;
  end if;

  with times as materialized (
    -- Local time becomes instants once for each time slot and date, however many doctors share them: it is the dear part.
    select used.time_slot_id, used.weekday, day.slot_date,
      app_hidden.local_range(day.slot_date, used.start_time, used.end_time, clinic.time_zone) as during
    from (
      select distinct t.time_slot_id, t.weekday, ts.start_time, ts.end_time
      from app_public.doctor_slot_templates t
      join app_public.time_slots ts on ts.clinic_id = t.clinic_id and ts.id = t.time_slot_id and ts.is_active
      where t.clinic_id = make_booking_slots.clinic_id
    ) used
    join (
      select lower(d) + n as slot_date, extract(isodow from lower(d) + n)::int as weekday
      from unnest(make_booking_slots.dates) d cross join lateral generate_series(0, upper(d) - lower(d) - 1) n
    ) day on day.weekday = used.weekday
  ), wanted as materialized (
    select t.doctor_id, t.time_slot_id, ti.slot_date, ti.during
    from times ti
    join app_public.doctor_slot_templates t
      on t.clinic_id = make_booking_slots.clinic_id and t.time_slot_id = ti.time_slot_id and t.weekday = ti.weekday and t.validity @> ti.slot_date
    join app_public.doctors d on d.clinic_id = t.clinic_id and d.id = t.doctor_id and d.is_active
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
  ), overlapping as materialized (
    select o.doctor_id, o.time_slot_id, o.slot_date
    from (
      select array_agg(j.doctor_id) as doctor_ids, array_agg(j.time_slot_id) as time_slot_ids, array_agg(j.slot_date) as slot_dates,
        array_agg(j.during) as durings
      from judged j where j.reason is null
    ) w
    cross join lateral app_private.insert_slots(make_booking_slots.clinic_id, w.doctor_ids, w.time_slot_ids, w.slot_dates, w.durings) o
  ), numbers as (
    select count(*) as of_templates, count(*) filter (where j.reason is null) as to_make, (select count(*) from overlapping) as overlapping,
      count(*) filter (where j.reason = 'slot_exists') as existing, count(*) filter (where j.reason = 'slot_in_the_past') as past,
      count(*) filter (where j.reason = 'skipped_local_time') as skipped
    from judged j
  ), worth_a_look as (
    -- What exists already is the normal case of a second run; the rest somebody may have to mend, so it is named, up to a hundred.
    select j.reason, j.doctor_id, j.time_slot_id, j.slot_date from judged j where j.reason <> 'slot_exists'
    union all
    select 'slot_overlaps', o.doctor_id, o.time_slot_id, o.slot_date from overlapping o
    order by slot_date, doctor_id, time_slot_id limit 100
  )
  insert into app_public.slot_generation_runs as r (
    clinic_id, from_date, to_date, dates, slots_made, templates_passed_over, already_existing, in_the_past, skipped_local_times, overlapping, examples, due_at)
  select make_booking_slots.clinic_id, lower(make_booking_slots.dates), upper(make_booking_slots.dates) - 1, make_booking_slots.dates,
    n.to_make - n.overlapping, n.of_templates - n.to_make + n.overlapping, n.existing, n.past, n.skipped, n.overlapping,
    coalesce((select jsonb_agg(jsonb_build_object('reason', w.reason, 'doctorId', w.doctor_id::text, 'timeSlotId', w.time_slot_id::text, 'slotDate', w.slot_date))
              from worth_a_look w), '[]'), make_booking_slots.due_at
  from numbers n
  returning r.* into run;
  return run;
end
$$;

comment on function app_private.make_booking_slots(bigint, datemultirange, timestamptz) is
'Makes the slots that a clinic''s templates want on these local dates; records and returns the run. With `due_at`, the scheduled time the run is for, it returns null when that run was made already. Used by generate_booking_slots, generate_due_slots and follow_templates. Refuses clinic_not_found.';

revoke all on function app_private.make_booking_slots(bigint, datemultirange, timestamptz) from public;
--! EndIncluded schedule/make_booking_slots.sql
--! Included schedule/generate_booking_slots.sql
create or replace function app_public.generate_booking_slots(clinic_id bigint, from_date date, to_date date)
returns app_public.slot_generation_runs
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_clinic_role(generate_booking_slots.clinic_id, 'manage');
  if generate_booking_slots.to_date > (app_private.latest_slot_start() at time zone 'UTC')::date then
    -- Also where no template is valid so late: the run would be recorded, and later ones go by it.
    perform app_hidden.refuse('slot_too_far_ahead', 'A slot starts at most three years from now.',
      jsonb_build_object('slotDate', to_date, 'latestStart', app_private.latest_slot_start()));
  elsif from_date is null or to_date is null or to_date < from_date or to_date - from_date > 366 then
    perform app_hidden.refuse('invalid_argument', 'Give a from and a to date, in this order, at most 366 days apart.',
      jsonb_build_object('argument', 'toDate', 'fromDate', from_date, 'toDate', to_date));
  end if;
  return app_private.make_booking_slots(
    generate_booking_slots.clinic_id, datemultirange(daterange(from_date, to_date, '[]')), null);
end
$$;

comment on function app_public.generate_booking_slots(bigint, date, date) is
$c$Makes the booking slots that a clinic's templates want from `from_date` to `to_date` (local dates, inclusive, at most 366 days). Running it again makes nothing twice, and a withdrawn slot stays withdrawn.
Returns the recorded run: slots_made, and templates_passed_over with the reasons counted (already_existing, in_the_past, skipped_local_times, overlapping) and up to 100 examples. For managers, and for the job generate_due_slots. Refuses forbidden, clinic_not_found, invalid_argument, slot_too_far_ahead.$c$;

revoke all on function app_public.generate_booking_slots(bigint, date, date) from public;
grant execute on function app_public.generate_booking_slots(bigint, date, date) to app_staff;
--! EndIncluded schedule/generate_booking_slots.sql
--! Included schedule/generate_due_slots.sql
create or replace function app_private.generate_due_slots(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  due timestamptz;
  dates record;
begin
  select d.due_at into due from app_private.clinics_due_for_generation() d where d.clinic_id = generate_due_slots.clinic_id;
  if due is null then
    return null;
  end if;
  dates := app_private.dates_to_generate(generate_due_slots.clinic_id, due);
  return app_private.make_booking_slots(generate_due_slots.clinic_id, datemultirange(daterange(dates.from_date, dates.to_date, '[]')), due);
end
$$;

comment on function app_private.generate_due_slots(bigint) is
'Makes the slots that the clinic''s schedule is due to make (dates_to_generate). Returns the run, or null when none is due. Called by the job generate_due_slots, one clinic a transaction.';

revoke all on function app_private.generate_due_slots(bigint) from public;
--! EndIncluded schedule/generate_due_slots.sql
--! Included schedule/follow_templates.sql
create or replace function app_private.follow_templates(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics := app_private.lock_schedule(follow_templates.clinic_id);
  today date := (now() at time zone clinic.time_zone)::date;
  covered datemultirange;
  misfits bigint[];
  held_ones int;
  noted_at timestamptz := (select sc.changed_at from app_private.schedule_changes sc where sc.clinic_id = clinic.id);
  run app_public.slot_generation_runs;
begin
  -- Only dates for which somebody, or the schedule, generated slots: a change of a template is no reason to fill the gaps between them.
  select range_agg(r.dates) * datemultirange(daterange(today, today + 366, '[]')) into covered
  from app_public.slot_generation_runs r
  where r.clinic_id = clinic.id and r.to_date >= today;

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
  where rl.clinic_id = clinic.id and rl.resolution is null and rl.booking_slot_id <> all (coalesce(misfits, '{}'))
    -- What the clinic took away is over, whatever the templates say.
    and rl.reason <> 'slot_withdrawn';

  -- Somebody may be booking a held one at this moment: looked at again when the hold has ended.
  select count(*) into held_ones from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.id = any (misfits) and bs.status = 'held';
  if not isempty(covered) then
    run := app_private.make_booking_slots(clinic.id, covered, null);
  end if;
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
'Makes a clinic''s slots ahead follow its templates: a free slot that no template wants at its time any more is withdrawn, a booked one stays and its booking goes onto the rebooking list, and slots wanted now are made on the dates that earlier generations covered, at most a year ahead. Slots made or withdrawn by hand stay as they are. Returns the recorded generation, or null when no generation covers a day ahead. Refuses clinic_not_found.';

revoke all on function app_private.follow_templates(bigint) from public;
--! EndIncluded schedule/follow_templates.sql

-- A slot that is opened again gets the hours that its time slot has now. Another time zone moves free slots; a doctor who is back gets slots.
drop function if exists app_private.reopen_slot(app_public.booking_slots);
comment on column app_public.booking_slots.superseded is 'Withdrawn, and its place given up: its template went or moved, its doctor left, or another slot replaced it.';
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
--! Included clinic/check_time_zone.sql
create or replace function app_private.check_time_zone() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if app_private.is_time_zone(NEW.time_zone) is not true then
    perform app_hidden.refuse('unknown_time_zone', format('"%s" is no IANA time zone.', NEW.time_zone),
      jsonb_build_object('argument', 'timeZone', 'given', NEW.time_zone));
  end if;
  return NEW;
end
$$;

comment on function app_private.check_time_zone() is
'Trigger: refuses (unknown_time_zone) a clinic''s time zone that is not an IANA name.';

revoke all on function app_private.check_time_zone() from public;
--! EndIncluded clinic/check_time_zone.sql
--! Included schedule/replace_slots.sql
create or replace function app_private.replace_slots(clinic_id bigint, slot_ids bigint[], durings tstzrange[])
returns setof app_public.booking_slots
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  replaced app_public.booking_slots[];
begin
  select array_agg(bs order by bs.id) into replaced
  from app_public.booking_slots bs where bs.clinic_id = replace_slots.clinic_id and bs.id = any (slot_ids);
  -- The old slots give up their places first: neither the time nor the place of a slot can be had twice.
  update app_public.booking_slots bs set status = 'withdrawn', superseded = true, customer_id = null, held_until = null
  where bs.clinic_id = replace_slots.clinic_id and bs.id = any (slot_ids);
  return query
    insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during, status, from_template)
    select old.clinic_id, old.doctor_id, old.time_slot_id, old.slot_date, w.during,
      (case old.status when 'withdrawn' then 'withdrawn' else 'open' end)::app_public.slot_status, old.from_template
    from unnest(replaced) old
    join unnest(slot_ids, durings) w (id, during) on w.id = old.id
    where upper(w.during) > now()
    order by old.doctor_id, w.during
    on conflict do nothing
    returning bs.*;
end
$$;

comment on function app_private.replace_slots(bigint, bigint[], tstzrange[]) is
'Puts a new slot at other hours in the place of each of these slots, which the caller has locked and which no booking has: the hours of a slot never change. The old slot is superseded; the new one is withdrawn if the old one was, and else open. Returns the new slots. None is made where `durings` has null, an hour that has passed, or one at which the doctor has another slot.';

revoke all on function app_private.replace_slots(bigint, bigint[], tstzrange[]) from public;
--! EndIncluded schedule/replace_slots.sql
--! Included schedule/reopen_slot.sql
create or replace function app_private.reopen_slot(slot app_public.booking_slots, during tstzrange) returns app_public.booking_slots
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  withdrawn_id bigint := slot.id;
begin
  if slot.during <> reopen_slot.during then
    -- Its time slot has other hours than when it was made, and a slot's hours never change: another slot takes its place.
    select r.* into slot from app_private.replace_slots(slot.clinic_id, array[slot.id], array[reopen_slot.during]) r;
  end if;
  update app_public.booking_slots bs
  set status = 'open',
    -- A slot that no template wants is one made by hand, which templates leave alone.
    from_template = bs.from_template and exists (
      select from app_public.doctor_slot_templates t
      where t.clinic_id = bs.clinic_id and t.doctor_id = bs.doctor_id and t.time_slot_id = bs.time_slot_id
        and t.weekday = extract(isodow from bs.slot_date) and t.validity @> bs.slot_date)
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id
  returning bs.* into slot;
  return slot;
exception when exclusion_violation then
  -- The doctor got another slot at this time while this one was withdrawn.
  perform app_hidden.refuse('slot_overlaps', 'The doctor has another slot at this time.', jsonb_build_object('bookingSlotId', withdrawn_id::text));
end
$$;

comment on function app_private.reopen_slot(app_public.booking_slots, tstzrange) is
'Opens a withdrawn slot again at the hours that its time slot has now (`during`), or, where these are not its own, a new slot in its place. The caller has locked it. Returns the open slot. Refuses slot_overlaps when the doctor has another slot at this time.';

revoke all on function app_private.reopen_slot(app_public.booking_slots, tstzrange) from public;
--! EndIncluded schedule/reopen_slot.sql
--! Included schedule/create_booking_slot.sql
create or replace function app_public.create_booking_slot(clinic_id bigint, doctor_id bigint, time_slot_id bigint, slot_date date)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
  -- Locked, so that it is not moved before the slot is made at its hours.
  select ts.* into shift from app_public.time_slots ts
  where ts.clinic_id = create_booking_slot.clinic_id and ts.id = create_booking_slot.time_slot_id and ts.is_active
  for share;
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
  return app_private.reopen_slot(slot, during);
end
$$;

comment on function app_public.create_booking_slot(bigint, bigint, bigint, date) is
'Makes one booking slot by hand, outside any template, or opens a withdrawn one again; if its time slot has other hours now, a new slot at these hours takes its place. `slot_date` is the clinic''s local date. For the desk. Refuses forbidden, clinic_not_found, invalid_argument, doctor_not_found, time_slot_not_found, skipped_local_time, slot_in_the_past, slot_too_far_ahead, slot_exists, slot_overlaps.';

revoke all on function app_public.create_booking_slot(bigint, bigint, bigint, date) from public;
grant execute on function app_public.create_booking_slot(bigint, bigint, bigint, date) to app_staff;
--! EndIncluded schedule/create_booking_slot.sql
--! Included schedule/judge_reopening.sql
create or replace function app_private.judge_reopening() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  hours tstzrange;
begin
  if upper(NEW.during) <= now() then
    perform app_hidden.refuse('slot_in_the_past', 'This time has passed.', jsonb_build_object('endsAt', upper(NEW.during)));
  end if;
  select app_hidden.local_range(NEW.slot_date, ts.start_time, ts.end_time, c.time_zone) into hours
  from app_public.time_slots ts
  join app_public.clinics c on c.id = ts.clinic_id
  where ts.clinic_id = NEW.clinic_id and ts.id = NEW.time_slot_id;
  if hours is distinct from NEW.during then
    raise exception 'the time slot of booking slot % has other hours now: open it with create_booking_slot', NEW.id
      using errcode = 'check_violation', constraint = TG_NAME;
  end if;
  return NEW;
end
$$;

comment on function app_private.judge_reopening() is
'Trigger: a withdrawn slot is opened again only at the hours that its time slot has now (check_violation), and not when they have passed (slot_in_the_past).';

revoke all on function app_private.judge_reopening() from public;
--! EndIncluded schedule/judge_reopening.sql
--! Included schedule/move_slots_to_new_zone.sql
create or replace function app_private.move_slots_to_new_zone() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Zones are up to 26 hours apart, so a slot ahead in the old zone may be dated two days before today in the new one.
  first_date date := (now() at time zone NEW.time_zone)::date - 2;
  taken jsonb;
  slot_ids bigint[];
  durings tstzrange[];
begin
  -- In the order in which every transaction locks slots. A slot that is being booked is waited for, and judged by what it is then.
  perform from app_public.booking_slots bs
  where bs.clinic_id = NEW.id and bs.slot_date >= first_date and not bs.superseded
  order by bs.id
  for no key update;

  select jsonb_agg(jsonb_build_object('bookingSlotId', bs.id::text, 'startsAt', bs.starts_at, 'status', bs.status) order by bs.starts_at, bs.id)
  into taken
  from app_public.booking_slots bs
  where bs.clinic_id = NEW.id and bs.slot_date >= first_date and bs.starts_at > now()
    and (bs.status = 'booked' or bs.status = 'held' and bs.held_until > now());
  if taken is not null then
    perform app_hidden.refuse('time_zone_in_use',
      format('%s bookings and holds lie ahead in the present time zone.', jsonb_array_length(taken)), jsonb_build_object('slots', taken));
  end if;

  -- Withdrawn slots too: opened again later, they are to be at the hours of the new zone. What is over in both zones stays what it was.
  select array_agg(m.id), array_agg(m.new_during) into slot_ids, durings
  from (
    select bs.id, bs.starts_at, bs.during, app_hidden.local_range(bs.slot_date, ts.start_time, ts.end_time, NEW.time_zone) as new_during
    from app_public.booking_slots bs
    join app_public.time_slots ts on ts.clinic_id = bs.clinic_id and ts.id = bs.time_slot_id
    where bs.clinic_id = NEW.id and bs.slot_date >= first_date and not bs.superseded and bs.status <> 'booked'
  ) m
  where m.new_during is distinct from m.during and (m.starts_at > now() or lower(m.new_during) > now());
  perform set_config('medislot.reason', 'time zone changed', true);
  perform from app_private.replace_slots(NEW.id, slot_ids, durings);
  perform set_config('medislot.reason', '', true);
  -- Local times that the clocks skip in one zone exist in the other.
  insert into app_private.schedule_changes as sc (clinic_id) values (NEW.id)
  on conflict on constraint a_clinic_has_changes_or_not do update
    set changed_at = greatest(now(), sc.changed_at + interval '1 microsecond');
  return null;
end
$$;

comment on function app_private.move_slots_to_new_zone() is
'Trigger: when a clinic gets another time zone, its free and withdrawn slots ahead are replaced by slots at the same local times in the new zone. Refuses (time_zone_in_use, listing them) while bookings or holds lie ahead.';

revoke all on function app_private.move_slots_to_new_zone() from public;
--! EndIncluded schedule/move_slots_to_new_zone.sql
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
--! Included booking/fill_booking_from_slot.sql
create or replace function app_private.fill_booking_from_slot() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Copies, so that constraints on bookings can speak of time and doctor. They cannot go stale: a slot's doctor and time never change.
  select bs.doctor_id, bs.slot_date, bs.during into NEW.doctor_id, NEW.slot_date, NEW.during
  from app_public.booking_slots bs where bs.clinic_id = NEW.clinic_id and bs.id = NEW.booking_slot_id;
  if not found then
    perform app_hidden.refuse('slot_not_found', 'No such slot in this clinic.', jsonb_build_object('bookingSlotId', NEW.booking_slot_id::text));
  end if;
  -- ActiveEntityId: a booking ahead needs an active doctor. One that has begun does not, so that a visit can still be completed when its
  -- doctor has left.
  NEW.active_doctor_id := case when NEW.status in ('booked', 'checked_in') and lower(NEW.during) > now() then NEW.doctor_id end;
  return NEW;
end
$$;

comment on function app_private.fill_booking_from_slot() is
'Trigger: takes a booking''s doctor, date and time from its slot, whatever the statement said, and sets active_doctor_id. Refuses slot_not_found.';

revoke all on function app_private.fill_booking_from_slot() from public;
--! EndIncluded booking/fill_booking_from_slot.sql
create or replace trigger bookings_are_at_their_slots_time
  before insert or update of booking_slot_id, doctor_id, slot_date, during, status, active_doctor_id on app_public.bookings
  for each row execute function app_private.fill_booking_from_slot();
--! Included booking/free_slot.sql
create or replace function app_private.free_slot(clinic_id bigint, booking_slot_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.booking_slots bs
  -- A visit that its doctor left behind may be cancelled or moved, but an inactive doctor has no open slots.
  set status = (case when d.is_active then 'open' else 'withdrawn' end)::app_public.slot_status, customer_id = null
  from app_public.doctors d
  where bs.clinic_id = free_slot.clinic_id and bs.id = free_slot.booking_slot_id
    and d.clinic_id = bs.clinic_id and d.id = bs.doctor_id;
end
$$;

comment on function app_private.free_slot(bigint, bigint) is
'Frees a booked slot, locked by the caller, whose booking was cancelled or moved: it is open again, or withdrawn if its doctor is no longer active.';

revoke all on function app_private.free_slot(bigint, bigint) from public;
--! EndIncluded booking/free_slot.sql
--! Included booking/end_booking.sql
create or replace function app_private.end_booking(
  clinic_id bigint, booking_id bigint, by app_public.booking_party, reason text, kind app_public.notification_kind default 'booking_cancelled')
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
  perform app_private.free_slot(booking.clinic_id, booking.booking_slot_id);
  perform set_config('medislot.reason', '', true);
  perform app_private.drop_notifications(booking);
  if booking.starts_at > now() then
    perform app_private.queue_notifications(booking, end_booking.kind);
  end if;
  return booking;
end
$$;

comment on function app_private.end_booking(bigint, bigint, app_public.booking_party, text, app_public.notification_kind) is
'Cancels a live booking: its slot is free again (free_slot), pending messages are dropped and, unless its time has passed, what the customer is told (`kind`: booking_cancelled, or slot_withdrawn) is queued. The caller has judged and locked. Refuses illegal_transition.';

revoke all on function app_private.end_booking(bigint, bigint, app_public.booking_party, text, app_public.notification_kind) from public;
--! EndIncluded booking/end_booking.sql
--! Included booking/reschedule_booking.sql
create or replace function app_public.reschedule_booking(
  clinic_id bigint, booking_id bigint, booking_slot_id bigint, idempotency_key text default null,
  row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  old_slot_id bigint;
  old_start timestamptz;
  slot app_public.booking_slots;
  policy app_public.policies;
  by_desk boolean;
  outcome jsonb;
begin
  outcome := app_private.replay_of_booking(reschedule_booking.clinic_id, reschedule_booking.booking_id,
    reschedule_booking.idempotency_key, 'reschedule_booking',
    jsonb_build_array(reschedule_booking.booking_id, reschedule_booking.booking_slot_id));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.bookings, outcome);
  end if;
  booking := app_private.lock_booking(reschedule_booking.clinic_id, reschedule_booking.booking_id, reschedule_booking.booking_slot_id);
  by_desk := app_private.require_booking_right(booking);
  perform app_private.require_version('bookings', reschedule_booking.row_version, booking.row_version);
  slot := app_private.lock_slot(reschedule_booking.clinic_id, reschedule_booking.booking_slot_id);
  if booking.status <> 'booked' then
    perform app_hidden.refuse('illegal_transition', format('A booking that is %s cannot be rescheduled.', booking.status),
      jsonb_build_object('status', booking.status));
  end if;
  if slot.id = booking.booking_slot_id then
    booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
    perform app_private.remember(booking.clinic_id, reschedule_booking.idempotency_key, to_jsonb(booking));
    return booking;
  end if;
  -- One change at a time to a customer's calendar here: two whose times overlap would wait for each other in the exclusion constraint.
  perform from app_public.clinic_customers cc
  where cc.clinic_id = booking.clinic_id and cc.customer_id = booking.customer_id for no key update;

  select p.* into strict policy from app_public.policies p where p.clinic_id = booking.clinic_id;
  if not by_desk and booking.starts_at < now() + policy.cancellation_cutoff then
    perform app_hidden.refuse('cancellation_too_late', 'It is too late to change this booking. Call the clinic.',
      jsonb_build_object('cancellableUntil', booking.starts_at - policy.cancellation_cutoff));
  end if;
  perform app_private.judge_slot(slot, booking.customer_id);
  perform app_private.judge_time(slot, policy, by_desk);

  old_slot_id := booking.booking_slot_id;
  old_start := booking.starts_at;
  perform set_config('medislot.reason', 'rescheduled', true);
  update app_public.booking_slots bs set status = 'booked', customer_id = booking.customer_id, held_until = null
  where bs.clinic_id = booking.clinic_id and bs.id = slot.id;
  begin
    -- The same booking moves: its reference, its history and its entry in the customer's calendar stay one.
    update app_public.bookings b set booking_slot_id = slot.id, sequence = b.sequence + 1
    where b.clinic_id = booking.clinic_id and b.id = booking.id
    returning b.* into booking;
  exception when exclusion_violation then
    perform app_hidden.refuse('customer_busy', 'The customer has another booking here at this time.',
      jsonb_build_object('startsAt', slot.starts_at, 'endsAt', slot.ends_at));
  end;
  perform app_private.free_slot(booking.clinic_id, old_slot_id);
  perform set_config('medislot.reason', '', true);
  perform app_private.drop_notifications(booking);
  perform app_private.queue_notifications(booking, 'booking_rescheduled', old_start);
  -- What a function returns knows no rights of columns, and who at the desk booked is not for customers.
  booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
  perform app_private.remember(booking.clinic_id, reschedule_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) is
'Moves a booking to another slot of the same clinic, which may be another doctor''s: the new slot is taken and the old one freed, both or neither, and reminders follow. Customers their own, until the cancellation cut-off of the old time; the desk any of its clinic.
Refuses booking_not_found, illegal_transition, cancellation_too_late, customer_busy, and whatever refuses a new booking of that slot: slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead, slot_in_the_past; forbidden, unauthenticated, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) from public;
grant execute on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) to app_customer;
--! EndIncluded booking/reschedule_booking.sql
--! Included schedule/clear_schedule.sql
create or replace function app_private.clear_schedule(clinic_id bigint, doctor_id bigint, "cascade" boolean, reason text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  hanging jsonb;
  live bigint;
  over app_public.bookings;
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
          and b.status in ('booked', 'checked_in') and b.starts_at > now()), '[]')) into hanging;
    if hanging <> '{"openSlots": 0, "liveBookings": []}' then
      perform app_hidden.refuse('still_in_use',
        format('%s open slots and %s live bookings hang on this.', hanging -> 'openSlots', jsonb_array_length(hanging -> 'liveBookings')), hanging);
    end if;
  end if;

  -- What has begun stays as it is, and the desk can still complete it: whether the patient came is not known here.
  update app_public.bookings b set active_doctor_id = null
  where b.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or b.doctor_id = clear_schedule.doctor_id)
    and b.status in ('booked', 'checked_in') and b.active_doctor_id is not null and b.starts_at <= now();
  for live in
    select b.id from app_public.bookings b
    where b.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or b.doctor_id = clear_schedule.doctor_id)
      and b.status in ('booked', 'checked_in') and b.starts_at > now()
    order by b.booking_slot_id
  loop
    over := app_private.end_booking(clear_schedule.clinic_id, live, 'clinic', clear_schedule.reason, 'slot_withdrawn');
    -- A clinic that closes has nothing to offer in its place.
    if clear_schedule.doctor_id is not null then
      perform app_private.list_withdrawn_booking(over);
    end if;
  end loop;
  -- Also past slots that nobody booked: nothing hangs on them, but an inactive doctor must have no open slot.
  perform set_config('medislot.reason', clear_schedule.reason, true);
  -- Those ahead give up their places, so that generation makes them again for a doctor who comes back. What was withdrawn by hand stays so.
  update app_public.booking_slots bs
  set status = 'withdrawn', superseded = bs.ends_at > now(), customer_id = null, held_until = null
  where bs.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or bs.doctor_id = clear_schedule.doctor_id)
    and bs.status in ('open', 'held');
  perform set_config('medislot.reason', '', true);
end
$$;

comment on function app_private.clear_schedule(bigint, bigint, boolean, text) is
'Ends what a doctor (or, with a null doctor, a whole clinic) has ahead: open slots are withdrawn, and live bookings that have not begun are cancelled, their customers told and, unless the clinic closes, put on the rebooking list. Without `cascade` it refuses (still_in_use, listing them) when there is any. Bookings that have begun keep their state. The caller holds lock_schedule.';

revoke all on function app_private.clear_schedule(bigint, bigint, boolean, text) from public;
--! EndIncluded schedule/clear_schedule.sql
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
'Takes a slot out of the calendar; a hold on it ends. Refuses (still_in_use) a booked one; with `cascade` its booking is cancelled by the clinic, the customer told and put on the rebooking list. A booking whose time has passed keeps its slot. It stays withdrawn when slots are generated again. For the desk, and for a doctor the own slots. Refuses forbidden, slot_not_found, illegal_transition, stale_row_version, idempotency_key_reused, invalid_argument.';

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
'Takes a doctor out of service. Refuses (still_in_use, with the list) while open slots or live bookings lie ahead; with `cascade` it withdraws those slots and cancels those bookings, telling their customers and putting them on the rebooking list, all in one transaction. Bookings that have begun keep their state and can still be completed. Set active again, the doctor gets new slots. For managers. Refuses forbidden, clinic_not_found, doctor_not_found, stale_row_version.';

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
'Takes a clinic out of service. Refuses (still_in_use, with the list) while active doctors hang on; with `cascade` it deactivates them, withdraws their open slots and cancels their live bookings ahead, telling the customers, all in one transaction. Bookings that have begun keep their state and can still be completed. For its managers and operators. Refuses forbidden, clinic_not_found, stale_row_version.';

revoke all on function app_public.deactivate_clinic(bigint, boolean, int) from public;
grant execute on function app_public.deactivate_clinic(bigint, boolean, int) to app_staff;
--! EndIncluded clinic/deactivate_clinic.sql
-- A slot starts at most three years from now, and the search across clinics passes over dates without free slots at no cost.
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
--! Included schedule/latest_slot_start.sql
create or replace function app_private.latest_slot_start() returns timestamptz
language sql stable parallel safe
-- In UTC, so that it is the same whatever the session's TimeZone.
return (now() at time zone 'UTC' + interval '3 years') at time zone 'UTC';

comment on function app_private.latest_slot_start() is
'The latest instant at which a new booking slot may start: three years from now. Longer than the longest horizon of a policy (800 days), so that nobody misses such a slot; a slot beyond it is a mistyped year.';

revoke all on function app_private.latest_slot_start() from public;
--! EndIncluded schedule/latest_slot_start.sql
--! Included schedule/refuse_distant_slots.sql
create or replace function app_private.refuse_distant_slots() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  distant date;
begin
  select made.slot_date into distant
  from made where made.starts_at > app_private.latest_slot_start()
  order by made.id limit 1;
  if found then
    perform app_hidden.refuse('slot_too_far_ahead', 'A slot starts at most three years from now.',
      jsonb_build_object('slotDate', distant, 'latestStart', app_private.latest_slot_start()));
  end if;
  return null;
end
$$;

comment on function app_private.refuse_distant_slots() is
'Trigger: refuses slot_too_far_ahead for new slots that start later than app_private.latest_slot_start(), however they are made.';

revoke all on function app_private.refuse_distant_slots() from public;
--! EndIncluded schedule/refuse_distant_slots.sql

drop trigger if exists booking_slots_start_within_three_years on app_public.booking_slots;
create trigger booking_slots_start_within_three_years after insert on app_public.booking_slots
  referencing new table as made for each statement execute function app_private.refuse_distant_slots();

-- Results do not depend on the session's TimeZone: functions that compute with times pin it, and the rest says hours where it means hours.
alter table app_private.invitations alter column expires_at set default now() + interval '168 hours';
alter table app_private.sessions alter column expires_at set default now() + interval '2160 hours';
--! Included booking/advance_booking.sql
create or replace function app_private.advance_booking(
  clinic_id bigint, booking_id bigint, to_status app_public.booking_status, idempotency_key text, row_version int)
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  visit record;
  booking app_public.bookings;
  zone text;
begin
  visit := app_private.open_visit(advance_booking.clinic_id, advance_booking.booking_id, advance_booking.to_status::text,
    advance_booking.idempotency_key, advance_booking.row_version);
  booking := visit.booking;
  if visit.is_done then
    return booking;
  end if;
  select c.time_zone into zone from app_public.clinics c where c.id = booking.clinic_id;
  if advance_booking.to_status = 'checked_in' and booking.slot_date > (now() at time zone zone)::date
     or advance_booking.to_status = 'no_show' and booking.starts_at > now() then
    perform app_hidden.refuse('not_yet', 'It is too early for that.', jsonb_build_object('startsAt', booking.starts_at));
  end if;
  if booking.status <> (case advance_booking.to_status when 'completed' then 'checked_in' else 'booked' end)::app_public.booking_status then
    -- The transitions also have steps back, which only undo_step may take.
    perform app_hidden.refuse('illegal_transition', format('A booking that is %s cannot become %s.', booking.status, advance_booking.to_status),
      jsonb_build_object('status', booking.status, 'requested', advance_booking.to_status));
  end if;
  update app_public.bookings b set status = advance_booking.to_status
  where b.clinic_id = booking.clinic_id and b.id = booking.id
  returning b.* into booking;
  perform app_private.drop_notifications(booking);
  perform app_private.remember(booking.clinic_id, advance_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_private.advance_booking(bigint, bigint, app_public.booking_status, text, int) is
'The way of a booking on its day: checked_in (from the clinic''s local day on), completed, no_show (once it has started). For the desk, and for a doctor the own patients. Reminders still pending are dropped. Refuses forbidden, booking_not_found, not_yet, illegal_transition, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_private.advance_booking(bigint, bigint, app_public.booking_status, text, int) from public;
--! EndIncluded booking/advance_booking.sql
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
  days int := 3;
  -- No slot that can be booked lies on a date outside of these, wherever the clinic is.
  earliest_date constant date := (now() at time zone 'UTC' - interval '12 hours')::date;
  latest_date constant date := (app_private.latest_slot_start() at time zone 'UTC' + interval '14 hours')::date;
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
  select least(to_date, latest_date, max(bs.slot_date)) into last_date
  from app_public.booking_slots bs where bs.status in ('open', 'held') having max(bs.slot_date) is not null;
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
          select bs.* from generate_series(0, next_date - first_date - 1) day (n)
          cross join lateral (
            select bs.clinic_id, bs.doctor_id, bs.id, bs.slot_date, bs.starts_at, bs.ends_at from app_public.booking_slots bs
            where bs.slot_date = first_date + day.n
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
--! Included booking/book_slot.sql
create or replace function app_public.book_slot(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, note text default null, idempotency_key text default null,
  row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  customer app_public.customers;
  slot app_public.booking_slots;
  policy app_public.policies;
  booking app_public.bookings;
  by_desk boolean;
  outcome jsonb;
begin
  -- First, the customer exists. If not, there is nothing to judge.
  customer := app_private.resolve_customer(book_slot.clinic_id, book_slot.customer_id);
  by_desk := customer.id is distinct from app_hidden.current_customer_id();
  if book_slot.idempotency_key is not null then
    outcome := app_private.replay(book_slot.clinic_id, book_slot.idempotency_key, 'book_slot',
      jsonb_build_array(book_slot.booking_slot_id, customer.id, book_slot.note));
    if outcome is not null then
      return jsonb_populate_record(null::app_public.bookings, outcome);
    end if;
  end if;

  -- Look without a lock: in a rush on one slot the late ones are told at once instead of queueing behind its lock
  -- (500 callers: 0.13 s at the median instead of 1 to 2 s).
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = book_slot.clinic_id and bs.id = book_slot.booking_slot_id;
  if slot.id is not null then
    perform app_private.judge_slot(slot, customer.id);
  end if;
  -- Then lock, and judge what is true now. From here on nobody else changes the slot.
  slot := app_private.lock_slot(book_slot.clinic_id, book_slot.booking_slot_id);
  perform app_private.require_version('booking_slots', book_slot.row_version, slot.row_version);
  perform app_private.judge_slot(slot, customer.id);

  select p.* into strict policy from app_public.policies p where p.clinic_id = slot.clinic_id;
  perform app_private.judge_time(slot, policy, by_desk);
  perform app_private.keep_clinic_customer(slot.clinic_id, customer);
  if not by_desk then
    perform app_private.judge_count(policy, customer.id, slot.id);
  end if;

  update app_public.booking_slots bs set status = 'booked', customer_id = customer.id, held_until = null
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id;
  begin
    insert into app_public.bookings as b (clinic_id, booking_slot_id, customer_id, note, booked_by_account_id)
    values (slot.clinic_id, slot.id, customer.id, nullif(btrim(book_slot.note), ''), app_hidden.current_account_id())
    returning b.* into booking;
  exception when exclusion_violation then
    perform app_hidden.refuse('customer_busy', 'The customer has another booking here at this time.',
      jsonb_build_object('startsAt', slot.starts_at, 'endsAt', slot.ends_at));
  end;
  perform app_private.queue_notifications(booking, 'booking_confirmed');
  if book_slot.idempotency_key is not null then
    perform app_private.remember(booking.clinic_id, book_slot.idempotency_key, to_jsonb(booking));
  end if;
  return booking;
end
$$;

comment on function app_public.book_slot(bigint, bigint, bigint, text, text, int) is
$c$Books a free slot, or one the customer holds, and queues confirmation and reminders in the same transaction. Of all who try at once exactly one wins. Customers book for themselves (customer_id left out), the desk for customers of its clinic.
Refuses slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead, slot_in_the_past, too_many_bookings, customer_busy, customer_not_found, forbidden, unauthenticated, idempotency_key_reused, invalid_argument, text_too_long, text_not_accepted, stale_row_version.$c$;

revoke all on function app_public.book_slot(bigint, bigint, bigint, text, text, int) from public;
grant execute on function app_public.book_slot(bigint, bigint, bigint, text, text, int) to app_customer;
--! EndIncluded booking/book_slot.sql
--! Included booking/calendar_as_of.sql
create or replace function app_public.calendar_as_of(
  clinic_id bigint, at timestamptz default now(), from_date date default null, to_date date default null, after text default null, page_size int default 20)
returns setof app_public.calendar_entry
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  until date;
begin
  perform app_private.require_clinic_role(calendar_as_of.clinic_id, 'staff');
  if from_date is null then
    select (calendar_as_of.at at time zone c.time_zone)::date into from_date from app_public.clinics c where c.id = calendar_as_of.clinic_id;
  end if;
  until := coalesce(to_date, from_date);
  if at is null then
    perform app_hidden.refuse('invalid_argument', 'Say as of when.', '{"argument": "at"}');
  elsif until is null or until not between from_date and from_date + 30 then
    perform app_hidden.refuse('invalid_argument', 'Give a from and a to date, in this order, at most 31 days.', '{"argument": "toDate"}');
  elsif page_size is null or page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 entries.', '{"argument": "pageSize"}');
  elsif after !~ '^[0-9]{1,16}\.[0-9]{1,18}\.[0-9]{1,18}$' then
    perform app_hidden.refuse('invalid_argument', 'This cursor was not made here.', '{"argument": "after"}');
  end if;

  return query
    -- What a slot is (doctor, date, time) never changes, so it is taken from the slot, wherever that is by now; what became of it, and of
    -- its bookings, is told by events.
    with slots as materialized (
      select bs.id, bs.doctor_id, bs.slot_date, bs.during from app_public.booking_slots bs
      where bs.clinic_id = calendar_as_of.clinic_id and bs.slot_date between from_date and until
      union all
      select bs.id, bs.doctor_id, bs.slot_date, bs.during from app_public.archived_booking_slots bs
      where bs.clinic_id = calendar_as_of.clinic_id and bs.slot_date between from_date and until
    ), of_slots as materialized (
      select e.* from slots s
      join app_public.events e on e.clinic_id = calendar_as_of.clinic_id and e.booking_slot_id = s.id
    ), told as (
      -- A transaction is seen whole or not at all, from its last event on. Its number alone would not name it for ever: a restored
      -- database counts anew.
      select e.*, max(coalesce(e.recorded_at, e.occurred_at)) over (partition by e.transaction_id, e.occurred_at) as seen_at
      from (
        select e.* from of_slots e where e.booking_id is null
        union all
        -- Of its bookings everything, since one may have been moved to another day.
        select e.* from app_public.events e
        where e.clinic_id = calendar_as_of.clinic_id
          and e.booking_id in (select o.booking_id from of_slots o where o.booking_id is not null)
      ) e
    ), slot_states as (
      select distinct on (t.booking_slot_id) t.booking_slot_id, t.to_state, t.customer_id from told t
      where t.booking_id is null and t.seen_at <= calendar_as_of.at order by t.booking_slot_id, t.id desc
    ), booking_states as (
      select distinct on (t.booking_id) t.booking_id, t.booking_slot_id, t.to_state, t.customer_id from told t
      where t.booking_id is not null and t.seen_at <= calendar_as_of.at order by t.booking_id, t.id desc
    ), entries as (
      select concat_ws('.', (extract(epoch from lower(s.during)) * 1000000)::bigint, s.id, coalesce(bs.booking_id, 0)) as cursor,
        s.*, ss.to_state as slot_status,
        -- The event of a slot that became free names whose it was.
        case when ss.to_state in ('held', 'booked') then ss.customer_id end as customer_id,
        bs.booking_id, bs.to_state as booking_status, bs.customer_id as booking_customer_id
      from slots s
      join slot_states ss on ss.booking_slot_id = s.id
      left join booking_states bs on bs.booking_slot_id = s.id
    )
    select e.cursor, calendar_as_of.clinic_id, e.id, e.doctor_id, e.slot_date, lower(e.during), upper(e.during),
      e.slot_status::app_public.slot_status, e.customer_id, e.booking_id, e.booking_status::app_public.booking_status, e.booking_customer_id
    from entries e
    where after is null or (string_to_array(e.cursor, '.')::bigint[]) > (string_to_array(after, '.')::bigint[])
    order by string_to_array(e.cursor, '.')::bigint[]
    limit page_size;
end
$$;

comment on function app_public.calendar_as_of(bigint, timestamptz, date, date, text, int) is
$c$What the calendar of a clinic said at a past moment (default now), told by its events: each slot there was on its local dates from `from_date` (default that day) to `to_date` (inclusive, at most 31 days, default the one day), in the order of time, with every booking it had, ended ones too. A transaction counts from its last event on, a moment before its commit.
Each row carries a cursor: pass the last one as `after` for the next page of `page_size` (1 to 100, default 20). For those who work at the clinic. Refuses forbidden, unauthenticated, invalid_argument.$c$;

revoke all on function app_public.calendar_as_of(bigint, timestamptz, date, date, text, int) from public;
grant execute on function app_public.calendar_as_of(bigint, timestamptz, date, date, text, int) to app_staff;
--! EndIncluded booking/calendar_as_of.sql
--! Included booking/cancel_booking.sql
create or replace function app_public.cancel_booking(
  clinic_id bigint, booking_id bigint, reason text default null, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  by_desk boolean;
  cutoff interval;
  outcome jsonb;
begin
  outcome := app_private.replay_of_booking(cancel_booking.clinic_id, cancel_booking.booking_id, cancel_booking.idempotency_key,
    'cancel_booking', jsonb_build_array(cancel_booking.booking_id, cancel_booking.reason));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.bookings, outcome);
  end if;
  booking := app_private.lock_booking(cancel_booking.clinic_id, cancel_booking.booking_id);
  by_desk := app_private.require_booking_right(booking);
  perform app_private.require_version('bookings', cancel_booking.row_version, booking.row_version);
  if not by_desk and booking.status in ('booked', 'checked_in') then
    select p.cancellation_cutoff into cutoff from app_public.policies p where p.clinic_id = booking.clinic_id;
    if booking.starts_at < now() + cutoff then
      perform app_hidden.refuse('cancellation_too_late', 'It is too late to change this booking. Call the clinic.',
        jsonb_build_object('cancellableUntil', booking.starts_at - cutoff));
    end if;
  end if;
  booking := app_private.end_booking(booking.clinic_id, booking.id,
    (case when by_desk then 'clinic' else 'customer' end)::app_public.booking_party, nullif(btrim(cancel_booking.reason), ''));
  -- What a function returns knows no rights of columns, and who at the desk booked is not for customers.
  booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
  perform app_private.remember(booking.clinic_id, cancel_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_public.cancel_booking(bigint, bigint, text, text, int) is
'Cancels a booking and frees its slot at once. Customers their own, until the clinic''s cancellation cut-off; the desk any of its clinic. Refuses booking_not_found, cancellation_too_late, illegal_transition (not booked any more), forbidden, unauthenticated, idempotency_key_reused, invalid_argument, text_too_long, text_not_accepted, stale_row_version.';

revoke all on function app_public.cancel_booking(bigint, bigint, text, text, int) from public;
grant execute on function app_public.cancel_booking(bigint, bigint, text, text, int) to app_customer;
--! EndIncluded booking/cancel_booking.sql
--! Included booking/end_booking.sql
create or replace function app_private.end_booking(
  clinic_id bigint, booking_id bigint, by app_public.booking_party, reason text, kind app_public.notification_kind default 'booking_cancelled')
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
  perform app_private.free_slot(booking.clinic_id, booking.booking_slot_id);
  perform set_config('medislot.reason', '', true);
  perform app_private.drop_notifications(booking);
  if booking.starts_at > now() then
    perform app_private.queue_notifications(booking, end_booking.kind);
  end if;
  return booking;
end
$$;

comment on function app_private.end_booking(bigint, bigint, app_public.booking_party, text, app_public.notification_kind) is
'Cancels a live booking: its slot is free again (free_slot), pending messages are dropped and, unless its time has passed, what the customer is told (`kind`: booking_cancelled, or slot_withdrawn) is queued. The caller has judged and locked. Refuses illegal_transition.';

revoke all on function app_private.end_booking(bigint, bigint, app_public.booking_party, text, app_public.notification_kind) from public;
--! EndIncluded booking/end_booking.sql
--! Included booking/event_head.sql
create or replace function app_public.event_head(clinic_id bigint) returns app_public.event_head
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  head app_public.event_head;
begin
  perform app_private.require_clinic_role(event_head.clinic_id, 'manage');
  select h.clinic_id, h.position, encode(h.hash, 'hex'), h.sealed_at into head
  from app_private.event_heads h where h.clinic_id = event_head.clinic_id;
  head.clinic_id := event_head.clinic_id;
  head.position := coalesce(head.position, 0);
  return head;
end
$$;

comment on function app_public.event_head(bigint) is
'The end of a clinic''s chain of sealed events; position 0 when nothing is sealed yet. Kept where the database''s administrators cannot write, it proves later (verify_events) that nothing up to it was rewritten. For managers, administrators and DBAs. Refuses forbidden, unauthenticated.';

revoke all on function app_public.event_head(bigint) from public;
grant execute on function app_public.event_head(bigint) to app_staff;
--! EndIncluded booking/event_head.sql
--! Included booking/fill_booking_from_slot.sql
create or replace function app_private.fill_booking_from_slot() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Copies, so that constraints on bookings can speak of time and doctor. They cannot go stale: a slot's doctor and time never change.
  select bs.doctor_id, bs.slot_date, bs.during into NEW.doctor_id, NEW.slot_date, NEW.during
  from app_public.booking_slots bs where bs.clinic_id = NEW.clinic_id and bs.id = NEW.booking_slot_id;
  if not found then
    perform app_hidden.refuse('slot_not_found', 'No such slot in this clinic.', jsonb_build_object('bookingSlotId', NEW.booking_slot_id::text));
  end if;
  -- ActiveEntityId: a booking ahead needs an active doctor. One that has begun does not, so that a visit can still be completed when its
  -- doctor has left.
  NEW.active_doctor_id := case when NEW.status in ('booked', 'checked_in') and lower(NEW.during) > now() then NEW.doctor_id end;
  return NEW;
end
$$;

comment on function app_private.fill_booking_from_slot() is
'Trigger: takes a booking''s doctor, date and time from its slot, whatever the statement said, and sets active_doctor_id. Refuses slot_not_found.';

revoke all on function app_private.fill_booking_from_slot() from public;
--! EndIncluded booking/fill_booking_from_slot.sql
--! Included booking/hash_event.sql
create or replace function app_private.hash_event(previous bytea, event app_public.events, reason_digest bytea) returns bytea
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Numbers and UTC seconds only, in a JSON array, so that no setting of a session and no joining of texts changes what is hashed.
  -- The reason is free text, which a person may have erased: it counts by its salted digest. A column added to events belongs here too.
  return sha256(previous || convert_to(jsonb_build_array(
    event.clinic_id, event.id, event.transaction_id::text, extract(epoch from event.occurred_at), extract(epoch from event.recorded_at),
    event.entity, event.booking_slot_id, event.booking_id, event.customer_id, event.from_state, event.to_state,
    encode(reason_digest, 'hex'), event.actor, event.actor_account_id)::text, 'utf8'));
end
$$;

comment on function app_private.hash_event(bytea, app_public.events, bytea) is
'The hash of an event''s seal: SHA-256 of the seal before it (empty for the first of a clinic) and the event in its canonical form. docs/events.md has the form, for whoever computes it elsewhere.';

revoke all on function app_private.hash_event(bytea, app_public.events, bytea) from public;
--! EndIncluded booking/hash_event.sql
--! Included booking/hold_slot.sql
create or replace function app_public.hold_slot(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, idempotency_key text default null,
  row_version int default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
--! Included booking/judge_count.sql
create or replace function app_private.judge_count(policy app_public.policies, customer_id bigint, except_slot_id bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  live int;
begin
  select (select count(*) from app_public.bookings b
          where b.clinic_id = policy.clinic_id and b.customer_id = judge_count.customer_id
            and b.status in ('booked', 'checked_in') and b.ends_at > now())
       + (select count(*) from app_public.booking_slots bs
          where bs.clinic_id = policy.clinic_id and bs.customer_id = judge_count.customer_id
            and bs.status = 'held' and bs.held_until > now() and bs.id <> judge_count.except_slot_id)
    into live;
  if live >= policy.max_live_bookings then
    perform app_hidden.refuse('too_many_bookings', format('There are %s live bookings and holds already.', live),
      jsonb_build_object('live', live, 'allowed', policy.max_live_bookings));
  end if;
end
$$;

comment on function app_private.judge_count(app_public.policies, bigint, bigint) is
'Whether the customer may claim one more slot in the policy''s clinic, not counting a hold on `except_slot_id`; the caller holds the lock of keep_clinic_customer. Refuses too_many_bookings.';

revoke all on function app_private.judge_count(app_public.policies, bigint, bigint) from public;
--! EndIncluded booking/judge_count.sql
--! Included booking/judge_hold.sql
create or replace function app_private.judge_hold(slot app_public.booking_slots, policy app_public.policies, customer_id bigint) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
--! Included booking/judge_slot.sql
create or replace function app_private.judge_slot(slot app_public.booking_slots, customer_id bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  case slot.status
    when 'open' then
      null;
    when 'held' then
      -- A hold ends by its time: whoever comes after finds the slot free, whether or not a job has tidied it up.
      if slot.held_until > now() and slot.customer_id is distinct from judge_slot.customer_id then
        perform app_hidden.refuse('slot_held', 'Somebody else is just booking this slot.',
          jsonb_build_object('bookingSlotId', slot.id::text, 'heldUntil', slot.held_until));
      end if;
    when 'booked' then
      perform app_hidden.refuse('slot_taken', 'This slot is taken.', jsonb_build_object('bookingSlotId', slot.id::text));
    when 'withdrawn' then
      perform app_hidden.refuse('slot_withdrawn', 'The clinic has withdrawn this slot.', jsonb_build_object('bookingSlotId', slot.id::text));
  end case;
end
$$;

comment on function app_private.judge_slot(app_public.booking_slots, bigint) is
'Whether this customer may claim the slot as it stands. Refuses slot_taken, slot_held (by another, not expired), slot_withdrawn.';

revoke all on function app_private.judge_slot(app_public.booking_slots, bigint) from public;
--! EndIncluded booking/judge_slot.sql
--! Included booking/judge_time.sql
create or replace function app_private.judge_time(slot app_public.booking_slots, policy app_public.policies, by_desk boolean) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if by_desk then
    -- The desk takes walk-ins into a slot that has begun, and books as far ahead as there are slots.
    if slot.ends_at <= now() then
      perform app_hidden.refuse('slot_in_the_past', 'This slot is over.', jsonb_build_object('endsAt', slot.ends_at));
    end if;
  elsif slot.starts_at < now() + policy.lead_time or slot.starts_at <= now() then
    perform app_hidden.refuse('booking_too_late', 'It is too late to book this slot. Call the clinic.',
      jsonb_build_object('bookableUntil', slot.starts_at - policy.lead_time));
  elsif slot.starts_at > now() + policy.horizon then
    perform app_hidden.refuse('booking_too_far_ahead', 'This slot cannot be booked yet.',
      jsonb_build_object('bookableFrom', slot.starts_at - policy.horizon));
  end if;
end
$$;

comment on function app_private.judge_time(app_public.booking_slots, app_public.policies, boolean) is
'Whether the clinic''s policy lets the slot be claimed now: lead time and horizon bind customers, its end binds the desk. Refuses booking_too_late, booking_too_far_ahead, slot_in_the_past.';

revoke all on function app_private.judge_time(app_public.booking_slots, app_public.policies, boolean) from public;
--! EndIncluded booking/judge_time.sql
--! Included booking/release_expired_holds.sql
create or replace function app_private.release_expired_holds(batch int default 500) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  released int;
begin
  perform set_config('medislot.reason', 'hold expired', true);
  with expired as (
    select bs.clinic_id, bs.id from app_public.booking_slots bs
    where bs.status = 'held' and bs.held_until <= now()
    order by bs.clinic_id, bs.id
    limit batch for update skip locked
  ), opened as (
    update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
    from expired e where bs.clinic_id = e.clinic_id and bs.id = e.id
    returning bs.id
  )
  select count(*) into released from opened;
  perform set_config('medislot.reason', '', true);
  return released;
end
$$;

comment on function app_private.release_expired_holds(int) is
'Tidies up to `batch` holds that have expired and returns how many. Only tidiness: an expired hold counts as free without it. Called by the job release_expired_holds.';

revoke all on function app_private.release_expired_holds(int) from public;
--! EndIncluded booking/release_expired_holds.sql
--! Included booking/reschedule_booking.sql
create or replace function app_public.reschedule_booking(
  clinic_id bigint, booking_id bigint, booking_slot_id bigint, idempotency_key text default null,
  row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  old_slot_id bigint;
  old_start timestamptz;
  slot app_public.booking_slots;
  policy app_public.policies;
  by_desk boolean;
  outcome jsonb;
begin
  outcome := app_private.replay_of_booking(reschedule_booking.clinic_id, reschedule_booking.booking_id,
    reschedule_booking.idempotency_key, 'reschedule_booking',
    jsonb_build_array(reschedule_booking.booking_id, reschedule_booking.booking_slot_id));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.bookings, outcome);
  end if;
  booking := app_private.lock_booking(reschedule_booking.clinic_id, reschedule_booking.booking_id, reschedule_booking.booking_slot_id);
  by_desk := app_private.require_booking_right(booking);
  perform app_private.require_version('bookings', reschedule_booking.row_version, booking.row_version);
  slot := app_private.lock_slot(reschedule_booking.clinic_id, reschedule_booking.booking_slot_id);
  if booking.status <> 'booked' then
    perform app_hidden.refuse('illegal_transition', format('A booking that is %s cannot be rescheduled.', booking.status),
      jsonb_build_object('status', booking.status));
  end if;
  if slot.id = booking.booking_slot_id then
    booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
    perform app_private.remember(booking.clinic_id, reschedule_booking.idempotency_key, to_jsonb(booking));
    return booking;
  end if;
  -- One change at a time to a customer's calendar here: two whose times overlap would wait for each other in the exclusion constraint.
  perform from app_public.clinic_customers cc
  where cc.clinic_id = booking.clinic_id and cc.customer_id = booking.customer_id for no key update;

  select p.* into strict policy from app_public.policies p where p.clinic_id = booking.clinic_id;
  if not by_desk and booking.starts_at < now() + policy.cancellation_cutoff then
    perform app_hidden.refuse('cancellation_too_late', 'It is too late to change this booking. Call the clinic.',
      jsonb_build_object('cancellableUntil', booking.starts_at - policy.cancellation_cutoff));
  end if;
  perform app_private.judge_slot(slot, booking.customer_id);
  perform app_private.judge_time(slot, policy, by_desk);

  old_slot_id := booking.booking_slot_id;
  old_start := booking.starts_at;
  perform set_config('medislot.reason', 'rescheduled', true);
  update app_public.booking_slots bs set status = 'booked', customer_id = booking.customer_id, held_until = null
  where bs.clinic_id = booking.clinic_id and bs.id = slot.id;
  begin
    -- The same booking moves: its reference, its history and its entry in the customer's calendar stay one.
    update app_public.bookings b set booking_slot_id = slot.id, sequence = b.sequence + 1
    where b.clinic_id = booking.clinic_id and b.id = booking.id
    returning b.* into booking;
  exception when exclusion_violation then
    perform app_hidden.refuse('customer_busy', 'The customer has another booking here at this time.',
      jsonb_build_object('startsAt', slot.starts_at, 'endsAt', slot.ends_at));
  end;
  perform app_private.free_slot(booking.clinic_id, old_slot_id);
  perform set_config('medislot.reason', '', true);
  perform app_private.drop_notifications(booking);
  perform app_private.queue_notifications(booking, 'booking_rescheduled', old_start);
  -- What a function returns knows no rights of columns, and who at the desk booked is not for customers.
  booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
  perform app_private.remember(booking.clinic_id, reschedule_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) is
'Moves a booking to another slot of the same clinic, which may be another doctor''s: the new slot is taken and the old one freed, both or neither, and reminders follow. Customers their own, until the cancellation cut-off of the old time; the desk any of its clinic.
Refuses booking_not_found, illegal_transition, cancellation_too_late, customer_busy, and whatever refuses a new booking of that slot: slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead, slot_in_the_past; forbidden, unauthenticated, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) from public;
grant execute on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) to app_customer;
--! EndIncluded booking/reschedule_booking.sql
--! Included booking/seal_events.sql
create or replace function app_private.seal_events(batch int default 5000) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Read as publish_events reads: in the order of transactions, up to the oldest one still running. So a transaction that commits late
  -- is sealed late, in its place, and nothing that is sealed ever gets something before it.
  horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
  sealing app_private.event_sealing;
  reached app_private.event_sealing;
  is_restored boolean;
  fresh record;
  seal app_private.event_seals;
  seals app_private.event_seals[] := '{}';
  seen int := 0;
begin
  -- One at a time; a second does not wait. Bookings never come here: a head that they chained to would serialise a whole clinic.
  select s.* into sealing from app_private.event_sealing s for update skip locked;
  if not found then
    return 0;
  end if;
  reached := sealing;
  -- The database was restored into a cluster that counts transactions anew. What is visible above was committed elsewhere: it is sealed
  -- first, whatever its number. Then everything is looked through once more from the beginning.
  is_restored := sealing.transaction_id >= pg_snapshot_xmax(pg_current_snapshot());
  if is_restored then
    horizon := '18446744073709551615';
  end if;

  for fresh in
    select f.*, exists (
      select from app_private.event_seals s where s.clinic_id = f.clinic_id and s.event_id = f.id) as is_sealed
    from (
      select e as event, e.clinic_id, e.id, e.transaction_id from app_public.events e
      where (e.transaction_id, e.id) > (sealing.transaction_id, sealing.event_id) and e.transaction_id < horizon
      order by e.transaction_id, e.id limit batch
    ) f
    order by f.clinic_id, f.transaction_id, f.id
  loop
    seen := seen + 1;
    if (fresh.transaction_id, fresh.id) > (reached.transaction_id, reached.event_id) then
      reached.transaction_id := fresh.transaction_id;
      reached.event_id := fresh.id;
    end if;
    continue when fresh.is_sealed;
    if seal.clinic_id is distinct from fresh.clinic_id then
      select h.position, h.hash into seal.position, seal.hash from app_private.event_heads h where h.clinic_id = fresh.clinic_id;
      seal.clinic_id := fresh.clinic_id;
    end if;
    seal.position := coalesce(seal.position, 0) + 1;
    seal.event_id := fresh.id;
    seal.reason_salt := case when (fresh.event).reason is not null then uuid_send(gen_random_uuid()) end;
    seal.reason_digest := sha256(seal.reason_salt || convert_to((fresh.event).reason, 'utf8'));
    seal.hash := app_private.hash_event(coalesce(seal.hash, ''), fresh.event, seal.reason_digest);
    seal.sealed_at := now();
    seals := seals || seal;
  end loop;

  insert into app_private.event_seals select (s).* from unnest(seals) s;
  insert into app_private.event_heads as h (clinic_id, position, hash, sealed_at)
  select distinct on (s.clinic_id) s.clinic_id, s.position, s.hash, s.sealed_at
  from unnest(seals) s order by s.clinic_id, s.position desc
  on conflict on constraint a_clinic_has_one_head do update
    set position = excluded.position, hash = excluded.hash, sealed_at = excluded.sealed_at;
  if is_restored and seen = 0 then
    reached.transaction_id := '0';
    reached.event_id := 0;
  end if;
  update app_private.event_sealing s set transaction_id = reached.transaction_id, event_id = reached.event_id
  where (s.transaction_id, s.event_id) <> (reached.transaction_id, reached.event_id);
  return seen;
end
$$;

comment on function app_private.seal_events(int) is
'Seals up to `batch` new events: each gets the next position of its clinic''s chain, and a hash over its content and the hash before it. Returns how many events it looked at, 0 when there are none. Called by the job seal_events until then; what an event may wait is told in docs/events.md.';

revoke all on function app_private.seal_events(int) from public;
--! EndIncluded booking/seal_events.sql
--! Included booking/verify_events.sql
create or replace function app_public.verify_events(
  clinic_id bigint, since_position bigint default 0, since_hash text default null, head text default null)
returns app_public.event_verification
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  told app_public.event_verification;
  last app_private.event_heads;
  kept text[] := regexp_match(btrim(verify_events.head), '^(\d{1,18}):([0-9a-f]{64})$');
  sealing app_private.event_sealing;
  next_transaction xid8 := pg_snapshot_xmax(pg_current_snapshot());
  last_position bigint;
  inserted app_public.events;
begin
  perform app_private.require_clinic_role(verify_events.clinic_id, 'manage');
  if since_position is null or since_position < 0 then
    perform app_hidden.refuse('invalid_argument', 'A position is a number from 0 on.', '{"argument": "sincePosition"}');
  elsif verify_events.head is not null and kept is null then
    perform app_hidden.refuse('invalid_argument', 'A head is a position, a colon and a hash of 64 digits, as it was stored.', '{"argument": "head"}');
  end if;
  -- One snapshot for all of this, since the function is stable: what is sealed meanwhile does not disturb.
  select h.* into last from app_private.event_heads h where h.clinic_id = verify_events.clinic_id;
  select s.* into sealing from app_private.event_sealing s;
  told.clinic_id := verify_events.clinic_id;
  told.position := coalesce(last.position, 0);
  told.hash := encode(last.hash, 'hex');
  told.sealed_at := last.sealed_at;
  select count(*) into told.unsealed from app_public.events e
  where e.clinic_id = verify_events.clinic_id and (e.transaction_id, e.id) > (sealing.transaction_id, sealing.event_id)
    and not exists (select from app_private.event_seals s where s.clinic_id = e.clinic_id and s.event_id = e.id);

  if kept is not null and kept[2] is distinct from (
       select encode(s.hash, 'hex') from app_private.event_seals s
       where s.clinic_id = verify_events.clinic_id and s.position = kept[1]::bigint) then
    told.fault := 'rewritten';
    told.fault_position := kept[1]::bigint;
    return told;
  elsif since_hash is not null and since_hash is distinct from coalesce((
       select encode(s.hash, 'hex') from app_private.event_seals s
       where s.clinic_id = verify_events.clinic_id and s.position = since_position), '') then
    told.fault := 'rewritten';
    told.fault_position := since_position;
    return told;
  end if;

  select c.fault, case c.fault when 'seal_missing' then c.expected else c.position end, case when c.fault <> 'seal_missing' then c.event_id end
    into told.fault, told.fault_position, told.fault_event_id
  from (
    select l.position, l.event_id, l.expected, (case
      when l.position <> l.expected then 'seal_missing'
      when e.id is null then 'missing'
      when l.hash <> app_private.hash_event(l.previous, e, l.reason_digest)
        or (e.reason is null) <> (l.reason_salt is null)
        or e.reason is not null and sha256(l.reason_salt || convert_to(e.reason, 'utf8')) is distinct from l.reason_digest
        -- A reason that is gone with its salt was erased with the person that it was about, or it was not erased at all.
        or e.reason is null and l.reason_digest is not null and not exists (
          select from app_public.events about join app_private.erasures er on er.customer_id = about.customer_id
          where about.clinic_id = e.clinic_id and about.booking_slot_id = e.booking_slot_id and about.transaction_id = e.transaction_id) then 'changed'
    end)::app_public.event_fault as fault
    from (
      select s.*, coalesce(lag(s.position) over chain, 0) + 1 as expected, coalesce(lag(s.hash) over chain, '') as previous
      from app_private.event_seals s
      where s.clinic_id = verify_events.clinic_id and s.position >= since_position
      window chain as (order by s.position)
    ) l
    left join app_public.events e on e.clinic_id = l.clinic_id and e.id = l.event_id
    where l.position > since_position
  ) c
  where c.fault is not null order by c.position limit 1;

  if told.fault is null then
    -- The end: as long as its head says, and leading to it.
    select max(s.position) into last_position from app_private.event_seals s where s.clinic_id = verify_events.clinic_id;
    if coalesce(last_position, 0) < told.position then
      told.fault := 'seal_missing';
      told.fault_position := coalesce(last_position, 0) + 1;
    elsif last_position > told.position or last.hash <> (
        select s.hash from app_private.event_seals s where s.clinic_id = verify_events.clinic_id and s.position = last.position) then
      told.fault := 'rewritten';
      told.fault_position := told.position;
    end if;
  end if;

  -- What was put in behind the sealer's back has no seal, and never gets one: the sealer has been there, or its number is none yet.
  -- (Ours may be: this transaction's own.)
  select e.* into inserted from app_public.events e
  where e.clinic_id = verify_events.clinic_id
    and ((e.transaction_id, e.id) <= (sealing.transaction_id, sealing.event_id)
         or e.transaction_id >= next_transaction and sealing.transaction_id < next_transaction and e.transaction_id is distinct from pg_current_xact_id_if_assigned())
    and not exists (select from app_private.event_seals s where s.clinic_id = e.clinic_id and s.event_id = e.id)
  order by e.transaction_id, e.id limit 1;
  if inserted.id is not null then
    -- It lies before the first sealed event that is younger.
    select coalesce(min(s.position), told.position + 1) into last_position
    from app_public.events e join app_private.event_seals s on s.clinic_id = e.clinic_id and s.event_id = e.id
    where e.clinic_id = inserted.clinic_id and (e.transaction_id, e.id) > (inserted.transaction_id, inserted.id);
    if told.fault is null or last_position <= told.fault_position then
      told.fault := 'inserted';
      told.fault_position := last_position;
      told.fault_event_id := inserted.id;
    end if;
  end if;
  return told;
end
$$;

comment on function app_public.verify_events(bigint, bigint, text, text) is
$c$Whether the sealed events of a clinic are as they were sealed: `fault` is null, or says what is wrong with the first row at fault. `position` and `hash` are the head of the chain: note them elsewhere, and give them as `since_position` and `since_hash` to prove later that the chain still contains them, and to look only at what came after. `head` is one as medislot stored it elsewhere (position:hash): the chain has to contain it (else `rewritten`), and all of it is verified.
Reads every sealed event of the clinic from there on. For managers, administrators and DBAs. Refuses forbidden, unauthenticated, invalid_argument.$c$;

revoke all on function app_public.verify_events(bigint, bigint, text, text) from public;
grant execute on function app_public.verify_events(bigint, bigint, text, text) to app_staff;
--! EndIncluded booking/verify_events.sql
--! Included clinic/accept_invitation.sql
create or replace function app_public.accept_invitation(token text, password text default null) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  invitation app_private.invitations;
  account app_private.accounts;
  member_id bigint;
begin
  select i.* into invitation from app_private.invitations i
  where i.token_hash = sha256(convert_to(accept_invitation.token, 'utf8')) and i.accepted_at is null and i.expires_at > now();
  select a.* into account from app_private.accounts a where a.email = invitation.email;
  -- Whoever has an account proves it by being signed in: the token alone, which a manager has seen, must not open it.
  if invitation.id is null or (account.id is not null and account.id is distinct from app_hidden.current_account_id()) then
    perform app_hidden.refuse('invitation_invalid', 'The invitation is not valid (any more), or you must sign in with the invited address first.');
  end if;
  if account.id is null then
    if accept_invitation.password is null then
      perform app_hidden.refuse('weak_password', 'Choose a password for your new account.', '{"argument": "password"}');
    end if;
    account.id := app_private.create_account(invitation.email::text, accept_invitation.password);
  end if;
  -- Locked only now: others who send the same token need not wait for a password's hash.
  perform from app_private.invitations i
  where i.clinic_id = invitation.clinic_id and i.id = invitation.id and i.accepted_at is null and i.expires_at > now()
  for update;
  if not found then
    perform app_hidden.refuse('invitation_invalid', 'The invitation is not valid (any more).');
  end if;

  update app_public.employees e
  set is_active = true, role = invitation.role, doctor_id = invitation.doctor_id
  where e.clinic_id = invitation.clinic_id and e.account_id = account.id
  returning e.id into member_id;
  if member_id is null then
    insert into app_public.employees (clinic_id, account_id, full_name, email, role, doctor_id)
    values (invitation.clinic_id, account.id, invitation.full_name, invitation.email, invitation.role, invitation.doctor_id);
  end if;
  update app_private.invitations i set accepted_at = now() where i.clinic_id = invitation.clinic_id and i.id = invitation.id;
  return app_private.start_session(account.id);
end
$$;

comment on function app_public.accept_invitation(text, text) is
'Joins a clinic''s staff by an invitation''s token and signs in. Who has no account yet gives a password; who has one must be signed in with it. Refuses invitation_invalid, weak_password, email_taken (somebody registered with the address in this moment).';

revoke all on function app_public.accept_invitation(text, text) from public;
grant execute on function app_public.accept_invitation(text, text) to app_anonymous;
--! EndIncluded clinic/accept_invitation.sql
--! Included clinic/check_time_zone.sql
create or replace function app_private.check_time_zone() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if app_private.is_time_zone(NEW.time_zone) is not true then
    perform app_hidden.refuse('unknown_time_zone', format('"%s" is no IANA time zone.', NEW.time_zone),
      jsonb_build_object('argument', 'timeZone', 'given', NEW.time_zone));
  end if;
  return NEW;
end
$$;

comment on function app_private.check_time_zone() is
'Trigger: refuses (unknown_time_zone) a clinic''s time zone that is not an IANA name.';

revoke all on function app_private.check_time_zone() from public;
--! EndIncluded clinic/check_time_zone.sql
--! Included clinic/end_invitations_of_former_employee.sql
create or replace function app_private.end_invitations_of_former_employee() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
begin
  update app_private.invitations i set expires_at = now()
  from app_private.accounts a
  where a.id = NEW.account_id and i.clinic_id = NEW.clinic_id and i.email = a.email and i.accepted_at is null and i.expires_at > now();
  return null;
end
$$;

comment on function app_private.end_invitations_of_former_employee() is
'Trigger: when a membership ends, so do the person''s open invitations to the clinic. Otherwise one lying in a mailbox would bring them back.';

revoke all on function app_private.end_invitations_of_former_employee() from public;
--! EndIncluded clinic/end_invitations_of_former_employee.sql
--! Included clinic/invite_employee.sql
create or replace function app_public.invite_employee(
  clinic_id bigint, email text, full_name text, role app_public.staff_role, doctor_id bigint default null)
returns app_public.invitation
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  token text := translate(encode(public.gen_random_bytes(24), 'base64'), '+/=', '-_');
  address app_public.email_address := app_private.require_address(invite_employee.email);
  invitation app_public.invitation;
begin
  perform app_private.require_clinic_role(invite_employee.clinic_id, 'manage');
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
'Invites somebody to a clinic''s staff, for seven days; `doctor_id` says which of the clinic''s doctors they are, if one. Earlier invitations of the same person to this clinic end. For the clinic''s managers. The token is told once, here. Refuses forbidden, invalid_email, text_too_long, text_not_accepted, doctor_not_found.';

revoke all on function app_public.invite_employee(bigint, text, text, app_public.staff_role, bigint) from public;
grant execute on function app_public.invite_employee(bigint, text, text, app_public.staff_role, bigint) to app_staff;
--! EndIncluded clinic/invite_employee.sql
--! Included clinic/open_invitations.sql
create or replace function app_public.open_invitations(clinic_id bigint) returns setof app_public.open_invitation
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
--! Included core/remove_old_records.sql
create or replace function app_private.remove_old_records(batch int default 1000, at timestamptz default now()) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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

  delete from app_private.manager_messages m where m.ctid = any (array(
    select o.ctid from app_private.manager_messages o where o.created_at < remove_old_records.at - keep.messages limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  -- By then all of it is forgiven.
  delete from app_private.sign_in_counts s where s.ctid = any (array(
    select o.ctid from app_private.sign_in_counts o where o.counted_at < remove_old_records.at - interval '1 day' limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  delete from app_private.known_places p where p.ctid = any (array(
    select o.ctid from app_private.known_places o where o.signed_in_at < remove_old_records.at - keep.known_places limit batch for update skip locked));
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
'Removes what nobody needs any more, up to `batch` of each kind, and returns how many: idempotency keys and stored responses, sessions long ended with their tokens, invitations, messages of the development transport, e-mails about accounts, messages to managers, counts of sign-ins and of attempts from networks, places where nobody has signed in for long, delivery attempts, jobs given up. How long each is kept: app_private.retention. Called by the job remove_old_records until it returns 0.';

revoke all on function app_private.remove_old_records(int, timestamptz) from public;
--! EndIncluded core/remove_old_records.sql
--! Included identity/account_by_hash.sql
create or replace function app_private.account_by_hash(address text, hash text, place text) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select a.id from app_private.accounts a
    where (a.email = account_by_hash.address or a.claimed_email = account_by_hash.address)
      and a.password_hash = account_by_hash.hash and a.is_active
      and (app_private.account_waits_until(account_by_hash.address, a.id, account_by_hash.place) > now()) is not true
    order by a.email is null, a.id limit 1);
end
$$;

comment on function app_private.account_by_hash(text, text, text) is
'Which account of an address a password''s hash opens from a place, or null. Accounts that have to wait are not judged.';

revoke all on function app_private.account_by_hash(text, text, text) from public;
--! EndIncluded identity/account_by_hash.sql
--! Included identity/account_message_of.sql
create or replace function app_private.account_message_of(
  message_id bigint, public_url text, out recipient text, out subject text, out body text, out idempotency_key text) returns setof record
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
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
  idempotency_key := concat_ws('-', 'account', app_private.installation_id(), message.id);
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
--! Included identity/change_password.sql
create or replace function app_public.change_password(current_password text, new_password text) returns app_public.password_change
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  account app_private.accounts;
  address text;
  here text;
  is_right boolean;
  new_hash text;
  outcome app_public.password_change;
begin
  select a.* into account from app_private.accounts a where a.id = app_hidden.current_account_id();
  if account.id is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  address := coalesce(account.email, account.claimed_email);
  here := app_private.place_of_attempt(address);
  perform app_private.refuse_while_waiting(app_private.address_waits_until(address, here));
  -- Without a lock, as in sign_in. "Not true" rather than "distinct": an account without a password has none that could be right.
  is_right := (public.crypt(change_password.current_password, account.password_hash) = account.password_hash) is true;
  if is_right then
    new_hash := app_private.hash_password(change_password.new_password, address);
  end if;
  perform app_private.lock_sign_ins(address, here);
  if is_right then
    update app_private.accounts a set password_hash = new_hash
    where a.id = account.id and a.password_hash = account.password_hash;
    -- Changed in this moment: the present password is another one.
    is_right := found;
  end if;
  if not is_right then
    -- Somebody who found a session left open guesses here what they would guess at sign_in.
    perform app_private.count_failure(address, here);
    outcome.refusal := 'wrong_credentials';
    return outcome;
  end if;
  perform app_private.forgive_failures(address);
  -- Anybody who knew the old password may hold a session: all others end.
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
--! Included identity/claim_account_messages.sql
create or replace function app_private.claim_account_messages(batch int default 20, at timestamptz default now()) returns setof bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
--! Included identity/count_failure.sql
create or replace function app_private.count_failure(address text, place text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- In the order of places in which sign_in locks them.
  if not exists (
       select from app_private.known_places kp join app_private.accounts a on a.id = kp.account_id
       where kp.place = count_failure.place and (a.email = count_failure.address or a.claimed_email = count_failure.address)) then
    perform app_private.count_sign_in(count_failure.address, 'elsewhere');
  end if;
  perform app_private.count_sign_in(count_failure.address, count_failure.place);
end
$$;

comment on function app_private.count_failure(text, text) is
'Counts a wrong password for an address, known or not: at the place it came from and, unless an account of the address has signed in there before, at all strange places together.';

revoke all on function app_private.count_failure(text, text) from public;
--! EndIncluded identity/count_failure.sql
--! Included identity/count_network_attempt.sql
create or replace function app_private.count_network_attempt(kind text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
--! Included identity/end_account_message.sql
create or replace function app_private.end_account_message(message_id bigint, error text default null, code text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
--! Included identity/erase_customer.sql
create or replace function app_public.erase_customer(customer_id bigint) returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  target bigint := erase_customer.customer_id;
  customer app_public.customers;
  addresses text[];
begin
  perform app_private.require_own_customer(target);
  -- Everything that is locked later, in the order in which all lock: the customer, then slots.
  perform from app_public.customers c where c.id = target for no key update;
  perform from app_public.booking_slots bs
  where bs.customer_id = target and (bs.status = 'held' or bs.ends_at > now()) order by bs.clinic_id, bs.id for update;
  customer := app_public.remove_customer(target, true);
  update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
  where bs.customer_id = target and bs.status = 'held';

  select array_agg(lower(t.address)) into addresses
  from (
    select unnest(array[c.email::text, c.phone]) as address from app_public.customers c where c.id = target
    union
    select unnest(array[cc.email::text, cc.phone, cc.phone_e164]) from app_public.clinic_customers cc where cc.customer_id = target
  ) t;

  insert into app_private.erasures (customer_id, erased_by_account_id) values (target, app_hidden.current_account_id())
  on conflict on constraint a_customer_is_erased_once do nothing;
  perform app_private.erase_reasons(target);
  update app_public.bookings b set note = null, cancellation_reason = null
  where b.customer_id = target and (b.note is not null or b.cancellation_reason is not null);
  update app_public.archived_bookings b set note = null, cancellation_reason = null
  where b.customer_id = target and (b.note is not null or b.cancellation_reason is not null);
  perform app_private.erase_messages(target, addresses);
  perform app_private.erase_account(customer.account_id);
  perform app_private.erase_answers(target, customer.account_id);
  -- The rows stay: bookings are of somebody, and counts are of all.
  update app_public.clinic_customers cc
  set full_name = 'erased', email = null, phone = null, notes = null, preferred_language = null, preferred_channel = null
  where cc.customer_id = target;
  update app_public.customers c
  set full_name = 'erased', email = null, phone = null, preferred_language = null, preferred_channel = null
  where c.id = target returning c.* into customer;
  return customer;
end
$$;

comment on function app_public.erase_customer(bigint) is
'Erases a person: bookings ahead are cancelled and holds end, the customer is inactive and signed out for good, and no name, contact, note, reason, message or stored answer about them remains. Past bookings and events stay, of nobody. What the account is as a member of a clinic''s staff stays with the clinic. Cannot be undone; done again it changes nothing. Customers themselves, administrators and DBAs anybody. Refuses unauthenticated, customer_not_found.';

revoke all on function app_public.erase_customer(bigint) from public;
grant execute on function app_public.erase_customer(bigint) to app_customer;
--! EndIncluded identity/erase_customer.sql
--! Included identity/export_customer.sql
create or replace function app_public.export_customer(customer_id bigint default null) returns app_public.customer_export
language plpgsql stable security definer
-- Times as the same text whoever asks.
set timezone = 'UTC' set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  target bigint := coalesce(export_customer.customer_id, app_hidden.current_customer_id());
  customer app_public.customers;
  document app_public.customer_export;
begin
  perform app_private.require_own_customer(target);
  select c.* into customer from app_public.customers c where c.id = target;
  if customer.id is null then
    perform app_hidden.refuse('customer_not_found', 'No such customer.', jsonb_build_object('customerId', target::text));
  end if;
  document.format_version := 1;
  document.exported_at := now();
  document.customer_id := customer.id;
  document.profile := jsonb_build_object(
    'fullName', customer.full_name, 'email', customer.email, 'phone', customer.phone, 'isActive', customer.is_active,
    'preferredLanguage', customer.preferred_language, 'preferredChannel', customer.preferred_channel,
    'wantsReminders', customer.wants_reminders, 'createdAt', customer.created_at);
  select jsonb_build_object('id', a.id::text, 'email', coalesce(a.email, a.claimed_email), 'isActive', a.is_active, 'createdAt', a.created_at,
      'externalIdentities', (select coalesce(jsonb_agg(jsonb_build_object('issuer', ei.issuer, 'subject', ei.subject) order by ei.issuer, ei.subject), '[]')
        from app_private.external_identities ei where ei.account_id = a.id),
      'sessions', (select coalesce(jsonb_agg(jsonb_build_object('startedAt', s.created_at, 'expiresAt', s.expires_at, 'endedAt', s.revoked_at)
          order by s.created_at), '[]') from app_private.sessions s where s.account_id = a.id),
      'placesOfSignIns', (select coalesce(jsonb_agg(jsonb_build_object('kind', split_part(kp.place, ' ', 1), 'lastSignInAt', kp.signed_in_at)
          order by kp.signed_in_at, kp.place), '[]') from app_private.known_places kp where kp.account_id = a.id),
      'messages', (select coalesce(jsonb_agg(jsonb_build_object('kind', am.kind, 'address', am.address, 'state', am.state, 'createdAt', am.created_at,
          'sentAt', am.sent_at) order by am.id), '[]') from app_private.account_messages am where am.account_id = a.id),
      'employments', (select coalesce(jsonb_agg(jsonb_build_object('clinicId', e.clinic_id::text, 'role', e.role, 'fullName', e.full_name,
          'email', e.email, 'isActive', e.is_active) order by e.clinic_id, e.id), '[]') from app_public.employees e where e.account_id = a.id))
    into document.account
  from app_private.accounts a where a.id = customer.account_id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', cc.clinic_id::text, 'clinicName', c.name, 'fullName', cc.full_name, 'email', cc.email,
      'phone', cc.phone, 'phoneE164', cc.phone_e164, 'notes', cc.notes, 'preferredLanguage', cc.preferred_language, 'preferredChannel', cc.preferred_channel,
      'wantsReminders', cc.wants_reminders, 'createdAt', cc.created_at) order by cc.clinic_id), '[]') into document.clinic_records
  from app_public.clinic_customers cc join app_public.clinics c on c.id = cc.clinic_id where cc.customer_id = customer.id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', b.clinic_id::text, 'clinicName', c.name, 'bookingId', b.id::text,
      'doctorName', d.full_name, 'startsAt', lower(b.during), 'endsAt', upper(b.during), 'status', b.status, 'note', b.note,
      'cancelledAt', b.cancelled_at, 'cancelledBy', b.cancelled_by, 'cancellationReason', b.cancellation_reason,
      'createdAt', b.created_at, 'archivedAt', b.archived_at) order by lower(b.during), b.clinic_id, b.id), '[]') into document.bookings
  from (
    select x.clinic_id, x.id, x.doctor_id, x.during, x.status, x.note, x.cancelled_at, x.cancelled_by, x.cancellation_reason, x.created_at,
      null::timestamptz as archived_at
    from app_public.bookings x where x.customer_id = customer.id
    union all
    select x.clinic_id, x.id, x.doctor_id, x.during, x.status, x.note, x.cancelled_at, x.cancelled_by, x.cancellation_reason, x.created_at,
      x.archived_at
    from app_public.archived_bookings x where x.customer_id = customer.id
  ) b
  join app_public.clinics c on c.id = b.clinic_id
  join app_public.doctors d on d.clinic_id = b.clinic_id and d.id = b.doctor_id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', n.clinic_id::text, 'bookingId', n.booking_id::text, 'kind', n.kind, 'channel', n.channel,
      'dueAt', n.due_at, 'state', n.state, 'sentAt', n.sent_at, 'recipient', m.recipient, 'subject', m.subject,
      'body', m.body) order by n.due_at, n.id, m.id), '[]') into document.notifications
  from app_public.bookings b
  join app_public.notifications n on n.clinic_id = b.clinic_id and n.booking_id = b.id and n.channel <> 'webhook'
  left join app_private.messages m on m.clinic_id = n.clinic_id and m.notification_id = n.id
  where b.customer_id = customer.id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', e.clinic_id::text, 'eventId', e.id::text, 'occurredAt', e.occurred_at, 'entity', e.entity,
      'bookingSlotId', e.booking_slot_id::text, 'bookingId', e.booking_id::text, 'fromState', e.from_state, 'toState', e.to_state,
      'reason', e.reason, 'actor', e.actor) order by e.id), '[]') into document.events
  from app_public.events e where e.customer_id = customer.id;
  return document;
end
$$;

comment on function app_public.export_customer(bigint) is
'Everything that is held about a person, as one document: profile, account with sessions and employments, what each clinic recorded, bookings (archived ones too), messages, events. Ids are strings, times UTC. Customers their own (the default), administrators and DBAs anybody''s, when asked by that person. Refuses unauthenticated, customer_not_found.';

revoke all on function app_public.export_customer(bigint) from public;
grant execute on function app_public.export_customer(bigint) to app_customer;
--! EndIncluded identity/export_customer.sql
--! Included identity/issue_refresh_token.sql
create or replace function app_private.issue_refresh_token(session app_private.sessions) returns app_public.auth_tokens
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- 32 random bytes need no salt and no slow hash: nobody guesses them from their digest.
  token text := translate(encode(public.gen_random_bytes(32), 'base64'), '+/=', '-_');
  tokens app_public.auth_tokens;
begin
  insert into app_private.refresh_tokens (token_hash, session_id, expires_at, generation)
  values (sha256(convert_to(token, 'utf8')), session.id, least(now() + interval '30 days', session.expires_at),
    coalesce((select max(rt.generation) from app_private.refresh_tokens rt
              where rt.session_id = session.id and rt.used_at is not null), 0) + 1)
  returning expires_at into tokens.refresh_expires_at;
  select c.id into tokens.customer_id from app_public.customers c where c.account_id = session.account_id;
  tokens.account_id := session.account_id;
  tokens.session_id := session.id;
  tokens.refresh_token := token;
  return tokens;
end
$$;

comment on function app_private.issue_refresh_token(app_private.sessions) is
'A new refresh token of a session, valid 30 days but no longer than the session; only its SHA-256 is stored. Call it with the session locked.';

revoke all on function app_private.issue_refresh_token(app_private.sessions) from public;
--! EndIncluded identity/issue_refresh_token.sql
--! Included identity/person_of.sql
create or replace function app_private.person_of(claims jsonb) returns app_private.request_person
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  person app_private.request_person;
  account app_private.accounts;
  -- What does not look like ours is nobody's: refused like any other stranger, not a failed cast.
  own_account_id bigint := case when claims ->> 'sub' ~ '^[0-9]{1,18}$' then (claims ->> 'sub')::bigint end;
  own_session_id uuid := case when claims ->> 'sid' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (claims ->> 'sid')::uuid end;
begin
  person.role := 'app_anonymous';
  person.staff_clinic_ids := '{}';
  person.desk_clinic_ids := '{}';
  person.manager_clinic_ids := '{}';
  person.own_doctor_ids := '{}';
  if claims is null or not claims ? 'sub' then
    return person;
  end if;

  if claims ? 'iss' then
    select a.* into account
    from app_private.external_identities ei
    join app_private.accounts a on a.id = ei.account_id
    where ei.issuer = claims ->> 'iss' and ei.subject = claims ->> 'sub' and a.is_active;
  else
    select a.* into account
    from app_private.accounts a
    join app_private.sessions s on s.account_id = a.id
    where a.id = own_account_id and a.is_active
      and s.id = own_session_id and s.revoked_at is null and s.expires_at > now();
    person.session_id := own_session_id;
  end if;
  if account.id is null then
    perform app_hidden.refuse('unauthenticated', 'The session has ended. Sign in again.');
  end if;

  person.account_id := account.id;
  select c.id into person.customer_id from app_public.customers c where c.account_id = account.id;
  select coalesce(array_agg(distinct e.clinic_id), '{}'),
         coalesce(array_agg(distinct e.clinic_id) filter (where e.role in ('receptionist', 'manager')), '{}'),
         coalesce(array_agg(distinct e.clinic_id) filter (where e.role = 'manager'), '{}'),
         coalesce(array_agg(e.doctor_id) filter (where e.doctor_id is not null), '{}')
    into person.staff_clinic_ids, person.desk_clinic_ids, person.manager_clinic_ids, person.own_doctor_ids
  from app_public.employees e
  where e.account_id = account.id and e.is_active;
  person.role := case
    when account.is_admin then 'app_admin'
    when cardinality(person.staff_clinic_ids) > 0 then 'app_staff'
    else 'app_customer'
  end;
  return person;
end
$$;

comment on function app_private.person_of(jsonb) is
'Who the bearer of a verified token is at this moment: role, customer, clinics by right. Refuses (unauthenticated) what is unknown, closed or signed out. Called by begin_request only.';

revoke all on function app_private.person_of(jsonb) from public;
grant execute on function app_private.person_of(jsonb) to app_authenticator;
--! EndIncluded identity/person_of.sql
--! Included identity/queue_account_message.sql
create or replace function app_private.queue_account_message(address app_public.email_address, account_id bigint, kind text, language text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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

comment on function app_private.queue_account_message(app_public.email_address, bigint, text, text) is
'Queues an e-mail about an account, for the job send_account_messages; three of a kind in an hour, what is more is dropped, and so is what is for nobody (no account). In the customer''s own language, else the one given (en, de).';

revoke all on function app_private.queue_account_message(app_public.email_address, bigint, text, text) from public;
--! EndIncluded identity/queue_account_message.sql
--! Included identity/refresh_session.sql
create or replace function app_public.refresh_session(refresh_token text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- As long as a client needs to notice that an answer is not coming, and to ask again.
  grace constant interval := '30 seconds';
  presented app_private.refresh_tokens;
  session app_private.sessions;
  used_generation int;
  tokens app_public.auth_tokens;
begin
  -- The session is locked before its token is judged, so that of two who present the same token one finds it used.
  select s.* into session from app_private.refresh_tokens rt join app_private.sessions s on s.id = rt.session_id
  where rt.token_hash = sha256(convert_to(refresh_session.refresh_token, 'utf8')) for no key update of s;
  select rt.* into presented from app_private.refresh_tokens rt
  where rt.token_hash = sha256(convert_to(refresh_session.refresh_token, 'utf8')) and rt.session_id = session.id;
  if session.id is null or session.revoked_at is not null or session.expires_at <= now() or presented.expires_at <= now()
     or not exists (select from app_private.accounts a where a.id = session.account_id and a.is_active) then
    perform app_hidden.refuse('refresh_token_invalid', 'The session has ended. Sign in again.');
  end if;

  -- A page reloaded, or a connection lost, while the answer was on its way: the client never saw the next token and comes
  -- with the old one again. That alone is no theft, as long as nobody has used a next one. Whoever does use one of the
  -- two then given makes the other a token used before; so a copy that was used in this time is noticed all the same, by
  -- the second of the two who come back. To give out the same next token again was rejected: only its digest is kept.
  select max(rt.generation) into used_generation from app_private.refresh_tokens rt
  where rt.session_id = session.id and rt.used_at is not null;
  if presented.generation < used_generation
     or presented.generation = used_generation and (presented.used_at > now() - grace) is not true then
    -- Used twice: one of the two is a thief, and nobody can tell which. Returned, not raised, so that the revocation stays.
    update app_private.sessions s set revoked_at = now() where s.id = session.id;
    tokens.refusal := 'refresh_token_reused';
    return tokens;
  end if;

  update app_private.refresh_tokens rt set used_at = now()
  where rt.token_hash = presented.token_hash and rt.used_at is null;
  return app_private.issue_refresh_token(session);
end
$$;

comment on function app_public.refresh_session(text) is
'Exchanges a refresh token, which works once, for the next one of its session. Who lost the answer may ask again with the same token for 30 seconds, unless the next one was used meanwhile. Any other token used before ends the session: field refusal = refresh_token_reused. Refuses refresh_token_invalid.';

revoke all on function app_public.refresh_session(text) from public;
grant execute on function app_public.refresh_session(text) to app_anonymous;
--! EndIncluded identity/refresh_session.sql
--! Included identity/refuse_hasty_network.sql
create or replace function app_private.refuse_hasty_network(kind text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
--! Included identity/refuse_while_waiting.sql
create or replace function app_private.refuse_while_waiting(until timestamptz) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
--! Included identity/register_customer.sql
create or replace function app_public.register_customer(email text, password text, full_name text, phone text default null)
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
    perform app_private.queue_account_message(address, target, case when was_known then 'registered_again' else 'registered' end);
  end if;
  insert into app_public.customers (account_id, full_name, email, phone)
  values (target, given_name, address, nullif(btrim(register_customer.phone), ''))
  on conflict on constraint an_account_is_one_customer do nothing;
  -- Each may hold what the policy of a clinic allows: many accounts from one place are a way around it.
  perform app_private.count_network_attempt('registration');
  return app_private.start_session(target);
end
$$;

comment on function app_public.register_customer(text, text, text, text) is
'Registers a patient with an account of their own and signs them in. Open to everybody. Known and unknown addresses are answered alike: where an account exists that the password does not open, the new one stands beside it, opened by the address and its own password, and the owner of the address is told by mail. Refuses invalid_email, text_too_long, text_not_accepted, weak_password, invalid_argument, email_taken (the password opens the account of somebody with another name), too_many_attempts (many from one network).';

revoke all on function app_public.register_customer(text, text, text, text) from public;
grant execute on function app_public.register_customer(text, text, text, text) to app_anonymous;
--! EndIncluded identity/register_customer.sql
--! Included identity/remove_customer.sql
create or replace function app_public.remove_customer(customer_id bigint, "cascade" boolean default false, row_version int default null)
returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  customer app_public.customers;
  hanging jsonb;
  live app_public.bookings;
begin
  perform app_private.require_own_customer(remove_customer.customer_id);
  -- The customer first, as who books does, so that no booking slips in behind.
  select c.* into customer from app_public.customers c where c.id = remove_customer.customer_id for no key update;
  if customer.id is null then
    perform app_hidden.refuse('customer_not_found', 'No such customer.', jsonb_build_object('customerId', remove_customer.customer_id::text));
  end if;
  -- Then slots, as everybody locks; those of several clinics in the order of clinic and id.
  perform from app_public.booking_slots bs
  where bs.customer_id = remove_customer.customer_id and (bs.clinic_id, bs.id) in (
    select b.clinic_id, b.booking_slot_id from app_public.bookings b
    where b.customer_id = remove_customer.customer_id and b.status in ('booked', 'checked_in') and b.ends_at > now())
  order by bs.clinic_id, bs.id for update;
  perform app_private.require_version('customers', remove_customer.row_version, customer.row_version);

  select jsonb_agg(jsonb_build_object('bookingId', b.id::text, 'clinicId', b.clinic_id::text, 'startsAt', b.starts_at) order by b.starts_at, b.id) into hanging
  from app_public.bookings b
  where b.customer_id = customer.id and b.status in ('booked', 'checked_in') and b.ends_at > now();
  if hanging is not null and not remove_customer."cascade" then
    perform app_hidden.refuse('still_in_use', format('%s live bookings hang on this customer.', jsonb_array_length(hanging)),
      jsonb_build_object('liveBookings', hanging));
  end if;
  -- Also within a cut-off: who leaves will not come. The clinic sees the cancellation.
  for live in
    select b.* from app_public.bookings b
    where b.customer_id = customer.id and b.status in ('booked', 'checked_in') and b.ends_at > now()
    order by b.clinic_id, b.booking_slot_id
  loop
    perform app_private.end_booking(live.clinic_id, live.id, 'customer', 'customer removed');
  end loop;

  -- Who has left is offered no other time.
  update app_public.rebooking_list rl set resolved_at = now(), resolution = 'ended'
  where (rl.clinic_id, rl.open_booking_id) in (
    select b.clinic_id, b.id from app_public.bookings b where b.customer_id = customer.id and b.status = 'cancelled');
  update app_public.customers c set is_active = false where c.id = customer.id returning c.* into customer;
  -- The account ends with its customer, unless it is somebody's who works here.
  update app_private.accounts a set is_active = false
  where a.id = customer.account_id and not a.is_admin
    and not exists (select from app_public.employees e where e.account_id = a.id and e.is_active);
  if found then
    update app_private.sessions s set revoked_at = now() where s.account_id = customer.account_id and s.revoked_at is null;
  end if;
  return customer;
end
$$;

comment on function app_public.remove_customer(bigint, boolean, int) is
'Ends a customer: inactive from now on, and signed out for good unless they work for a clinic. What clinics recorded of them stays. Refuses (still_in_use, with the list) while bookings lie ahead; with `cascade` those are cancelled on the customer''s behalf. Holds end by themselves. Customers themselves, administrators anybody. Refuses customer_not_found, unauthenticated, stale_row_version.';

revoke all on function app_public.remove_customer(bigint, boolean, int) from public;
grant execute on function app_public.remove_customer(bigint, boolean, int) to app_customer;
--! EndIncluded identity/remove_customer.sql
--! Included identity/reset_password.sql
create or replace function app_public.reset_password(token text, new_password text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  message app_private.account_messages;
  new_hash text;
begin
  select m.* into message from app_private.account_messages m
  where m.token_hash = sha256(convert_to(reset_password.token, 'utf8')) and m.kind = 'password_reset' and m.token_expires_at > now();
  if message.id is not null then
    -- Before the message is locked: others who send the same token need not wait for this.
    new_hash := app_private.hash_password(reset_password.new_password, message.address);
    select m.* into message from app_private.account_messages m
    where m.id = message.id and m.token_expires_at > now() for update;
  end if;
  if message.id is null then
    perform app_hidden.refuse('reset_token_invalid', 'The link is not valid (any more). Ask for a new one.');
  end if;
  update app_private.accounts a set password_hash = new_hash where a.id = message.account_id and a.is_active;
  if not found then
    perform app_hidden.refuse('reset_token_invalid', 'The link is not valid (any more). Ask for a new one.');
  end if;
  -- Whoever else is guessing: the owner, who reads the mailbox, can sign in from here.
  perform app_private.forgive_failures(message.address);
  perform app_private.remember_places(message.account_id);
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
--! Included identity/set_password.sql
create or replace function app_private.set_password(email text, password text) returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  target bigint;
begin
  update app_private.accounts a
  set password_hash = app_private.hash_password(set_password.password, a.email)
  where a.email = app_hidden.canonical_address(set_password.email)
  returning a.id into target;
  if target is null then
    target := app_private.create_account(set_password.email, set_password.password);
  end if;
  perform app_private.forgive_failures(app_hidden.canonical_address(set_password.email));
  update app_private.sessions s set revoked_at = now() where s.account_id = target and s.revoked_at is null;
  return target;
end
$$;

comment on function app_private.set_password(text, text) is
'For DBAs: gives the account with this e-mail address this password, making the account when there is none, and ends its sessions. Returns the account''s id. Refuses invalid_email, weak_password.';

revoke all on function app_private.set_password(text, text) from public;
--! EndIncluded identity/set_password.sql
--! Included identity/sign_in.sql
create or replace function app_public.sign_in(email text, password text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  address text := coalesce(app_hidden.canonical_address(sign_in.email), '');
  here text := app_private.place_of_attempt(address);
  account_id bigint;
  hash text;
  tokens app_public.auth_tokens;
begin
  -- Another person's failures in a network do not keep out a device that has signed in before.
  if not starts_with(here, 'device ') then
    perform app_private.refuse_hasty_network('sign_in');
    perform app_private.refuse_hasty_network('signed_in');
  end if;
  perform app_private.refuse_while_waiting(app_private.address_waits_until(address, here));

  -- Without a lock: others, who may know the right password, need not wait for this. An unknown address costs the same bcrypt as a known
  -- one, so that the time taken tells nothing.
  hash := public.crypt(sign_in.password, coalesce(app_private.salt_of(address), '$2a$10$lm1lycIy9AXB8Yayvm1L3u'));

  perform app_private.lock_sign_ins(address, here);
  account_id := app_private.account_by_hash(address, hash, here);
  if account_id is null then
    perform app_private.count_failure(address, here);
    -- Attempts at many accounts from one network are counted against the network.
    if not starts_with(here, 'device ') then
      perform app_private.count_network_attempt('sign_in');
    end if;
    -- Not raised: an exception would roll the count back. The API turns this field into the error after the commit.
    tokens.refusal := 'wrong_credentials';
    return tokens;
  end if;
  -- Where other accounts have the address, a success with one of them must not permit more guesses at the others.
  if not exists (
       select from app_private.accounts a where (a.email = address or a.claimed_email = address) and a.id <> account_id) then
    delete from app_private.sign_in_counts sc
    where sc.address_hash = sha256(convert_to(address, 'utf8')) and sc.place = here;
  end if;
  return app_private.start_session(account_id);
end
$$;

comment on function app_public.sign_in(text, text) is
'Signs in with e-mail and password and starts a session. Open to everybody. A failure is counted and therefore returned, not raised: field refusal = wrong_credentials. Refuses too_many_attempts (detail: retryAfterSeconds). Known and unknown addresses are answered alike.';

revoke all on function app_public.sign_in(text, text) from public;
grant execute on function app_public.sign_in(text, text) to app_anonymous;
--! EndIncluded identity/sign_in.sql
--! Included identity/sign_out.sql
create or replace function app_public.sign_out(refresh_token text default null) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if sign_out.refresh_token is null and app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  -- Either the caller's own session, whose id comes from the verified token, or the one that the refresh token belongs to:
  -- any token of it, also one that was used, since ending a session is all that it is used for here.
  update app_private.sessions s set revoked_at = now()
  where s.revoked_at is null
    and (s.id = app_hidden.current_session_id() and s.account_id = app_hidden.current_account_id()
      or s.id = (select rt.session_id from app_private.refresh_tokens rt
                 where rt.token_hash = sha256(convert_to(sign_out.refresh_token, 'utf8'))));
  return found;
end
$$;

comment on function app_public.sign_out(text) is
'Ends the caller''s session at once, and the one that a refresh token belongs to, for which no access token is needed: their refresh tokens and access tokens are refused from now on. True when there was one to end. Refuses unauthenticated.';

revoke all on function app_public.sign_out(text) from public;
grant execute on function app_public.sign_out(text) to app_anonymous;
--! EndIncluded identity/sign_out.sql
--! Included notification/bookings_missing_reminders.sql
create or replace view app_private.bookings_missing_reminders with (security_invoker = true) as
select b.clinic_id, b.id as booking_id, lead.lead_time, 'missing' as problem
from app_public.bookings b
join app_public.policies p on p.clinic_id = b.clinic_id
cross join lateral (select distinct unnest(p.reminder_lead_times) as lead_time) lead
-- In UTC: the view runs with the settings of the session that reads it, and a day is 24 hours.
where b.status = 'booked' and (b.starts_at at time zone 'UTC' - lead.lead_time) at time zone 'UTC' > now()
  and exists (select from app_public.notification_rules nr where nr.clinic_id = b.clinic_id and nr.kind = 'booking_reminder')
  and not exists (
    select from app_public.notifications n
    where n.clinic_id = b.clinic_id and n.booking_id = b.id and n.kind = 'booking_reminder'
      and n.lead_time = lead.lead_time and n.booking_sequence = b.sequence
      and (n.state <> 'dropped' or n.dropped_because in ('opted_out', 'quiet_hours')))
union all
select n.clinic_id, n.booking_id, n.lead_time,
  case when n.due_at > (b.starts_at at time zone 'UTC' - n.lead_time) at time zone 'UTC'
    then 'due too late' else 'not wanted' end
from app_public.notifications n
join app_public.bookings b on b.clinic_id = n.clinic_id and b.id = n.booking_id
join app_public.policies p on p.clinic_id = n.clinic_id
-- One sent again by hand is due when the desk said.
where n.kind = 'booking_reminder' and n.state = 'pending' and n.generation = 1 and b.starts_at > now()
  and (b.status <> 'booked' or n.booking_sequence <> b.sequence or n.lead_time <> all (p.reminder_lead_times)
    or n.due_at > (b.starts_at at time zone 'UTC' - n.lead_time) at time zone 'UTC');

comment on view app_private.bookings_missing_reminders is
'Always empty: bookings ahead that lack a reminder, and reminders that nobody should get. A row here is a bug.';
--! EndIncluded notification/bookings_missing_reminders.sql
--! Included notification/claim_notifications.sql
create or replace function app_private.claim_notifications(
  batch int default 20, at timestamptz default now(), only_channel text default null) returns setof app_public.notifications
language plpgsql volatile
-- Walks the index of what is due in its order and looks each up by its key. The planner, who does not know how large a batch is, read all
-- bookings and customers for twenty.
set enable_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  the_clinic bigint;
  quiet_until timestamptz;
  claimed int;
begin
  if claim_notifications.only_channel is null then
    return query select n.* from app_private.claim_notifications(claim_notifications.batch, claim_notifications.at, 'email') n;
    if not found then
      return query select n.* from app_private.claim_notifications(claim_notifications.batch, claim_notifications.at, 'sms') n;
    end if;
    return;
  elsif claim_notifications.only_channel = 'webhook' then
    raise exception 'webhooks are claimed by claim_webhooks' using errcode = 'XX000';
  end if;
  loop
    -- One clinic at a time (its rows lie together, also on a shard): the one whose message has waited longest.
    select n.clinic_id into the_clinic from app_public.notifications n
    where n.state = 'pending' and greatest(least(n.send_after, n.due_at), n.retry_at) <= claim_notifications.at
      and n.channel = claim_notifications.only_channel
    order by greatest(least(n.send_after, n.due_at), n.retry_at) limit 1 for update skip locked;
    if the_clinic is null then
      return;
    end if;
    select upper(app_private.quiet_hours(claim_notifications.at, c.time_zone, p.quiet_from, p.quiet_until)) into quiet_until
    from app_public.clinics c join app_public.policies p on p.clinic_id = c.id
    where c.id = the_clinic;
    return query
      with due as materialized (
        select n.clinic_id, n.id, n.customer_id, n.booking_id, n.kind, n.answers_until, n.earlier_start from app_public.notifications n
        where n.clinic_id = the_clinic and n.state = 'pending'
          and greatest(least(n.send_after, n.due_at), n.retry_at) <= claim_notifications.at
          and n.channel = claim_notifications.only_channel
        order by greatest(least(n.send_after, n.due_at), n.retry_at)
        limit claim_notifications.batch for update skip locked
      ), judged as (
        -- Judged now and not when it was queued: an opt-out holds from the moment it is made, and so do quiet hours, whatever made the
        -- message due in them (a lead time that was added, a booking made at night, another attempt, a changed rule).
        select d.clinic_id, d.id, case
            when d.kind <> 'booking_reminder' then null
            when b.starts_at <= claim_notifications.at then 'too_late'
            when not (cc.wants_reminders and c.wants_reminders) then 'opted_out'
            -- A reminder that could only come when the appointment has begun.
            when q.has_to_wait and b.starts_at <= quiet_until then 'quiet_hours' end as unwanted,
          q.has_to_wait
        from due d
        join app_public.bookings b on b.clinic_id = d.clinic_id and b.id = d.booking_id
        join app_public.clinic_customers cc on cc.clinic_id = d.clinic_id and cc.customer_id = d.customer_id
        join app_public.customers c on c.id = d.customer_id
        cross join lateral (
          select quiet_until is not null
            -- The answer to what somebody has just done is no disturbance.
            and coalesce(claim_notifications.at >= d.answers_until, true)
            -- News that would come too late in the morning: of a visit that begins within two hours of the end of the quiet hours, or
            -- would have. The patient who comes for nothing is worse off than the one who is woken.
            and (d.kind = 'booking_reminder' or quiet_until <= least(b.starts_at, d.earlier_start) - interval '2 hours') as has_to_wait
        ) q
      ), dropped as (
        update app_public.notifications n set state = 'dropped', dropped_because = j.unwanted
        from judged j where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is not null
      ), put_off as (
        update app_public.notifications n set retry_at = quiet_until
        from judged j where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is null and j.has_to_wait
      ), taken as (
        -- The attempt is counted and the next one set before the message goes out: a worker that dies while sending has sent at most
        -- once too often, never too seldom, and a message that kills its worker does not do so for ever.
        update app_public.notifications n
        set attempts = n.attempts + 1,
            retry_at = claim_notifications.at + interval '30 seconds' * 2 ^ n.attempts
        from judged j
        where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is null and not j.has_to_wait
        returning n.*
      ), begun as (
        insert into app_private.delivery_attempts (clinic_id, notification_id, generation, attempt, channel, started_at)
        select t.clinic_id, t.id, t.generation, t.attempts, t.channel, claim_notifications.at from taken t
      )
      select t.* from taken t;
    get diagnostics claimed = row_count;
    -- A batch of which nothing is sent now is not the end of the work.
    exit when claimed > 0;
  end loop;
end
$$;

comment on function app_private.claim_notifications(int, timestamptz, text) is
'Takes up to `batch` messages of one clinic that are to be sent at `at` by e-mail or SMS (`only_channel`; null for either); none that another worker has. Each is due again after 30 s, doubling, unless recorded by record_deliveries; so a batch has to be sent within 30 s. Reminders that are not wanted any more are dropped. In the clinic''s quiet hours nothing is sent but answers to what somebody has just done (an hour from then) and news, not reminders, of a visit that begins within two hours of their end; what else is due waits for their end, and a reminder that this makes too late is dropped. Called by the job send_notifications.';

revoke all on function app_private.claim_notifications(int, timestamptz, text) from public;
--! EndIncluded notification/claim_notifications.sql
--! Included notification/clinic_changes.sql
create or replace function app_hidden.clinic_changes(
  clinic_id bigint, event_ids bigint[], slot_date date default null, out seen_event_ids bigint[], out booking_slot_ids bigint[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Asked again for each notification: who is sent away in between learns nothing more.
  perform app_private.require_clinic_role(clinic_changes.clinic_id, 'staff');
  select array_agg(e.id order by e.id), array_agg(distinct e.booking_slot_id)
    into seen_event_ids, booking_slot_ids
  from app_public.events e
  join app_public.booking_slots bs on bs.clinic_id = e.clinic_id and bs.id = e.booking_slot_id
  where e.clinic_id = clinic_changes.clinic_id and e.id = any (clinic_changes.event_ids)
    and (clinic_changes.slot_date is null or bs.slot_date = clinic_changes.slot_date);
end
$$;

comment on function app_hidden.clinic_changes(bigint, bigint[], date) is
'Which of some events of a clinic are of slots on a local date (null for any), and which slots those are; nulls when none. For the subscription clinicDay, which gets the ids from publish_events. Refuses (unauthenticated, forbidden) who does not work in the clinic.';

revoke all on function app_hidden.clinic_changes(bigint, bigint[], date) from public;
grant execute on function app_hidden.clinic_changes(bigint, bigint[], date) to app_anonymous;
--! EndIncluded notification/clinic_changes.sql
--! Included notification/delivery_figures.sql
create or replace function app_private.delivery_figures() returns table (
  channel text, waiting bigint, due bigint, late_seconds double precision, dead bigint, sent bigint, failed bigint, died bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select ch.channel,
      (select count(*) from app_public.notifications n where n.state = 'pending' and n.channel = ch.channel),
      w.due, w.late_seconds,
      (select count(*) from app_public.notifications n where n.state = 'dead' and n.channel = ch.channel),
      c.sent, c.failed, c.died
    from app_private.channels ch
    cross join lateral (
      select count(*) as due, greatest(coalesce(extract(epoch from now() - min(greatest(n.due_at, case when n.attempts = 0 then n.retry_at end))), 0), 0)::double precision as late_seconds
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
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
--! Included notification/messages_of.sql
create or replace function app_private.messages_of(clinic_id bigint, notification_ids bigint[])
returns table (
  id bigint, channel text, recipient text, subject text, body text, idempotency_key text, sender_name text, reply_to text, calendar jsonb,
  secret text, error text)
language plpgsql stable
-- One kept plan that looks each up by its key. By statistics that lag behind, all of a clinic was read for twenty.
set plan_cache_mode = force_generic_plan
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  policy app_public.policies;
  n record;
  the_values jsonb;
  installation_id uuid := app_private.installation_id();
begin
  select x.* into clinic from app_public.clinics x where x.id = messages_of.clinic_id;
  select x.* into policy from app_public.policies x where x.clinic_id = clinic.id;
  for n in
    with wanted as materialized (
      select x.id, x.kind, x.channel, x.generation, x.created_at, x.booking_sequence, b as booking, we.url, ws.secret, wb.body as webhook_body,
        d.full_name as doctor_name, cc.full_name as customer_name, cc.email::text, case when cc.phone_takes_sms then cc.phone_e164 end as sms_number,
        coalesce(c.preferred_language, cc.preferred_language, policy.language) as language
      from unnest(messages_of.notification_ids) as asked (id)
      join app_public.notifications x on x.clinic_id = clinic.id and x.id = asked.id
      join app_public.bookings b on b.clinic_id = clinic.id and b.id = x.booking_id
      left join app_public.doctors d on d.clinic_id = clinic.id and d.id = b.doctor_id
      left join app_public.clinic_customers cc on cc.clinic_id = clinic.id and cc.customer_id = x.customer_id
      left join app_public.customers c on c.id = x.customer_id
      left join app_public.webhook_endpoints we on we.clinic_id = clinic.id and we.id = x.endpoint_id
      left join app_private.webhook_secrets ws on ws.clinic_id = clinic.id and ws.endpoint_id = x.endpoint_id
      left join app_private.webhook_bodies wb on wb.clinic_id = clinic.id and wb.notification_id = x.id and wb.generation = x.generation
    ), texts as materialized (
      select k.*, app_private.text_parts(t.subject) as subject, app_private.text_parts(t.body) as body
      from (select distinct w.kind, w.channel, w.language from wanted w where w.channel <> 'webhook') k
      cross join lateral app_private.notification_text(clinic.id, k.kind, k.channel, k.language) t
    )
    select w.*, t.subject, t.body
    from wanted w left join texts t on t.kind = w.kind and t.channel = w.channel and t.language = w.language
  loop
    id := n.id;
    channel := n.channel;
    idempotency_key := concat_ws('-', installation_id, clinic.id, n.id, n.generation);
    recipient := case n.channel when 'webhook' then n.url when 'sms' then n.sms_number else n.email end;
    secret := n.secret;
    sender_name := null;
    reply_to := null;
    calendar := null;
    error := null;
    -- What goes wrong with one is told of that one, and the others are sent.
    begin
      if n.channel = 'webhook' then
        subject := n.kind::text;
        body := n.webhook_body;
      else
        if n.body is null then
          raise exception 'there is no text for % by % in %', n.kind, n.channel, n.language;
        end if;
        the_values := app_private.text_values(clinic, n.customer_name, n.doctor_name, (n.booking).starts_at, n.language, (n.booking).id,
          (n.booking).cancelled_by, (n.booking).cancellation_reason);
        subject := app_private.fill_in(n.subject, the_values);
        body := app_private.fill_in(n.body, the_values);
        sender_name := coalesce(policy.sender_name, clinic.name);
        reply_to := clinic.email::text;
        if n.channel = 'email' and n.kind <> 'booking_reminder' then
          calendar := jsonb_build_object(
            'uid', app_public.calendar_uid(clinic.id, (n.booking).id),
            'sequence', n.booking_sequence,
            'isCancelled', n.kind in ('booking_cancelled', 'slot_withdrawn'),
            'startsAt', (n.booking).starts_at, 'endsAt', (n.booking).ends_at, 'stampedAt', n.created_at,
            'summary', format('%s, %s', n.doctor_name, clinic.name),
            'location', concat_ws(', ', clinic.name, clinic.address),
            'description', body,
            'organizer', sender_name, 'organizerEmail', reply_to, 'attendee', n.customer_name);
        end if;
      end if;
    exception when others then
      error := sqlerrm;
      subject := null;
      body := null;
      calendar := null;
    end;
    return next;
  end loop;
end
$$;

comment on function app_private.messages_of(bigint, bigint[]) is
'Notifications of a clinic as they are to be sent now: channel, recipient (null when the clinic knows no address), subject, body, the key under which a provider knows a second delivery, sender''s name, reply address, calendar entry (confirmation, update, cancellation by e-mail), and for a webhook the secret to sign with and the body of its first attempt; or, of one that cannot be worded, the error. Times in the clinic''s zone, words in the customer''s language. None for a notification that is gone.';

revoke all on function app_private.messages_of(bigint, bigint[]) from public;
--! EndIncluded notification/messages_of.sql
--! Included notification/plan_reminders.sql
create or replace function app_private.plan_reminders(at timestamptz default now(), ahead interval default '24 hours') returns int
language plpgsql volatile
-- Bookings may come in faster than the table is analysed. A plan for the handful of rows that there were joined each to each, and computed
-- the whole spreading anew for each: 16 s for 1,500 reminders.
set enable_nestloop = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
      app_private.before_quiet_hours(to_timestamp(l.leaves), l.time_zone, l.quiet_from, l.quiet_until), l.due_at)) as due_again
    from latest l
  ), numbered_again as (
    select o.*, row_number() over (partition by o.channel order by o.due_again, o.id) / o.per_second as place_again
    from out_of_quiet_hours o
  ), latest_again as (
    select n.*, min(n.due_again - n.place_again) over (
      partition by n.channel order by n.due_again desc, n.id desc rows unbounded preceding) + n.place_again as leaves_again
    from numbered_again n
  ), plan as materialized (
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
--! Included notification/preview_notification.sql
create or replace function app_public.preview_notification(
  clinic_id bigint, kind app_public.notification_kind, channel text, language text, subject text default null, body text default null)
returns app_public.notification_preview
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
  perform app_private.understand_text('subject', preview_notification.subject);
  perform app_private.understand_text('body', preview_notification.body);
  select d.full_name into doctor_name from app_public.doctors d where d.clinic_id = clinic.id and d.is_active order by d.id limit 1;
  the_values := app_private.text_values(clinic, 'Ann Example', coalesce(doctor_name, 'Dr. Example'),
    -- The next full hour tomorrow, by the clinic's clock.
    (date_trunc('hour', now() at time zone clinic.time_zone) + interval '25 hours') at time zone clinic.time_zone,
    preview_notification.language, 12345,
    case preview_notification.kind when 'booking_cancelled' then 'customer' when 'slot_withdrawn' then 'clinic' end::app_public.booking_party, null);
  preview.subject := app_private.fill_in(app_private.text_parts(coalesce(preview_notification.subject, stored.subject)), the_values);
  preview.body := app_private.fill_in(app_private.text_parts(coalesce(preview_notification.body, stored.body)), the_values);
  return preview;
end
$$;

comment on function app_public.preview_notification(bigint, app_public.notification_kind, text, text, text, text) is
'A message as an invented patient would get it, in the clinic''s text or, with subject and body, in one not stored yet. For managers. Refuses forbidden, clinic_not_found, invalid_argument, text_not_understood.';

revoke all on function app_public.preview_notification(bigint, app_public.notification_kind, text, text, text, text) from public;
grant execute on function app_public.preview_notification(bigint, app_public.notification_kind, text, text, text, text) to app_staff;
--! EndIncluded notification/preview_notification.sql
--! Included notification/queue_notifications.sql
create or replace function app_private.queue_notifications(
  booking app_public.bookings, kind app_public.notification_kind, earlier_start timestamptz default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  channel text := app_private.choose_channel(booking.clinic_id, booking.customer_id, kind);
begin
  -- Rows only, no job and no notify: either would take a lock that all commits share. The job send_notifications finds what is due.
  if channel is not null then
    -- Whether it waits for the end of the quiet hours is decided when it is sent (claim_notifications).
    insert into app_public.notifications (
      clinic_id, booking_id, customer_id, kind, channel, booking_sequence, due_at, answers_until, earlier_start)
    values (booking.clinic_id, booking.id, booking.customer_id, kind, channel, booking.sequence, now(),
      case when app_hidden.current_customer_id() = booking.customer_id then now() + interval '1 hour' end,
      queue_notifications.earlier_start);
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
'Records what is to be sent about a booking, in the booking''s own transaction: the message itself, over the channel that clinic and customer chose; the clinic''s webhooks; and, for a new time, the reminders. `earlier_start` is the start that a moved booking had before.';

revoke all on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind, timestamptz) from public;
--! EndIncluded notification/queue_notifications.sql
--! Included notification/quiet_hours.sql
create or replace function app_private.quiet_hours(at timestamptz, time_zone text, quiet_from time, quiet_until time) returns tstzrange
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
    '[)');
  return case when quiet @> at then quiet end;
end
$$;

comment on function app_private.quiet_hours(timestamptz, text, time, time) is
'The quiet hours (from, until) of a clinic in which an instant lies, or null. A local time that the clocks skip is the one after.';

revoke all on function app_private.quiet_hours(timestamptz, text, time, time) from public;
--! EndIncluded notification/quiet_hours.sql
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
    app_private.choose_channel(b.clinic_id, b.customer_id, 'booking_reminder'), lead.lead_time, b.sequence,
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
--! Included notification/record_deliveries.sql
create or replace function app_private.record_deliveries(outcomes jsonb)
returns table (clinic_id bigint, id bigint, state app_public.notification_state)
language plpgsql volatile
-- One kept plan that looks each up by its key, whatever statistics say that lag behind.
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
set plan_cache_mode = force_generic_plan
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with told as materialized (
      select n.clinic_id, n.id, o.reference, o.code, left(o.error, 1000) as error
      from jsonb_to_recordset(record_deliveries.outcomes) as o (clinic_id bigint, id bigint, reference text, error text, code text)
      join app_public.notifications n on n.clinic_id = o.clinic_id and n.id = o.id
      -- In one order, so that two who record at the same time do not wait for each other.
      order by n.clinic_id, n.id for no key update of n
    ), ended as (
      update app_public.notifications n
      set -- Whatever the state has become meanwhile (a booking cancelled while its confirmation went out): what was sent was sent.
          state = case
            when t.error is null then 'sent'
            when n.state = 'pending' and (n.attempts >= (select ch.most_attempts from app_private.channels ch where ch.channel = n.channel)
              or coalesce(app_private.is_permanent_failure(n.channel, t.code), false)) then 'dead'
            else n.state end,
          sent_at = case when t.error is null then now() else n.sent_at end,
          dropped_because = case when t.error is not null then n.dropped_because end,
          last_error = t.error
      from told t
      where n.clinic_id = t.clinic_id and n.id = t.id
      returning n.clinic_id, n.id, n.generation, n.attempts, n.channel, n.state, t.reference, t.code, t.error
    ), noted as (
      update app_private.delivery_attempts da
      set ended_at = now(), outcome = case when e.error is null then 'sent' else 'failed' end,
          provider_reference = e.reference, error_code = e.code, error = e.error
      from ended e
      where da.clinic_id = e.clinic_id and da.notification_id = e.id and da.generation = e.generation and da.attempt = e.attempts
        and (e.error is null or da.outcome is null)
    ), counted as (
      -- Last, so that those who count in the same row wait for each other's commit only.
      insert into app_private.delivery_counters as dc (channel, outcome, part, total)
      select e.channel, c.outcome, pg_backend_pid() % 8, count(*)
      from ended e
      cross join lateral (values
        ('sent', e.error is null), ('failed', e.error is not null), ('dead', e.error is not null and e.state = 'dead')) c (outcome, is_so)
      where c.is_so
      group by e.channel, c.outcome
      order by e.channel, c.outcome
      on conflict on constraint deliveries_are_counted_once do update set total = dc.total + excluded.total
    )
    select e.clinic_id, e.id, e.state from ended e;
end
$$;

comment on function app_private.record_deliveries(jsonb) is
'Records how attempts on claimed notifications went, any number at once: [{clinic_id, id, reference}] of what was handed to its transport and what the provider calls it, [{clinic_id, id, error, code}] of what could not be sent, with the provider''s code if there was one. Such a one is tried again when its claim runs out (30 s, doubling); when the code says never, or after the last attempt (the eighth, about an hour), it is dead and stays to be seen. One that is gone is passed over. Returns their states.';

revoke all on function app_private.record_deliveries(jsonb) from public;
--! EndIncluded notification/record_deliveries.sql
--! Included notification/say_time.sql
create or replace function app_private.say_time(at timestamptz, time_zone text, language text, out date text, out "time" text, out "when" text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  local_time timestamp := at at time zone time_zone;
begin
  "time" := to_char(local_time, 'HH24:MI');
  -- Not to_char's TM names: they depend on lc_time and on the locales of the machine.
  if language = 'de' then
    date := format('%s, %s. %s %s',
      ('{Montag,Dienstag,Mittwoch,Donnerstag,Freitag,Samstag,Sonntag}'::text[])[extract(isodow from local_time)],
      extract(day from local_time),
      ('{Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember}'::text[])[extract(month from local_time)],
      extract(year from local_time));
    "time" := "time" || ' Uhr';
  else
    date := to_char(local_time, 'FMDay, FMDD FMMonth YYYY');
  end if;
  -- The zone too: who books at a clinic far away lives by another clock.
  "when" := format('%s, %s (%s)', date, "time", time_zone);
end
$$;

comment on function app_private.say_time(timestamptz, text, text) is
'An instant by the clock of a zone, in words of a language (en, de): date, time, and `when`, which is both and the zone.';

revoke all on function app_private.say_time(timestamptz, text, text) from public;
--! EndIncluded notification/say_time.sql
--! Included notification/send_again.sql
create or replace function app_public.send_again(clinic_id bigint, notification_id bigint) returns app_public.notifications
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
      due_at = now(), send_after = null, answers_until = now() + interval '1 hour',
      -- To where the customer wants it by now.
      channel = case when x.channel = 'webhook' then x.channel
        else coalesce(app_private.choose_channel(x.clinic_id, x.customer_id, x.kind), x.channel) end
  where x.clinic_id = n.clinic_id and x.id = n.id
  returning x.* into n;
  return n;
end
$$;

comment on function app_public.send_again(bigint, bigint) is
'Sends a message once more that was sent or has died, to the address that the clinic knows now. It counts as another message with the provider, and quiet hours do not hold it back within the hour. For the desk. Refuses forbidden, notification_not_found, illegal_transition (waiting, or dropped).';

revoke all on function app_public.send_again(bigint, bigint) from public;
grant execute on function app_public.send_again(bigint, bigint) to app_staff;
--! EndIncluded notification/send_again.sql
--! Included notification/text_values.sql
create or replace function app_private.text_values(
  clinic app_public.clinics, customer_name text, doctor_name text, starts_at timestamptz, language text, booking_id bigint,
  cancelled_by app_public.booking_party, reason text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- The clinic's clock: that is where the patient has to be.
  said record := app_private.say_time(starts_at, clinic.time_zone, language);
begin
  -- Of texts only: jsonb_build_object looks at the type of each, which took longer than all else.
  return jsonb_object(array[
    'clinic', clinic.name, 'address', clinic.address, 'phone', clinic.phone,
    'doctor', doctor_name, 'customer', customer_name,
    'when', said."when", 'date', said.date, 'time', said."time",
    'booking', booking_id::text, 'reason', reason,
    'by_customer', case cancelled_by when 'customer' then 'yes' end, 'by_clinic', case cancelled_by when 'clinic' then 'yes' end]);
end
$$;

comment on function app_private.text_values(app_public.clinics, text, text, timestamptz, text, bigint, app_public.booking_party, text) is
'The {{words}} of a message and what they stand for. check_notification_text knows the same words.';

revoke all on function app_private.text_values(app_public.clinics, text, text, timestamptz, text, bigint, app_public.booking_party, text) from public;
--! EndIncluded notification/text_values.sql
--! Included notification/understand_text.sql
create or replace function app_private.understand_text(argument text, text text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  mark text[];
  open_sections text[] := '{}';
begin
  if regexp_replace(text, '\{\{[#/]?[a-z_]+\}\}', '', 'g') ~ '\{\{|\}\}' then
    perform app_hidden.refuse('text_not_understood', 'Braces that are no {{word}}.', jsonb_build_object('argument', argument, 'text', text));
  end if;
  for mark in select m from regexp_matches(text, '\{\{([#/]?)([a-z_]+)\}\}', 'g') m loop
    if not mark[2] = any ('{clinic,address,phone,doctor,customer,when,date,time,booking,reason,by_customer,by_clinic}') then
      perform app_hidden.refuse('text_not_understood', format('There is no word {{%s}}.', mark[2]),
        jsonb_build_object('argument', argument, 'word', mark[2]));
    elsif mark[1] = '#' then
      open_sections := mark[2] || open_sections;
    elsif mark[1] = '/' then
      if open_sections[1] is distinct from mark[2] then
        perform app_hidden.refuse('text_not_understood', format('{{/%s}} closes nothing.', mark[2]),
          jsonb_build_object('argument', argument, 'word', mark[2]));
      end if;
      open_sections := open_sections[2:];
    end if;
  end loop;
  if open_sections <> '{}' then
    perform app_hidden.refuse('text_not_understood', format('{{#%s}} is not closed.', open_sections[1]),
      jsonb_build_object('argument', argument, 'word', open_sections[1]));
  end if;
end
$$;

comment on function app_private.understand_text(text, text) is
'Refuses (text_not_understood) a message text with unknown {{words}}, stray braces or sections that are not closed. `argument` (subject, body) is told in the detail. text_values knows the same words.';

revoke all on function app_private.understand_text(text, text) from public;
--! EndIncluded notification/understand_text.sql
--! Included roster/find_roster_time_slots.sql
create or replace function app_private.find_roster_time_slots(
  value text, time_slots app_private.roster_time_slot[], clock int, unread jsonb, out names text[], out reason text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  parts text[] := string_to_array(regexp_replace(value, '\s*[-‐‑‒–—]\s*|\s+(to|bis)\s+', '-', 'gi'), '-');
  from_time time := (app_private.parse_roster_time(parts[1], clock, false)).local_time;
  to_time time := (app_private.parse_roster_time(parts[2], clock, true)).local_time;
  is_name boolean := exists (select from unnest(time_slots) s where app_private.roster_key(s.name) = app_private.roster_key(value));
  problem text;
begin
  if cardinality(parts) = 2 and from_time is not null and to_time is not null and not is_name then
    -- Two clock times are hours of work, also where time slots are named by the time they start at.
    select h.names, h.problem into names, problem from app_private.roster_slots_by_hours(from_time, to_time, time_slots) h;
    -- A line of time_slots.csv with a fault of its own must not make the hours look wrong as well.
    if unread is null or unread <> '{}' or exists (select from unnest(time_slots) s where s.start_time is null or s.end_time is null) then
      problem := null;
    end if;
  else
    select n.names, n.problem into names, problem from app_private.roster_slots_by_name(parts, time_slots) n;
    if names = '{}' and problem is null then
      reason := app_private.unknown_roster_time_slot(parts, time_slots, clock, unread);
    end if;
  end if;
  reason := coalesce(reason, format('"%s": ', value) || problem);
end
$$;

comment on function app_private.find_roster_time_slots(text, app_private.roster_time_slot[], int, jsonb) is
'The names of the time slots meant by Morning 1, Morning 1 - Morning 8 or 9:00 - 12:30, or why it means none.';

revoke all on function app_private.find_roster_time_slots(text, app_private.roster_time_slot[], int, jsonb) from public;
--! EndIncluded roster/find_roster_time_slots.sql
--! Included roster/load_demo.sql
create or replace function app_private.load_demo(rosters jsonb) returns boolean
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  password constant text := 'medislot-demo';
  roster record;
  clinic app_private.imported_roster;
  today date;
begin
  -- Two programs that start at once on an empty database: the second finds the first one's clinics. import_roster takes the lock too.
  perform pg_advisory_xact_lock(hashtextextended('medislot import', 0));
  if exists (select from app_public.clinics) then
    return false;
  end if;

  for roster in
    select r.item ->> 'name' as name, r.item -> 'roster' as files from jsonb_array_elements(rosters) with ordinality as r (item, n) order by r.n
  loop
    clinic := app_private.import_roster(roster.files);
    insert into app_public.employees (clinic_id, account_id, role, full_name, email)
    select clinic.clinic_id, app_private.create_account(address, password), 'manager', 'Manager of ' || clinic.clinic_name, address
    from (values (roster.name || '@medislot.example')) as m (address);
    select (now() at time zone c.time_zone)::date into today from app_public.clinics c where c.id = clinic.clinic_id;
    perform app_public.generate_booking_slots(clinic.clinic_id, today, today + 13);
  end loop;

  update app_public.specializations s set names = jsonb_build_object('de', german.name)
  from (values
    ('Allergology', 'Allergologie'), ('Cardiology', 'Kardiologie'), ('Dermatology', 'Dermatologie'),
    ('Diving Medicine', 'Tauchmedizin'), ('Ear, Nose and Throat', 'Hals-Nasen-Ohren-Heilkunde'),
    ('Emergency Medicine', 'Notfallmedizin'), ('Endocrinology', 'Endokrinologie'),
    ('General Practice', 'Allgemeinmedizin'), ('Gynecology', 'Gynäkologie'), ('Neurology', 'Neurologie'),
    ('Obstetrics', 'Geburtshilfe'), ('Ophthalmology', 'Augenheilkunde'), ('Orthopedics', 'Orthopädie'),
    ('Pediatrics', 'Kinder- und Jugendmedizin'), ('Psychiatry', 'Psychiatrie'), ('Sports Medicine', 'Sportmedizin')
  ) as german (specialization, name)
  where s.name = german.specialization::public.citext;

  insert into app_public.customers (account_id, full_name, email)
  select app_private.create_account(c.address, password), c.full_name, c.address
  from (values ('ann@medislot.example', 'Ann Miller'), ('bob@medislot.example', 'Bob Fischer')) as c (address, full_name);
  perform app_private.make_admin('admin@medislot.example', password);
  return true;
end
$$;

comment on function app_private.load_demo(jsonb) is
$c$Loads the demo into a database without clinics: rosters as [{"name", "roster": as app_private.import_roster takes it}, …], a manager <name>@medislot.example of each, customers ann@ and bob@medislot.example, admin@medislot.example (password of all: medislot-demo), and slots for two weeks from today.
False, and nothing done, when there is a clinic. Refuses import_refused.$c$;

revoke all on function app_private.load_demo(jsonb) from public;
--! EndIncluded roster/load_demo.sql
--! Included roster/overlapping_roster_templates.sql
create or replace function app_private.overlapping_roster_templates(
  templates app_private.roster_template[], time_slots app_private.roster_time_slot[]) returns setof app_private.roster_fault
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  days constant text[] := '{Mon,Tue,Wed,Thu,Fri,Sat,Sun}';
begin
  return query
    with placed as materialized (
      select t.line, t.doctor, t.weekday, t.time_slot, row_number() over (order by t.line, t.weekday, s.line) as n,
        app_hidden.week_minutes(t.weekday, s.start_time, s.end_time) as minutes, daterange(t.valid_from, t.valid_until, '[]') as validity
      from unnest(templates) t
      join unnest(time_slots) s on s.name = t.time_slot
    ), clashes as (
      -- One fault for two lines, however much of them overlaps: the first pair shows it.
      select distinct on (b.line, a.line) a.line as earlier_line, b.line, a.weekday as earlier_weekday, a.time_slot as earlier_slot,
        b.weekday, b.time_slot
      from placed a
      join placed b on b.doctor = a.doctor and (b.line, b.n) > (a.line, a.n) and b.minutes && a.minutes and b.validity && a.validity
      order by b.line, a.line, b.n, a.n
    )
    select 'templates.csv', o.line, 'time slots', format('%s %s', days[o.weekday], o.time_slot),
      format('%s "%s" overlaps %s "%s" of %s, for the same doctor', days[o.weekday], o.time_slot, days[o.earlier_weekday], o.earlier_slot,
        case o.earlier_line when o.line then 'the same line' else 'line ' || o.earlier_line end)
    from clashes o;
end
$$;

comment on function app_private.overlapping_roster_templates(app_private.roster_template[], app_private.roster_time_slot[]) is
'The lines of templates.csv by which a doctor would have two time slots at once: a fault for each pair of lines, at the later one.';

revoke all on function app_private.overlapping_roster_templates(app_private.roster_template[], app_private.roster_time_slot[]) from public;
--! EndIncluded roster/overlapping_roster_templates.sql
--! Included roster/parse_roster_date.sql
create or replace function app_private.parse_roster_date(value text, date_format text, out day date, out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  separator text := substring(date_format from '[./-]');
  tokens text[] := string_to_array(date_format, separator);
  parts text[] := string_to_array(value, separator);
  d int;
  m int;
  y int;
  days_of_month int;
begin
  if value is null or date_format is null then
    return;
  end if;
  -- Strictly as declared. 03/04/2027 is a date in three formats, so one that is written otherwise is not guessed at.
  if value !~ '^\d{1,4}[./-]\d{1,4}[./-]\d{1,4}$' or cardinality(parts) <> 3
     or parts[array_position(tokens, 'YYYY')] !~ '^\d{4}$'
     or parts[array_position(tokens, 'MM')] !~ '^\d{1,2}$' or parts[array_position(tokens, 'DD')] !~ '^\d{1,2}$' then
    reason := format('"%s" is not a date written as %s', value, date_format);
    return;
  end if;
  y := parts[array_position(tokens, 'YYYY')];
  m := parts[array_position(tokens, 'MM')];
  d := parts[array_position(tokens, 'DD')];
  if m not between 1 and 12 then
    reason := format('"%s" has month %s; dates are written as %s', value, m, date_format);
  elsif y not between 1900 and 2199 then
    reason := format('"%s" has year %s; years go from 1900 to 2199', value, y);
  else
    days_of_month := extract(day from make_date(y, m, 1) + interval '1 month - 1 day');
    if d not between 1 and days_of_month then
      reason := format('"%s" does not exist; that month has %s days', value, days_of_month);
    else
      day := make_date(y, m, d);
    end if;
  end if;
end
$$;

comment on function app_private.parse_roster_date(text, text) is
'Reads a date in a roster''s declared format (leading zeros may be left out, the year has four digits), or says why not.';

revoke all on function app_private.parse_roster_date(text, text) from public;
--! EndIncluded roster/parse_roster_date.sql
--! Included roster/parse_roster_date_format.sql
create or replace function app_private.parse_roster_date_format(value text, out date_format text, out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if value ~* '^(DD|MM|YYYY)([./-])(DD|MM|YYYY)\2(DD|MM|YYYY)$'
     and value ~* 'D' and value ~* 'M' and value ~* 'Y' then
    date_format := upper(value);
  elsif value is not null then
    reason := format('"%s" is no date format; write it with DD, MM and YYYY, such as DD.MM.YYYY or MM/DD/YYYY', value);
  end if;
end
$$;

comment on function app_private.parse_roster_date_format(text) is
'The date format that a roster declares: DD, MM and YYYY in any order, between dots, slashes or hyphens.';

revoke all on function app_private.parse_roster_date_format(text) from public;
--! EndIncluded roster/parse_roster_date_format.sql
--! Included roster/parse_roster_time.sql
create or replace function app_private.parse_roster_time(value text, clock int, is_end boolean, out local_time time, out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  parts text[] := regexp_match(value, '^(\d{1,2})(?:[:.](\d{2}))?(?:[:.]00)? ?(?:([AaPp])\.?[Mm]\.?)?$');
  hour int := parts[1];
  minute int := coalesce(parts[2], '0');
  half text := lower(parts[3]);
begin
  if value is null or clock is null then
    return;
  end if;
  -- How the day's end is written, on either clock: 12:00 AM is its beginning.
  if is_end and hour = 24 and minute = 0 and parts[2] is not null and half is null then
    local_time := '24:00';
    return;
  end if;
  if parts is null or (parts[2] is null and half is null) then
    reason := format('"%s" is no clock time such as %s', value, case clock when 12 then '9:30 AM' else '9:30' end);
  elsif clock = 24 and half is not null then
    reason := format('"%s" has AM or PM, but the clinic''s time format is of the 24-hour clock', value);
  elsif clock = 12 and half is null then
    reason := format('"%s" lacks AM or PM', value);
  elsif minute > 59 or (clock = 24 and hour > 23) or (clock = 12 and hour not between 1 and 12) then
    reason := format('"%s" is no time of the %s-hour clock', value, clock);
  else
    local_time := make_time(case clock when 12 then hour % 12 + case half when 'p' then 12 else 0 end else hour end, minute, 0);
  end if;
end
$$;

comment on function app_private.parse_roster_time(text, int, boolean) is
'Reads a clock time of a roster (9:00, 09:00, 9.30, 09:00:00; with a 12-hour clock 9:00 AM, 9 a.m.), or says why not. An end may be 24:00, on either clock.';

revoke all on function app_private.parse_roster_time(text, int, boolean) from public;
--! EndIncluded roster/parse_roster_time.sql
--! Included roster/parse_roster_time_format.sql
create or replace function app_private.parse_roster_time_format(value text, out clock int, out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- "h:mm AM/PM", "hh.mm am" and "12 h" are how spreadsheets and people write it.
  letters text := lower(regexp_replace(value, '[^[:alnum:]]', '', 'g'));
begin
  if letters ~ '^(h{1,2}mm(ss)?|24h(ours?)?)$' then
    clock := 24;
  elsif letters ~ '^(h{1,2}mm(ss)?(am|pm|ampm)|12h(ours?)?)$' then
    clock := 12;
  elsif value is not null then
    reason := format('"%s" is no time format; write HH:MM for the 24-hour clock or HH:MM AM for the 12-hour clock', value);
  end if;
end
$$;

comment on function app_private.parse_roster_time_format(text) is
'The time format that a roster declares, as the clock it means: 24 or 12 hours.';

revoke all on function app_private.parse_roster_time_format(text) from public;
--! EndIncluded roster/parse_roster_time_format.sql
--! Included roster/read_roster_clinic.sql
create or replace function app_private.read_roster_clinic(
  lines app_private.roster_line[], out clinic app_private.roster_clinic, out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  given app_private.roster_line;
  dates record;
  times record;
  existing bigint;
begin
  select l.* into given from unnest(lines) l where l.file = 'clinic.csv' order by l.line limit 1;
  dates := app_private.parse_roster_date_format(given.cells ->> 'date format');
  times := app_private.parse_roster_time_format(given.cells ->> 'time format');
  clinic := (given.line, given.cells ->> 'name', given.cells ->> 'time zone', given.cells ->> 'address', given.cells ->> 'phone',
    given.cells ->> 'e-mail', dates.date_format, times.clock);
  select min(c.id) into existing from app_public.clinics c where c.is_active and app_private.roster_key(c.name) = app_private.roster_key(clinic.name);

  faults := array(
    select row('clinic.csv', clinic.line, f."column", given.cells ->> f."column", f.reason)::app_private.roster_fault
    from (values
      ('name', case when existing is not null then
        format('there is a clinic "%s" already (clinic %s): change that one, deactivate it, or import under another name', clinic.name, existing) end),
      ('time zone', case when clinic.time_zone is not null and not app_private.is_time_zone(clinic.time_zone) then
        format('"%s" is no IANA time zone such as Europe/Berlin', clinic.time_zone) end),
      ('e-mail', case when not app_hidden.is_mailbox(app_hidden.canonical_address(clinic.email)) then
        format('"%s" is not an e-mail address such as desk@example.org; a domain with other letters is written in its xn-- form', clinic.email) end),
      ('date format', dates.reason),
      ('time format', times.reason)
    ) as f ("column", reason)
    where f.reason is not null
  ) || array(
    select row('clinic.csv', l.line, null, null, 'a roster is of one clinic: this line is one too many')::app_private.roster_fault
    from unnest(lines) l where l.file = 'clinic.csv' and l.line > given.line
  );
end
$$;

comment on function app_private.read_roster_clinic(app_private.roster_line[]) is
'Reads and judges a roster''s clinic.csv: the clinic with the formats it declares (null where they cannot be read), and the faults.';

revoke all on function app_private.read_roster_clinic(app_private.roster_line[]) from public;
--! EndIncluded roster/read_roster_clinic.sql
--! Included roster/read_roster_templates.sql
create or replace function app_private.read_roster_templates(
  roster jsonb, lines app_private.roster_line[], clinic app_private.roster_clinic, doctors app_private.roster_doctor[],
  time_slots app_private.roster_time_slot[], out templates app_private.roster_template[], out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  unread_doctors jsonb := app_private.unread_roster_names(roster, 'doctors.csv');
  unread_slots jsonb := app_private.unread_roster_names(roster, 'time_slots.csv');
begin
  with given as materialized (
    select l.line, l.cells, d.name as doctor, w.weekdays, w.reasons as weekday_faults, s.names as slot_names, s.reasons as slot_faults,
      f.day as valid_from, f.reason as from_fault, u.day as valid_until, u.reason as until_fault
    from unnest(lines) l
    left join unnest(doctors) d on app_private.roster_key(d.name) = app_private.roster_key(l.cells ->> 'doctor')
    cross join lateral app_private.parse_roster_weekdays(l.cells ->> 'weekdays') w
    cross join lateral app_private.parse_roster_time_slots(l.cells ->> 'time slots', time_slots, clinic.clock, unread_slots) s
    cross join lateral app_private.parse_roster_date(l.cells ->> 'valid from', clinic.date_format) f
    cross join lateral app_private.parse_roster_date(l.cells ->> 'valid until', clinic.date_format) u
    where l.file = 'templates.csv'
  ), judged as (
    select g.line, 'doctor' as "column", format('"%s" is no doctor in doctors.csv', g.cells ->> 'doctor') as reason
    from given g
    where g.doctor is null and g.cells ->> 'doctor' is not null
      and not unread_doctors ? app_private.roster_key(g.cells ->> 'doctor')
    union all
    select g.line, 'weekdays', r from given g cross join lateral unnest(g.weekday_faults) r
    union all
    select g.line, 'time slots', r from given g cross join lateral unnest(g.slot_faults) r
    union all
    select g.line, 'valid from', g.from_fault from given g where g.from_fault is not null
    union all
    select g.line, 'valid until', g.until_fault from given g where g.until_fault is not null
    union all
    select g.line, 'valid until', format('"%s" is before the first day, "%s"', g.cells ->> 'valid until', g.cells ->> 'valid from')
    from given g where g.valid_until < g.valid_from
  )
  select
    -- One template for each weekday and time slot, of the lines of which nothing is missing.
    array(
      select row(g.line, g.doctor, w, n, g.valid_from, g.valid_until)::app_private.roster_template
      from given g
      cross join lateral unnest(g.weekdays) w
      cross join lateral unnest(g.slot_names) n
      where g.doctor is not null and (g.valid_until < g.valid_from) is not true
        and (g.valid_from is null) = (g.cells ->> 'valid from' is null)
        and (g.valid_until is null) = (g.cells ->> 'valid until' is null)
      order by g.line, w, n),
    array(select row('templates.csv', j.line, j."column", g.cells ->> j."column", j.reason)::app_private.roster_fault
      from judged j join given g on g.line = j.line)
    into templates, faults;
end
$$;

comment on function app_private.read_roster_templates(
  jsonb, app_private.roster_line[], app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[]) is
'Reads and judges a roster''s templates.csv, line by line: the templates of the lines that are whole, and the faults.';

revoke all on function app_private.read_roster_templates(
  jsonb, app_private.roster_line[], app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[]) from public;
--! EndIncluded roster/read_roster_templates.sql
--! Included roster/read_roster_time_slots.sql
create or replace function app_private.read_roster_time_slots(
  lines app_private.roster_line[], clock int, out time_slots app_private.roster_time_slot[], out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  with given as materialized (
    select l.line, l.cells ->> 'name' as name, l.cells ->> 'start' as "start", l.cells ->> 'end' as "end",
      s.local_time as start_time, s.reason as start_reason, e.reason as end_reason,
      -- Only a whole day needs to tell its end from its beginning.
      case when e.local_time = '24:00' and s.local_time <> '0:00' then '0:00' else e.local_time end as end_time,
      first_value(l.line) over (partition by app_private.roster_key(l.cells ->> 'name') order by l.line) as first_line
    from unnest(lines) l
    cross join lateral app_private.parse_roster_time(l.cells ->> 'start', clock, false) s
    cross join lateral app_private.parse_roster_time(l.cells ->> 'end', clock, true) e
    where l.file = 'time_slots.csv'
  ), judged as (
    select g.line, 'name' as "column", g.name as value, format('"%s" stands in line %s already', g.name, g.first_line) as reason
    from given g where g.name is not null and g.first_line < g.line
    union all
    select g.line, 'start', g."start", g.start_reason from given g where g.start_reason is not null
    union all
    select g.line, 'end', g."end", g.end_reason from given g where g.end_reason is not null
    union all
    select g.line, 'end', g."end", format('the time slot ends at "%s", when it starts', g."end") from given g where g.start_time = g.end_time
  )
  select array(select row(g.line, g.name, g.start_time, nullif(g.end_time, g.start_time))::app_private.roster_time_slot from given g where g.first_line = g.line and g.name is not null order by g.line),
         array(select row('time_slots.csv', j.line, j."column", j.value, j.reason)::app_private.roster_fault from judged j)
    into time_slots, faults;
end
$$;

comment on function app_private.read_roster_time_slots(app_private.roster_line[], int) is
'Reads and judges a roster''s time_slots.csv: the time slots (of those with one name the first; a time that cannot be used is null), and the faults. `clock` is 24 or 12; null when the clinic does not say, and then no time is judged.';

revoke all on function app_private.read_roster_time_slots(app_private.roster_line[], int) from public;
--! EndIncluded roster/read_roster_time_slots.sql
--! Included roster/roster_slots_by_hours.sql
create or replace function app_private.roster_slots_by_hours(
  from_time time, to_time time, time_slots app_private.roster_time_slot[], out names text[], out problem text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- In minutes from a Monday on, so that hours across midnight are one range.
  hours int4multirange := app_hidden.week_minutes(1, from_time, to_time);
  next_day text;
begin
  names := array(
    select s.name from unnest(time_slots) s
    where hours @> app_hidden.week_minutes(1, s.start_time, s.end_time)
    order by s.line);
  select s.name into next_day from unnest(time_slots) s
  where hours @> app_hidden.week_minutes(2, s.start_time, s.end_time)
  order by s.line limit 1;

  -- Hours that fit no time slot are mistyped more often than meant.
  if not exists (select from unnest(time_slots) s where s.name = any (names) and s.start_time = from_time) then
    problem := 'no time slot starts when these hours do';
  elsif next_day is not null then
    problem := format('"%s" starts after midnight: give it a line of its own, with the weekday it starts on', next_day);
  elsif not exists (select from unnest(time_slots) s where s.name = any (names) and (s.end_time = to_time or least(s.end_time, to_time) = '0:00' and greatest(s.end_time, to_time) = '24:00')) then
    problem := 'no time slot ends when these hours do';
  end if;
end
$$;

comment on function app_private.roster_slots_by_hours(time, time, app_private.roster_time_slot[]) is
'The time slots that lie within working hours such as 9:00 - 12:30, by name, and what is wrong with the hours: they begin and end with a time slot, and none of theirs starts on the next day.';

revoke all on function app_private.roster_slots_by_hours(time, time, app_private.roster_time_slot[]) from public;
--! EndIncluded roster/roster_slots_by_hours.sql
--! Included roster/roster_slots_by_name.sql
create or replace function app_private.roster_slots_by_name(
  parts text[], time_slots app_private.roster_time_slot[], out names text[], out problem text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  place record;
begin
  -- A name may have hyphens of its own, so each is tried as the one between first and last; with n = all parts it is one name.
  select f.line as first_line, coalesce(l.line, f.line) as last_line, f.start_time into place
  from generate_series(cardinality(parts), 1, -1) n
  join unnest(time_slots) f on app_private.roster_key(f.name) = app_private.roster_key(array_to_string(parts[:n], '-'))
  left join unnest(time_slots) l on app_private.roster_key(l.name) = app_private.roster_key(array_to_string(parts[n + 1:], '-'))
  where n = cardinality(parts) or l.line is not null
  limit 1;

  names := array(
    select s.name from unnest(time_slots) s
    where s.line between place.first_line and place.last_line
    order by s.line);
  if place.last_line < place.first_line then
    problem := 'the last time slot stands above the first one in time_slots.csv';
  else
    select format('"%s" starts after midnight: give it a line of its own, with the weekday it starts on', s.name) into problem
    from unnest(time_slots) s
    where s.name = any (names) and s.start_time < place.start_time
    order by s.line limit 1;
  end if;
end
$$;

comment on function app_private.roster_slots_by_name(text[], app_private.roster_time_slot[]) is
'The time slot of this name, or those from one name to another in the order of time_slots.csv, and what is wrong with that. The name or range comes split at its hyphens. No names when it is none.';

revoke all on function app_private.roster_slots_by_name(text[], app_private.roster_time_slot[]) from public;
--! EndIncluded roster/roster_slots_by_name.sql
--! Included roster/unknown_roster_time_slot.sql
create or replace function app_private.unknown_roster_time_slot(
  parts text[], time_slots app_private.roster_time_slot[], clock int, unread jsonb) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  unknown text[] := array(
    select p from unnest(parts) p
    where not exists (select from unnest(time_slots) s where app_private.roster_key(s.name) = app_private.roster_key(p)));
  -- Of a range with one end known, the other is to blame.
  blamed text := case when cardinality(unknown) = 1 then unknown[1] else array_to_string(parts, ' - ') end;
begin
  -- Without a time format nobody knows what a time is, and that is the clinic's fault, told once.
  if clock is null and blamed ~ '^\d' then
    return null;
  elsif unread is null or exists (select from unnest(unknown) u where unread ? app_private.roster_key(u)) then
    return null;
  elsif blamed ~ '^\d{1,2}[:.]' then
    return coalesce((app_private.parse_roster_time(blamed, clock, true)).reason, format('"%s" is no time slot in time_slots.csv', blamed));
  end if;
  return format('"%s" is no time slot in time_slots.csv', blamed);
end
$$;

comment on function app_private.unknown_roster_time_slot(text[], app_private.roster_time_slot[], int, jsonb) is
'Why a name or range, split at its hyphens, is none of time_slots.csv; null when it may stand in a line there that could not be read.';

revoke all on function app_private.unknown_roster_time_slot(text[], app_private.roster_time_slot[], int, jsonb) from public;
--! EndIncluded roster/unknown_roster_time_slot.sql
--! Included schedule/archive_past_slots.sql
create or replace function app_private.archive_past_slots(batch int default 500, at timestamptz default now()) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
--! Included schedule/clear_schedule.sql
create or replace function app_private.clear_schedule(clinic_id bigint, doctor_id bigint, "cascade" boolean, reason text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  hanging jsonb;
  live bigint;
  over app_public.bookings;
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
          and b.status in ('booked', 'checked_in') and b.starts_at > now()), '[]')) into hanging;
    if hanging <> '{"openSlots": 0, "liveBookings": []}' then
      perform app_hidden.refuse('still_in_use',
        format('%s open slots and %s live bookings hang on this.', hanging -> 'openSlots', jsonb_array_length(hanging -> 'liveBookings')), hanging);
    end if;
  end if;

  -- What has begun stays as it is, and the desk can still complete it: whether the patient came is not known here.
  update app_public.bookings b set active_doctor_id = null
  where b.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or b.doctor_id = clear_schedule.doctor_id)
    and b.status in ('booked', 'checked_in') and b.active_doctor_id is not null and b.starts_at <= now();
  for live in
    select b.id from app_public.bookings b
    where b.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or b.doctor_id = clear_schedule.doctor_id)
      and b.status in ('booked', 'checked_in') and b.starts_at > now()
    order by b.booking_slot_id
  loop
    over := app_private.end_booking(clear_schedule.clinic_id, live, 'clinic', clear_schedule.reason, 'slot_withdrawn');
    -- A clinic that closes has nothing to offer in its place.
    if clear_schedule.doctor_id is not null then
      perform app_private.list_withdrawn_booking(over);
    end if;
  end loop;
  -- Also past slots that nobody booked: nothing hangs on them, but an inactive doctor must have no open slot.
  perform set_config('medislot.reason', clear_schedule.reason, true);
  -- Those ahead give up their places, so that generation makes them again for a doctor who comes back. What was withdrawn by hand stays so.
  update app_public.booking_slots bs
  set status = 'withdrawn', superseded = bs.ends_at > now(), customer_id = null, held_until = null
  where bs.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or bs.doctor_id = clear_schedule.doctor_id)
    and bs.status in ('open', 'held');
  perform set_config('medislot.reason', '', true);
end
$$;

comment on function app_private.clear_schedule(bigint, bigint, boolean, text) is
'Ends what a doctor (or, with a null doctor, a whole clinic) has ahead: open slots are withdrawn, and live bookings that have not begun are cancelled, their customers told and, unless the clinic closes, put on the rebooking list. Without `cascade` it refuses (still_in_use, listing them) when there is any. Bookings that have begun keep their state. The caller holds lock_schedule.';

revoke all on function app_private.clear_schedule(bigint, bigint, boolean, text) from public;
--! EndIncluded schedule/clear_schedule.sql
--! Included schedule/clinics_due_for_generation.sql
create or replace function app_private.clinics_due_for_generation() returns table (clinic_id bigint, due_at timestamptz)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select c.id, w.due_at
    from app_public.clinics c
    join app_public.policies p on p.clinic_id = c.id
    cross join lateral (
      select app_private.last_generation_time(now(), c.time_zone, p.generation_weekday, p.generation_time) as due_at
    ) w
    -- What was due before the clinic existed is not owed to it.
    where c.is_active and w.due_at >= c.created_at
      and not exists (select from app_public.slot_generation_runs r where r.clinic_id = c.id and r.due_at >= w.due_at)
    order by c.id;
end
$$;

comment on function app_private.clinics_due_for_generation() is
'The clinics whose weekly slot generation (policies.generation_weekday, generation_time, in the clinic''s zone) was due and has not run. A worker that was down finds them just as well.';

revoke all on function app_private.clinics_due_for_generation() from public;
--! EndIncluded schedule/clinics_due_for_generation.sql
--! Included schedule/clinics_with_changed_templates.sql
create or replace function app_private.clinics_with_changed_templates(at timestamptz default now()) returns table (clinic_id bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
--! Included schedule/create_booking_slot.sql
create or replace function app_public.create_booking_slot(clinic_id bigint, doctor_id bigint, time_slot_id bigint, slot_date date)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
  -- Locked, so that it is not moved before the slot is made at its hours.
  select ts.* into shift from app_public.time_slots ts
  where ts.clinic_id = create_booking_slot.clinic_id and ts.id = create_booking_slot.time_slot_id and ts.is_active
  for share;
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
  return app_private.reopen_slot(slot, during);
end
$$;

comment on function app_public.create_booking_slot(bigint, bigint, bigint, date) is
'Makes one booking slot by hand, outside any template, or opens a withdrawn one again; if its time slot has other hours now, a new slot at these hours takes its place. `slot_date` is the clinic''s local date. For the desk. Refuses forbidden, clinic_not_found, invalid_argument, doctor_not_found, time_slot_not_found, skipped_local_time, slot_in_the_past, slot_too_far_ahead, slot_exists, slot_overlaps.';

revoke all on function app_public.create_booking_slot(bigint, bigint, bigint, date) from public;
grant execute on function app_public.create_booking_slot(bigint, bigint, bigint, date) to app_staff;
--! EndIncluded schedule/create_booking_slot.sql
--! Included schedule/dates_to_generate.sql
create or replace function app_private.dates_to_generate(clinic_id bigint, due_at timestamptz, out from_date date, out to_date date)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  zone text;
  weeks int;
  monday date;
  covered date;
begin
  select c.time_zone, p.generation_weeks into zone, weeks
  from app_public.clinics c
  join app_public.policies p on p.clinic_id = c.id
  where c.id = dates_to_generate.clinic_id;
  monday := date_trunc('week', due_at at time zone zone)::date + 7;
  -- Weeks that were missed while no worker ran are made up for, from the day after the last scheduled run's end.
  select max(r.to_date) into covered from app_public.slot_generation_runs r
  where r.clinic_id = dates_to_generate.clinic_id and r.due_at is not null;
  from_date := greatest(least(monday, covered + 1), (now() at time zone zone)::date);
  -- A year of weeks and missed ones before them would be more than one run may make; the next one goes on from there.
  to_date := least(monday + 7 * weeks - 1, from_date + 366);
end
$$;

comment on function app_private.dates_to_generate(bigint, timestamptz) is
'For which of a clinic''s local dates, inclusive, its scheduled generation due at `due_at` makes slots: the next Monday to Sunday (policies.generation_weeks of them), and weeks missed before.';

revoke all on function app_private.dates_to_generate(bigint, timestamptz) from public;
--! EndIncluded schedule/dates_to_generate.sql
--! Included schedule/dismiss_rebooking.sql
create or replace function app_public.dismiss_rebooking(clinic_id bigint, rebooking_id bigint) returns app_public.rebooking_list
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
'Takes a booking off the rebooking list: it stays where it is, and is not listed for this slot again; of one that the clinic had taken away, nothing more is offered. For the desk. Refuses forbidden, rebooking_not_found.';

revoke all on function app_public.dismiss_rebooking(bigint, bigint) from public;
grant execute on function app_public.dismiss_rebooking(bigint, bigint) to app_staff;
--! EndIncluded schedule/dismiss_rebooking.sql
--! Included schedule/follow_templates.sql
create or replace function app_private.follow_templates(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics := app_private.lock_schedule(follow_templates.clinic_id);
  today date := (now() at time zone clinic.time_zone)::date;
  covered datemultirange;
  misfits bigint[];
  held_ones int;
  noted_at timestamptz := (select sc.changed_at from app_private.schedule_changes sc where sc.clinic_id = clinic.id);
  run app_public.slot_generation_runs;
begin
  -- Only dates for which somebody, or the schedule, generated slots: a change of a template is no reason to fill the gaps between them.
  select range_agg(r.dates) * datemultirange(daterange(today, today + 366, '[]')) into covered
  from app_public.slot_generation_runs r
  where r.clinic_id = clinic.id and r.to_date >= today;

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
  where rl.clinic_id = clinic.id and rl.resolution is null and rl.booking_slot_id <> all (coalesce(misfits, '{}'))
    -- What the clinic took away is over, whatever the templates say.
    and rl.reason <> 'slot_withdrawn';

  -- Somebody may be booking a held one at this moment: looked at again when the hold has ended.
  select count(*) into held_ones from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.id = any (misfits) and bs.status = 'held';
  if not isempty(covered) then
    run := app_private.make_booking_slots(clinic.id, covered, null);
  end if;
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
'Makes a clinic''s slots ahead follow its templates: a free slot that no template wants at its time any more is withdrawn, a booked one stays and its booking goes onto the rebooking list, and slots wanted now are made on the dates that earlier generations covered, at most a year ahead. Slots made or withdrawn by hand stay as they are. Returns the recorded generation, or null when no generation covers a day ahead. Refuses clinic_not_found.';

revoke all on function app_private.follow_templates(bigint) from public;
--! EndIncluded schedule/follow_templates.sql
--! Included schedule/generate_booking_slots.sql
create or replace function app_public.generate_booking_slots(clinic_id bigint, from_date date, to_date date)
returns app_public.slot_generation_runs
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_clinic_role(generate_booking_slots.clinic_id, 'manage');
  if generate_booking_slots.to_date > (app_private.latest_slot_start() at time zone 'UTC')::date then
    -- Also where no template is valid so late: the run would be recorded, and later ones go by it.
    perform app_hidden.refuse('slot_too_far_ahead', 'A slot starts at most three years from now.',
      jsonb_build_object('slotDate', to_date, 'latestStart', app_private.latest_slot_start()));
  elsif from_date is null or to_date is null or to_date < from_date or to_date - from_date > 366 then
    perform app_hidden.refuse('invalid_argument', 'Give a from and a to date, in this order, at most 366 days apart.',
      jsonb_build_object('argument', 'toDate', 'fromDate', from_date, 'toDate', to_date));
  end if;
  return app_private.make_booking_slots(
    generate_booking_slots.clinic_id, datemultirange(daterange(from_date, to_date, '[]')), null);
end
$$;

comment on function app_public.generate_booking_slots(bigint, date, date) is
$c$Makes the booking slots that a clinic's templates want from `from_date` to `to_date` (local dates, inclusive, at most 366 days). Running it again makes nothing twice, and a withdrawn slot stays withdrawn.
Returns the recorded run: slots_made, and templates_passed_over with the reasons counted (already_existing, in_the_past, skipped_local_times, overlapping) and up to 100 examples. For managers, and for the job generate_due_slots. Refuses forbidden, clinic_not_found, invalid_argument, slot_too_far_ahead.$c$;

revoke all on function app_public.generate_booking_slots(bigint, date, date) from public;
grant execute on function app_public.generate_booking_slots(bigint, date, date) to app_staff;
--! EndIncluded schedule/generate_booking_slots.sql
--! Included schedule/generate_due_slots.sql
create or replace function app_private.generate_due_slots(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  due timestamptz;
  dates record;
begin
  select d.due_at into due from app_private.clinics_due_for_generation() d where d.clinic_id = generate_due_slots.clinic_id;
  if due is null then
    return null;
  end if;
  dates := app_private.dates_to_generate(generate_due_slots.clinic_id, due);
  return app_private.make_booking_slots(generate_due_slots.clinic_id, datemultirange(daterange(dates.from_date, dates.to_date, '[]')), due);
end
$$;

comment on function app_private.generate_due_slots(bigint) is
'Makes the slots that the clinic''s schedule is due to make (dates_to_generate). Returns the run, or null when none is due. Called by the job generate_due_slots, one clinic a transaction.';

revoke all on function app_private.generate_due_slots(bigint) from public;
--! EndIncluded schedule/generate_due_slots.sql
--! Included schedule/insert_slots.sql
create or replace function app_private.insert_slots(
  clinic_id bigint, doctor_ids bigint[], time_slot_ids bigint[], slot_dates date[], durings tstzrange[])
returns table (doctor_id bigint, time_slot_id bigint, slot_date date)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- The constraints are the judge of overlaps, also against what others commit meanwhile. That each slot is looked for in every index
  -- before it is written (on conflict) makes it a sixth dearer: for nothing, where all find their place.
  begin
    insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template)
    select insert_slots.clinic_id, w.doctor_id, w.time_slot_id, w.slot_date, w.during, true
    from unnest(doctor_ids, time_slot_ids, slot_dates, durings) w (doctor_id, time_slot_id, slot_date, during)
    order by w.doctor_id, w.during;
    return;
  exception when exclusion_violation or unique_violation then
    -- Not all do: below, one by one.
  end;
  return query
    with made as (
      insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template)
      select insert_slots.clinic_id, w.doctor_id, w.time_slot_id, w.slot_date, w.during, true
      from unnest(doctor_ids, time_slot_ids, slot_dates, durings) w (doctor_id, time_slot_id, slot_date, during)
      order by w.doctor_id, w.during
      on conflict do nothing
      returning bs.doctor_id, bs.time_slot_id, bs.slot_date
    )
    -- By hashing, whatever the planner guesses: a join in loops would take as many steps as slots squared.
    select w.* from unnest(doctor_ids, time_slot_ids, slot_dates) w
    except
    select m.* from made m;
end
$$;

comment on function app_private.insert_slots(bigint, bigint[], bigint[], date[], tstzrange[]) is
'Of make_booking_slots: makes the slots of a clinic whose doctors, time slots, dates and times the arrays have, and gives back those that found their time taken.';

revoke all on function app_private.insert_slots(bigint, bigint[], bigint[], date[], tstzrange[]) from public;
--! EndIncluded schedule/insert_slots.sql
--! Included schedule/last_generation_time.sql
create or replace function app_private.last_generation_time(at timestamptz, time_zone text, weekday int, local_time time) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  today date := (at at time zone time_zone)::date;
  day date := today - (extract(isodow from today)::int - weekday + 7) % 7;
begin
  -- A clock change may skip the hour itself; PostgreSQL then takes the one after, which is what a schedule wants.
  if (day + local_time) at time zone time_zone > at then
    day := day - 7;
  end if;
  return (day + local_time) at time zone time_zone;
end
$$;

comment on function app_private.last_generation_time(timestamptz, text, int, time) is
'When a weekly schedule (ISO weekday, local time, zone) was last due, at or before the instant `at`.';

revoke all on function app_private.last_generation_time(timestamptz, text, int, time) from public;
--! EndIncluded schedule/last_generation_time.sql
--! Included schedule/list_withdrawn_booking.sql
create or replace function app_private.list_withdrawn_booking(booking app_public.bookings) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Nobody wants another time for what is over.
  if booking.ends_at > now() then
    insert into app_public.rebooking_list (clinic_id, booking_id, booking_slot_id, reason)
    values (booking.clinic_id, booking.id, booking.booking_slot_id, 'slot_withdrawn')
    on conflict on constraint a_booking_is_listed_once_at_a_time do nothing;
  end if;
end
$$;

comment on function app_private.list_withdrawn_booking(app_public.bookings) is
'Puts a booking that ended because the clinic took its time away onto the rebooking list, so that the desk sees whom to offer another. It stays there until the patient books here again (app_private.resolve_withdrawn) or the desk dismisses it.';

revoke all on function app_private.list_withdrawn_booking(app_public.bookings) from public;
--! EndIncluded schedule/list_withdrawn_booking.sql
--! Included schedule/local_instant.sql
create or replace function app_hidden.local_instant(local_time timestamp, time_zone text) returns timestamptz
language plpgsql stable parallel safe strict set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  instant timestamptz := local_time at time zone time_zone;
  earlier timestamptz;
begin
  -- PostgreSQL moves a skipped local time to one that exists; going back shows it.
  if instant at time zone time_zone <> local_time then
    return null;
  end if;
  -- Of a local time that occurs twice PostgreSQL takes the second. The first is the same local time at the offset in force some hours
  -- before; three hours are more than any clock was ever put back by, and fewer than lie between two changes.
  earlier := (local_time at time zone 'UTC')
    - ((instant - interval '3 hours') at time zone time_zone - (instant - interval '3 hours') at time zone 'UTC');
  if earlier < instant and earlier at time zone time_zone = local_time then
    return earlier;
  end if;
  return instant;
end
$$;

comment on function app_hidden.local_instant(timestamp, text) is
'The instant of a local time in an IANA zone: null when a clock change skips it, the first when it occurs twice.';

revoke all on function app_hidden.local_instant(timestamp, text) from public;
grant execute on function app_hidden.local_instant(timestamp, text) to app_anonymous;
--! EndIncluded schedule/local_instant.sql
--! Included schedule/local_range.sql
create or replace function app_hidden.local_range(local_date date, start_time time, end_time time, time_zone text) returns tstzrange
language plpgsql stable parallel safe strict set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  starts timestamptz := app_hidden.local_instant(local_date + start_time, time_zone);
  ends timestamptz := app_hidden.local_instant(local_date + (end_time <= start_time)::int + end_time, time_zone);
begin
  if starts is null or ends is null or ends <= starts then
    return null;
  end if;
  return tstzrange(starts, ends, '[)');
end
$$;

comment on function app_hidden.local_range(date, time, time, text) is
'The instants that a local date and times mean in an IANA zone, as [start, end); an end not after the start lies on the next day. Null when a clock change skips the start or the end. The length is the real one: across a clock change it differs from the difference of the times. The one place where medislot turns local time into instants.';

revoke all on function app_hidden.local_range(date, time, time, text) from public;
grant execute on function app_hidden.local_range(date, time, time, text) to app_anonymous;
--! EndIncluded schedule/local_range.sql
--! Included schedule/make_booking_slots.sql
create or replace function app_private.make_booking_slots(clinic_id bigint, dates datemultirange, due_at timestamptz)
returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  run app_public.slot_generation_runs;
begin
  clinic := app_private.lock_schedule(make_booking_slots.clinic_id);
  -- Asked under the lock: of two workers that found the same run due, the second finds it made.
  if make_booking_slots.due_at is not null and exists (
       select from app_public.slot_generation_runs r
       where r.clinic_id = make_booking_slots.clinic_id and r.due_at = make_booking_slots.due_at) then
    return null;
  end if;

  with times as materialized (
    -- Local time becomes instants once for each time slot and date, however many doctors share them: it is the dear part.
    select used.time_slot_id, used.weekday, day.slot_date,
      app_hidden.local_range(day.slot_date, used.start_time, used.end_time, clinic.time_zone) as during
    from (
      select distinct t.time_slot_id, t.weekday, ts.start_time, ts.end_time
      from app_public.doctor_slot_templates t
      join app_public.time_slots ts on ts.clinic_id = t.clinic_id and ts.id = t.time_slot_id and ts.is_active
      where t.clinic_id = make_booking_slots.clinic_id
    ) used
    join (
      select lower(d) + n as slot_date, extract(isodow from lower(d) + n)::int as weekday
      from unnest(make_booking_slots.dates) d cross join lateral generate_series(0, upper(d) - lower(d) - 1) n
    ) day on day.weekday = used.weekday
  ), wanted as materialized (
    select t.doctor_id, t.time_slot_id, ti.slot_date, ti.during
    from times ti
    join app_public.doctor_slot_templates t
      on t.clinic_id = make_booking_slots.clinic_id and t.time_slot_id = ti.time_slot_id and t.weekday = ti.weekday and t.validity @> ti.slot_date
    join app_public.doctors d on d.clinic_id = t.clinic_id and d.id = t.doctor_id and d.is_active
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
  ), overlapping as materialized (
    select o.doctor_id, o.time_slot_id, o.slot_date
    from (
      select array_agg(j.doctor_id) as doctor_ids, array_agg(j.time_slot_id) as time_slot_ids, array_agg(j.slot_date) as slot_dates,
        array_agg(j.during) as durings
      from judged j where j.reason is null
    ) w
    cross join lateral app_private.insert_slots(make_booking_slots.clinic_id, w.doctor_ids, w.time_slot_ids, w.slot_dates, w.durings) o
  ), numbers as (
    select count(*) as of_templates, count(*) filter (where j.reason is null) as to_make, (select count(*) from overlapping) as overlapping,
      count(*) filter (where j.reason = 'slot_exists') as existing, count(*) filter (where j.reason = 'slot_in_the_past') as past,
      count(*) filter (where j.reason = 'skipped_local_time') as skipped
    from judged j
  ), worth_a_look as (
    -- What exists already is the normal case of a second run; the rest somebody may have to mend, so it is named, up to a hundred.
    select j.reason, j.doctor_id, j.time_slot_id, j.slot_date from judged j where j.reason <> 'slot_exists'
    union all
    select 'slot_overlaps', o.doctor_id, o.time_slot_id, o.slot_date from overlapping o
    order by slot_date, doctor_id, time_slot_id limit 100
  )
  insert into app_public.slot_generation_runs as r (
    clinic_id, from_date, to_date, dates, slots_made, templates_passed_over, already_existing, in_the_past, skipped_local_times, overlapping, examples, due_at)
  select make_booking_slots.clinic_id, lower(make_booking_slots.dates), upper(make_booking_slots.dates) - 1, make_booking_slots.dates,
    n.to_make - n.overlapping, n.of_templates - n.to_make + n.overlapping, n.existing, n.past, n.skipped, n.overlapping,
    coalesce((select jsonb_agg(jsonb_build_object('reason', w.reason, 'doctorId', w.doctor_id::text, 'timeSlotId', w.time_slot_id::text, 'slotDate', w.slot_date))
              from worth_a_look w), '[]'), make_booking_slots.due_at
  from numbers n
  returning r.* into run;
  return run;
end
$$;

comment on function app_private.make_booking_slots(bigint, datemultirange, timestamptz) is
'Makes the slots that a clinic''s templates want on these local dates; records and returns the run. With `due_at`, the scheduled time the run is for, it returns null when that run was made already. Used by generate_booking_slots, generate_due_slots and follow_templates. Refuses clinic_not_found.';

revoke all on function app_private.make_booking_slots(bigint, datemultirange, timestamptz) from public;
--! EndIncluded schedule/make_booking_slots.sql
--! Included schedule/next_generation.sql
create or replace function app_public.next_generation(clinic_id bigint) returns app_public.next_generation
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  policy app_public.policies;
  last_due timestamptz;
  coming app_public.next_generation;
  dates record;
begin
  perform app_private.require_clinic_role(next_generation.clinic_id, 'staff');
  select c.* into clinic from app_public.clinics c where c.id = next_generation.clinic_id;
  if clinic.id is null then
    perform app_hidden.refuse('clinic_not_found', 'No such clinic.', jsonb_build_object('clinicId', next_generation.clinic_id::text));
  elsif not clinic.is_active then
    return null;
  end if;
  select p.* into policy from app_public.policies p where p.clinic_id = clinic.id;
  coming.clinic_id := clinic.id;
  -- One that is due and has not run comes first.
  select d.due_at into coming.due_at from app_private.clinics_due_for_generation() d where d.clinic_id = clinic.id;
  if coming.due_at is null then
    last_due := app_private.last_generation_time(now(), clinic.time_zone, policy.generation_weekday, policy.generation_time);
    -- By the clinic's clock: seven days of it are not always 168 hours.
    coming.due_at := ((last_due at time zone clinic.time_zone)::date + 7 + policy.generation_time) at time zone clinic.time_zone;
  end if;
  dates := app_private.dates_to_generate(clinic.id, coming.due_at);
  coming.from_date := dates.from_date;
  coming.to_date := dates.to_date;
  return coming;
end
$$;

comment on function app_public.next_generation(bigint) is
'When a clinic''s slots are made next by its schedule, and for which local dates, inclusive. In the past while a run is due and no worker has come to it. Null for an inactive clinic. For staff. Refuses forbidden, unauthenticated, clinic_not_found.';

revoke all on function app_public.next_generation(bigint) from public;
grant execute on function app_public.next_generation(bigint) to app_staff;
--! EndIncluded schedule/next_generation.sql
--! Included schedule/note_schedule_change.sql
create or replace function app_private.note_schedule_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
--! Included schedule/remove_time_slot.sql
create or replace function app_public.remove_time_slot(clinic_id bigint, time_slot_id bigint, row_version int default null)
returns app_public.time_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  shift app_public.time_slots;
begin
  perform app_private.require_clinic_role(remove_time_slot.clinic_id, 'manage');
  select ts.* into shift from app_public.time_slots ts
  where ts.clinic_id = remove_time_slot.clinic_id and ts.id = remove_time_slot.time_slot_id for update;
  if shift.id is null then
    perform app_hidden.refuse('time_slot_not_found', 'No such time slot in this clinic.', jsonb_build_object('timeSlotId', remove_time_slot.time_slot_id::text));
  end if;
  perform app_private.require_version('time_slots', remove_time_slot.row_version, shift.row_version);
  begin
    delete from app_public.time_slots ts where ts.clinic_id = shift.clinic_id and ts.id = shift.id;
    shift.is_active := false;
  exception when foreign_key_violation then
    -- Templates or slots were made of it, and history stays: no new ones are from now on.
    update app_public.time_slots ts set is_active = false where ts.clinic_id = shift.clinic_id and ts.id = shift.id returning ts.* into shift;
  end;
  return shift;
end
$$;

comment on function app_public.remove_time_slot(bigint, bigint, int) is
'Removes a time slot that nothing refers to; one that templates or slots were made of becomes inactive instead, and generation passes it over. Gives it as it was or is. For managers. Refuses forbidden, unauthenticated, time_slot_not_found, stale_row_version.';

revoke all on function app_public.remove_time_slot(bigint, bigint, int) from public;
grant execute on function app_public.remove_time_slot(bigint, bigint, int) to app_staff;
--! EndIncluded schedule/remove_time_slot.sql
--! Included schedule/reopen_slot.sql
create or replace function app_private.reopen_slot(slot app_public.booking_slots, during tstzrange) returns app_public.booking_slots
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  withdrawn_id bigint := slot.id;
begin
  if slot.during <> reopen_slot.during then
    -- Its time slot has other hours than when it was made, and a slot's hours never change: another slot takes its place.
    select r.* into slot from app_private.replace_slots(slot.clinic_id, array[slot.id], array[reopen_slot.during]) r;
  end if;
  update app_public.booking_slots bs
  set status = 'open',
    -- A slot that no template wants is one made by hand, which templates leave alone.
    from_template = bs.from_template and exists (
      select from app_public.doctor_slot_templates t
      where t.clinic_id = bs.clinic_id and t.doctor_id = bs.doctor_id and t.time_slot_id = bs.time_slot_id
        and t.weekday = extract(isodow from bs.slot_date) and t.validity @> bs.slot_date)
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id
  returning bs.* into slot;
  return slot;
exception when exclusion_violation then
  -- The doctor got another slot at this time while this one was withdrawn.
  perform app_hidden.refuse('slot_overlaps', 'The doctor has another slot at this time.', jsonb_build_object('bookingSlotId', withdrawn_id::text));
end
$$;

comment on function app_private.reopen_slot(app_public.booking_slots, tstzrange) is
'Opens a withdrawn slot again at the hours that its time slot has now (`during`), or, where these are not its own, a new slot in its place. The caller has locked it. Returns the open slot. Refuses slot_overlaps when the doctor has another slot at this time.';

revoke all on function app_private.reopen_slot(app_public.booking_slots, tstzrange) from public;
--! EndIncluded schedule/reopen_slot.sql
--! Included schedule/require_local_date.sql
create or replace function app_private.require_local_date() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
      wrong.id, to_char(wrong.starts_at at time zone wrong.time_zone, 'YYYY-MM-DD'), wrong.time_zone,
      to_char(wrong.slot_date, 'YYYY-MM-DD')
      using errcode = 'check_violation', constraint = TG_NAME;
  end if;
  return null;
end
$$;

comment on function app_private.require_local_date() is
'Trigger: refuses check_violation for new slots of another date than the one on which they begin by their clinic''s clock. Search across clinics goes by that date and would pass them over.';

revoke all on function app_private.require_local_date() from public;
--! EndIncluded schedule/require_local_date.sql
--! Included schedule/resolve_rebooking.sql
create or replace function app_private.resolve_rebooking() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
--! Included schedule/resolve_withdrawn.sql
create or replace function app_private.resolve_withdrawn() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- One new booking stands for one that was taken away, first of all for one with the same doctor. Whoever books twice at once
  -- takes two entries, so what is locked is passed over.
  update app_public.rebooking_list rl set resolved_at = now(), resolution = 'rebooked'
  where rl.clinic_id = NEW.clinic_id and rl.id = (
    select waiting.id
    from app_public.bookings b
    join app_public.rebooking_list waiting on waiting.clinic_id = b.clinic_id and waiting.open_booking_id = b.id
    where b.clinic_id = NEW.clinic_id and b.customer_id = NEW.customer_id and b.status = 'cancelled'
      and waiting.reason = 'slot_withdrawn'
    order by b.doctor_id <> NEW.doctor_id, b.starts_at, waiting.id
    limit 1 for update of waiting skip locked);
  return null;
end
$$;

comment on function app_private.resolve_withdrawn() is
'Trigger: a patient who books again leaves the rebooking list, for one booking that the clinic had taken away.';

revoke all on function app_private.resolve_withdrawn() from public;
--! EndIncluded schedule/resolve_withdrawn.sql
--! Included schedule/set_template_week_minutes.sql
create or replace function app_private.set_template_week_minutes() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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
$c$Takes what is left of a doctor's day out of the calendar, all at once: slots of the clinic's local date that are not over, and holds on them. Refuses (still_in_use, listing them) while there are live bookings; with `cascade` they are cancelled by the clinic, their customers told and put on the rebooking list, and it returns them. The slots stay withdrawn when slots are generated again. For the desk, and for a doctor the own day.
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
'Takes a slot out of the calendar; a hold on it ends. Refuses (still_in_use) a booked one; with `cascade` its booking is cancelled by the clinic, the customer told and put on the rebooking list. A booking whose time has passed keeps its slot. It stays withdrawn when slots are generated again. For the desk, and for a doctor the own slots. Refuses forbidden, slot_not_found, illegal_transition, stale_row_version, idempotency_key_reused, invalid_argument.';

revoke all on function app_public.withdraw_slot(bigint, bigint, boolean, text, text, int) from public;
grant execute on function app_public.withdraw_slot(bigint, bigint, boolean, text, text, int) to app_staff;
--! EndIncluded schedule/withdraw_slot.sql
-- Names have a visible character and no text has hidden ones. Lengths and values of what people type are refused by functions that raise:
-- when a check fails by itself, or a NOT NULL does, PostgreSQL writes the whole row, names and notes included, to its log.
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
--! Included core/is_line.sql
create or replace function app_hidden.is_line(value text) returns boolean
language sql immutable parallel safe
-- Visible is what is no space, no control character and none of those that print nothing: joiners, fillers, variation selectors, tags.
return value ~ E'[^\\u0001-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\U000e0000-\\U000e0fff]'
-- Never: control characters, line separators, bidirectional controls, and what hides in a word and makes two that look the same. Joiners
-- within a word stay, which Persian, Hindi and others need.
  and value !~ E'[\\u0001-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]';

comment on function app_hidden.is_line(text) is
'Whether a text can be a name or title: at least one visible character, on one line, without control, bidirectional and other characters that cannot be seen.';

revoke all on function app_hidden.is_line(text) from public;
grant execute on function app_hidden.is_line(text) to app_anonymous;
--! EndIncluded core/is_line.sql
--! Included core/is_prose.sql
create or replace function app_hidden.is_prose(value text) returns boolean
language sql immutable parallel safe
-- Tab and line breaks are of the text. The marks U+200E and U+200F are, too, in Arabic and Hebrew: they turn nothing around.
return value !~ E'[\\u0001-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u206f\\ufff9-\\ufffb]';

comment on function app_hidden.is_prose(text) is
'Whether a text of several lines is without control characters (but tab and line breaks) and without those that reverse or embed the direction of others.';

revoke all on function app_hidden.is_prose(text) from public;
grant execute on function app_hidden.is_prose(text) to app_anonymous;
--! EndIncluded core/is_prose.sql
--! Included core/require_length.sql
create or replace function app_hidden.require_length(value text, argument text, most int) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if char_length(value) > most then
    perform app_hidden.refuse('text_too_long', format('The text has %s characters; %s fit.', char_length(value), most),
      jsonb_build_object('argument', argument, 'maxLength', most));
  end if;
  return true;
end
$$;

comment on function app_hidden.require_length(text, text, int) is
'True for a text of at most so many characters. For checks of tables: a refusal that is raised has no row in it, while the failure of a check writes the whole row to PostgreSQL''s log. `argument` is the column as the API calls it. Refuses text_too_long.';

revoke all on function app_hidden.require_length(text, text, int) from public;
grant execute on function app_hidden.require_length(text, text, int) to app_anonymous;
--! EndIncluded core/require_length.sql
--! Included core/require_line.sql
create or replace function app_hidden.require_line(value text, argument text, most int) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if not app_hidden.is_line(value) then
    perform app_hidden.refuse('text_not_accepted',
      'A name has at least one visible character, and no line breaks, control or bidirectional characters or others that cannot be seen.',
      jsonb_build_object('argument', argument));
  end if;
  return app_hidden.require_length(value, argument, most);
end
$$;

comment on function app_hidden.require_line(text, text, int) is
'True for a name or title (app_hidden.is_line) of at most so many characters; for checks of tables, as app_hidden.require_length. Refuses text_not_accepted, text_too_long.';

revoke all on function app_hidden.require_line(text, text, int) from public;
grant execute on function app_hidden.require_line(text, text, int) to app_anonymous;
--! EndIncluded core/require_line.sql
--! Included core/require_prose.sql
create or replace function app_hidden.require_prose(value text, argument text, most int) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if not app_hidden.is_prose(value) then
    perform app_hidden.refuse('text_not_accepted', 'The text has control characters, or characters that change the direction of others.',
      jsonb_build_object('argument', argument));
  end if;
  return app_hidden.require_length(value, argument, most);
end
$$;

comment on function app_hidden.require_prose(text, text, int) is
'True for a text of several lines (app_hidden.is_prose) of at most so many characters; for checks of tables, as app_hidden.require_length. Refuses text_not_accepted, text_too_long.';

revoke all on function app_hidden.require_prose(text, text, int) from public;
grant execute on function app_hidden.require_prose(text, text, int) to app_anonymous;
--! EndIncluded core/require_prose.sql
--! Included core/require_one_of.sql
create or replace function app_hidden.require_one_of(value text, argument text, variadic known text[]) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if value <> all (known) then
    perform app_hidden.refuse('invalid_argument', format('Known values are %s.', array_to_string(known, ', ')),
      jsonb_build_object('argument', argument));
  end if;
  return true;
end
$$;

comment on function app_hidden.require_one_of(text, text, text[]) is
'True for one of the known values; for checks of tables, as app_hidden.require_length. Refuses invalid_argument.';

revoke all on function app_hidden.require_one_of(text, text, text[]) from public;
grant execute on function app_hidden.require_one_of(text, text, text[]) to app_anonymous;
--! EndIncluded core/require_one_of.sql
--! Included core/require_names.sql
create or replace function app_hidden.require_names(names jsonb, argument text, most int) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if jsonb_typeof(names) = 'object' then
    perform app_hidden.require_line(n.value, argument, most) from jsonb_each_text(names) n;
  end if;
  return true;
end
$$;

comment on function app_hidden.require_names(jsonb, text, int) is
'True for an object whose texts are names of at most so many characters (app_hidden.require_line). Refuses text_not_accepted, text_too_long.';

revoke all on function app_hidden.require_names(jsonb, text, int) from public;
grant execute on function app_hidden.require_names(jsonb, text, int) to app_anonymous;
--! EndIncluded core/require_names.sql
--! Included core/refuse_missing.sql
create or replace function app_hidden.refuse_missing() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  for i in 0 .. TG_NARGS - 1 loop
    if to_jsonb(NEW) ->> TG_ARGV[i] is null then
      perform app_hidden.refuse('not_null_violation', format('%s needs a value.', TG_ARGV[i]), jsonb_build_object('column', TG_ARGV[i]));
    end if;
  end loop;
  return NEW;
end
$$;

comment on function app_hidden.refuse_missing() is
'Trigger: refuses (not_null_violation) null in the columns named in its arguments, before PostgreSQL does, which would write the whole row to its log. With a WHEN clause, so that it is called only then.';

revoke all on function app_hidden.refuse_missing() from public;
--! EndIncluded core/refuse_missing.sql
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
--! Included roster/roster_value_faults.sql
create or replace function app_private.roster_value_faults(lines app_private.roster_line[]) returns setof app_private.roster_fault
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select l.file, l.line, rc."column", v.value, case
      when v.value is null then 'a value is needed'
      when not u.is_readable then 'the text has no visible character, or has control, bidirectional or other characters that cannot be seen'
      else format('the text is too long: %s characters, at most %s fit', char_length(v.value), rc.max_length)
    end
    from unnest(lines) l
    join app_private.roster_columns() rc on rc.file = l.file and l.cells ? rc."column"
    cross join lateral (select l.cells ->> rc."column" as value) v
    cross join lateral (select case when rc.is_prose then app_hidden.is_prose(v.value) else app_hidden.is_line(v.value) end as is_readable) u
    where v.value is null and rc.is_required or not u.is_readable or char_length(v.value) > rc.max_length;
end
$$;

comment on function app_private.roster_value_faults(app_private.roster_line[]) is
'Values that a roster lacks, that are too long, or that have no visible or some hidden characters.';

revoke all on function app_private.roster_value_faults(app_private.roster_line[]) from public;
--! EndIncluded roster/roster_value_faults.sql
--! Included booking/book_slot.sql
create or replace function app_public.book_slot(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, note text default null, idempotency_key text default null,
  row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  customer app_public.customers;
  slot app_public.booking_slots;
  policy app_public.policies;
  booking app_public.bookings;
  by_desk boolean;
  outcome jsonb;
begin
  -- First, the customer exists. If not, there is nothing to judge.
  customer := app_private.resolve_customer(book_slot.clinic_id, book_slot.customer_id);
  by_desk := customer.id is distinct from app_hidden.current_customer_id();
  if book_slot.idempotency_key is not null then
    outcome := app_private.replay(book_slot.clinic_id, book_slot.idempotency_key, 'book_slot',
      jsonb_build_array(book_slot.booking_slot_id, customer.id, book_slot.note));
    if outcome is not null then
      return jsonb_populate_record(null::app_public.bookings, outcome);
    end if;
  end if;

  -- Look without a lock: in a rush on one slot the late ones are told at once instead of queueing behind its lock
  -- (500 callers: 0.13 s at the median instead of 1 to 2 s).
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = book_slot.clinic_id and bs.id = book_slot.booking_slot_id;
  if slot.id is not null then
    perform app_private.judge_slot(slot, customer.id);
  end if;
  -- Then lock, and judge what is true now. From here on nobody else changes the slot.
  slot := app_private.lock_slot(book_slot.clinic_id, book_slot.booking_slot_id);
  perform app_private.require_version('booking_slots', book_slot.row_version, slot.row_version);
  perform app_private.judge_slot(slot, customer.id);

  select p.* into strict policy from app_public.policies p where p.clinic_id = slot.clinic_id;
  perform app_private.judge_time(slot, policy, by_desk);
  perform app_private.keep_clinic_customer(slot.clinic_id, customer);
  if not by_desk then
    perform app_private.judge_count(policy, customer.id, slot.id);
  end if;

  update app_public.booking_slots bs set status = 'booked', customer_id = customer.id, held_until = null
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id;
  begin
    insert into app_public.bookings as b (clinic_id, booking_slot_id, customer_id, note, booked_by_account_id)
    values (slot.clinic_id, slot.id, customer.id, nullif(btrim(book_slot.note), ''), app_hidden.current_account_id())
    returning b.* into booking;
  exception when exclusion_violation then
    perform app_hidden.refuse('customer_busy', 'The customer has another booking here at this time.',
      jsonb_build_object('startsAt', slot.starts_at, 'endsAt', slot.ends_at));
  end;
  perform app_private.queue_notifications(booking, 'booking_confirmed');
  if book_slot.idempotency_key is not null then
    perform app_private.remember(booking.clinic_id, book_slot.idempotency_key, to_jsonb(booking));
  end if;
  return booking;
end
$$;

comment on function app_public.book_slot(bigint, bigint, bigint, text, text, int) is
$c$Books a free slot, or one the customer holds, and queues confirmation and reminders in the same transaction. Of all who try at once exactly one wins. Customers book for themselves (customer_id left out), the desk for customers of its clinic.
Refuses slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead, slot_in_the_past, too_many_bookings, customer_busy, customer_not_found, forbidden, unauthenticated, idempotency_key_reused, invalid_argument, text_too_long, text_not_accepted, stale_row_version.$c$;

revoke all on function app_public.book_slot(bigint, bigint, bigint, text, text, int) from public;
grant execute on function app_public.book_slot(bigint, bigint, bigint, text, text, int) to app_customer;
--! EndIncluded booking/book_slot.sql
--! Included booking/cancel_booking.sql
create or replace function app_public.cancel_booking(
  clinic_id bigint, booking_id bigint, reason text default null, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  by_desk boolean;
  cutoff interval;
  outcome jsonb;
begin
  outcome := app_private.replay_of_booking(cancel_booking.clinic_id, cancel_booking.booking_id, cancel_booking.idempotency_key,
    'cancel_booking', jsonb_build_array(cancel_booking.booking_id, cancel_booking.reason));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.bookings, outcome);
  end if;
  booking := app_private.lock_booking(cancel_booking.clinic_id, cancel_booking.booking_id);
  by_desk := app_private.require_booking_right(booking);
  perform app_private.require_version('bookings', cancel_booking.row_version, booking.row_version);
  if not by_desk and booking.status in ('booked', 'checked_in') then
    select p.cancellation_cutoff into cutoff from app_public.policies p where p.clinic_id = booking.clinic_id;
    if booking.starts_at < now() + cutoff then
      perform app_hidden.refuse('cancellation_too_late', 'It is too late to change this booking. Call the clinic.',
        jsonb_build_object('cancellableUntil', booking.starts_at - cutoff));
    end if;
  end if;
  booking := app_private.end_booking(booking.clinic_id, booking.id,
    (case when by_desk then 'clinic' else 'customer' end)::app_public.booking_party, nullif(btrim(cancel_booking.reason), ''));
  -- What a function returns knows no rights of columns, and who at the desk booked is not for customers.
  booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
  perform app_private.remember(booking.clinic_id, cancel_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_public.cancel_booking(bigint, bigint, text, text, int) is
'Cancels a booking and frees its slot at once. Customers their own, until the clinic''s cancellation cut-off; the desk any of its clinic. Refuses booking_not_found, cancellation_too_late, illegal_transition (not booked any more), forbidden, unauthenticated, idempotency_key_reused, invalid_argument, text_too_long, text_not_accepted, stale_row_version.';

revoke all on function app_public.cancel_booking(bigint, bigint, text, text, int) from public;
grant execute on function app_public.cancel_booking(bigint, bigint, text, text, int) to app_customer;
--! EndIncluded booking/cancel_booking.sql
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
    'set local medislot.own_doctor_ids = %L; set local medislot.client_address = %L; %s set local role %I',
    coalesce(person.account_id::text, ''), coalesce(person.session_id::text, ''), coalesce(person.customer_id::text, ''),
    person.staff_clinic_ids, person.desk_clinic_ids, person.manager_clinic_ids, person.own_doctor_ids, coalesce(claims ->> 'from', ''),
    case when claims ? 'device' then format('set local medislot.client_device = %L;', claims ->> 'device') end, person.role);
end
$$;

comment on function app_private.begin_request(jsonb) is
$c$Opens a request: sets the transaction's role and claims from a verified token's payload, {"sub": account id, "sid": session id} for our own tokens, {"iss", "sub"} for those of an external issuer, {} or null for nobody; beside it the server says "from" which network address the request comes and, when somebody signs in on the pages, by which "device" (the digest of a cookie).
Refuses (unauthenticated) an account that is unknown or closed and a session that was signed out. Valid until the transaction ends.$c$;

revoke all on function app_private.begin_request(jsonb) from public;
grant execute on function app_private.begin_request(jsonb) to app_authenticator;
--! EndIncluded identity/begin_request.sql
--! Included identity/sign_ins_per_hour.sql
create or replace function app_private.sign_ins_per_hour(place text) returns float8
language sql immutable
return case split_part(place, ' ', 1) when 'elsewhere' then 30 when 'account' then 60 else 6 end;

comment on function app_private.sign_ins_per_hour(text) is
'How many of the sign-ins that app_private.sign_in_counts counts at a place are forgiven in an hour: failures at a network or device, failures at all places that the account does not know (elsewhere), successes (account).';

revoke all on function app_private.sign_ins_per_hour(text) from public;
--! EndIncluded identity/sign_ins_per_hour.sql
--! Included identity/sign_in_place.sql
create or replace function app_private.sign_in_place(address text, kind text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  -- Where there is no network to tell apart (this machine, psql) everybody is in the same place.
  given text := case sign_in_place.kind
    when 'device' then nullif(current_setting('medislot.client_device', true), '')
    else coalesce(app_private.client_network()::text, 'here') end;
begin
  if given is null then
    return null;
  end if;
  -- With the address in it, so that the places of two people cannot be compared.
  return sign_in_place.kind || ' ' || encode(sha256(convert_to(sign_in_place.address || ' ' || given, 'utf8')), 'base64');
end
$$;

comment on function app_private.sign_in_place(text, text) is
'Where the request at hand comes from, as a digest that holds for this e-mail address only. Kind network: its network. Kind device: the browser that presents the cookie of an earlier sign-in; null when there is none.';

revoke all on function app_private.sign_in_place(text, text) from public;
--! EndIncluded identity/sign_in_place.sql
--! Included identity/place_of_attempt.sql
create or replace function app_private.place_of_attempt(address text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  device text := app_private.sign_in_place(place_of_attempt.address, 'device');
begin
  -- A cookie that no account of the address knows is worth nothing: anybody can make one up.
  if exists (
       select from app_private.known_places kp join app_private.accounts a on a.id = kp.account_id
       where kp.place = device and (a.email = place_of_attempt.address or a.claimed_email = place_of_attempt.address)) then
    return device;
  end if;
  return app_private.sign_in_place(place_of_attempt.address, 'network');
end
$$;

comment on function app_private.place_of_attempt(text) is
'The place at which failures of the request at hand to sign in with this address are counted: the device, if it has signed in with the address before, else the network.';

revoke all on function app_private.place_of_attempt(text) from public;
--! EndIncluded identity/place_of_attempt.sql
--! Included identity/count_sign_in.sql
create or replace function app_private.count_sign_in(address text, place text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  insert into app_private.sign_in_counts as sc (address_hash, place, spent)
  values (sha256(convert_to(count_sign_in.address, 'utf8')), count_sign_in.place, 1)
  on conflict on constraint an_address_is_counted_once_a_place do update
    set spent = 1 + greatest(0, sc.spent - app_private.sign_ins_per_hour(sc.place) * greatest(0, extract(epoch from now() - sc.counted_at)::float8 / 3600)),
        counted_at = greatest(sc.counted_at, now());
end
$$;

comment on function app_private.count_sign_in(text, text) is
'Counts a sign-in with an address, known or not, at a place. What is raised afterwards takes it back.';

revoke all on function app_private.count_sign_in(text, text) from public;
--! EndIncluded identity/count_sign_in.sql
--! Included identity/count_failure.sql
create or replace function app_private.count_failure(address text, place text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- In the order of places in which sign_in locks them.
  if not exists (
       select from app_private.known_places kp join app_private.accounts a on a.id = kp.account_id
       where kp.place = count_failure.place and (a.email = count_failure.address or a.claimed_email = count_failure.address)) then
    perform app_private.count_sign_in(count_failure.address, 'elsewhere');
  end if;
  perform app_private.count_sign_in(count_failure.address, count_failure.place);
end
$$;

comment on function app_private.count_failure(text, text) is
'Counts a wrong password for an address, known or not: at the place it came from and, unless an account of the address has signed in there before, at all strange places together.';

revoke all on function app_private.count_failure(text, text) from public;
--! EndIncluded identity/count_failure.sql
--! Included identity/account_waits_until.sql
create or replace function app_private.account_waits_until(address text, account_id bigint, place text) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select max(sc.counted_at + interval '1 hour' * ((sc.spent + 1) / app_private.sign_ins_per_hour(sc.place) - 1))
    from app_private.sign_in_counts sc
    where sc.address_hash = sha256(convert_to(account_waits_until.address, 'utf8'))
      and (sc.place = 'account ' || account_waits_until.account_id
        or sc.place = 'elsewhere' and not exists (
          select from app_private.known_places kp
          where kp.account_id = account_waits_until.account_id and kp.place = account_waits_until.place)));
end
$$;

comment on function app_private.account_waits_until(text, bigint, text) is
'Until when an account of an address (null: one that does not exist) cannot be signed in to from a place: after 60 successes an hour, and after 30 failures an hour at places it does not know, unless it knows this one. Null is not at all.';

revoke all on function app_private.account_waits_until(text, bigint, text) from public;
--! EndIncluded identity/account_waits_until.sql
--! Included identity/address_waits_until.sql
create or replace function app_private.address_waits_until(address text, place text) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return greatest(
    (select sc.counted_at + app_private.wait_after_failures(round(sc.spent)::int) from app_private.sign_in_counts sc
     where sc.address_hash = sha256(convert_to(address_waits_until.address, 'utf8')) and sc.place = address_waits_until.place),
    -- Strangers wait as accounts do: or else whoever is made to wait would know that there is an account.
    (select min(coalesce(app_private.account_waits_until(address_waits_until.address, a.id, address_waits_until.place), '-infinity'))
     from (select) as always
     left join app_private.accounts a on a.email = address_waits_until.address or a.claimed_email = address_waits_until.address));
end
$$;

comment on function app_private.address_waits_until(text, text) is
'Until when no password for an address, known or not, is judged from a place: after failures there (wait_after_failures), or while each of its accounts waits (account_waits_until). Null or past is not at all.';

revoke all on function app_private.address_waits_until(text, text) from public;
--! EndIncluded identity/address_waits_until.sql
--! Included identity/lock_sign_ins.sql
create or replace function app_private.lock_sign_ins(address text, place text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform from app_private.sign_in_counts sc
  where sc.address_hash = sha256(convert_to(lock_sign_ins.address, 'utf8')) and sc.place in (lock_sign_ins.place, 'elsewhere')
  order by sc.place for update;
  perform app_private.refuse_while_waiting(app_private.address_waits_until(lock_sign_ins.address, lock_sign_ins.place));
end
$$;

comment on function app_private.lock_sign_ins(text, text) is
'To be called after a password was compared and before the outcome is recorded or told. Many guesses at once may have been let through: here they pass one after another, and one that would have had to wait for those before it is refused (too_many_attempts) whether it was right or not.';

revoke all on function app_private.lock_sign_ins(text, text) from public;
--! EndIncluded identity/lock_sign_ins.sql
--! Included identity/account_by_hash.sql
create or replace function app_private.account_by_hash(address text, hash text, place text) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select a.id from app_private.accounts a
    where (a.email = account_by_hash.address or a.claimed_email = account_by_hash.address)
      and a.password_hash = account_by_hash.hash and a.is_active
      and (app_private.account_waits_until(account_by_hash.address, a.id, account_by_hash.place) > now()) is not true
    order by a.email is null, a.id limit 1);
end
$$;

comment on function app_private.account_by_hash(text, text, text) is
'Which account of an address a password''s hash opens from a place, or null. Accounts that have to wait are not judged.';

revoke all on function app_private.account_by_hash(text, text, text) from public;
--! EndIncluded identity/account_by_hash.sql
--! Included identity/forgive_failures.sql
create or replace function app_private.forgive_failures(address text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform from app_private.sign_in_counts sc
  where sc.address_hash = sha256(convert_to(forgive_failures.address, 'utf8')) order by sc.place for update;
  delete from app_private.sign_in_counts sc
  where sc.address_hash = sha256(convert_to(forgive_failures.address, 'utf8')) and not starts_with(sc.place, 'account ');
end
$$;

comment on function app_private.forgive_failures(text) is
'Forgets all failures to sign in with an address, after its owner proved to be its owner.';

revoke all on function app_private.forgive_failures(text) from public;
--! EndIncluded identity/forgive_failures.sql
--! Included identity/remember_places.sql
create or replace function app_private.remember_places(account_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  address text := (select coalesce(a.email, a.claimed_email) from app_private.accounts a where a.id = remember_places.account_id);
begin
  insert into app_private.known_places as kp (account_id, place)
  select remember_places.account_id, p
  from unnest(array[app_private.sign_in_place(address, 'network'), app_private.sign_in_place(address, 'device')]) p
  where p is not null
  on conflict on constraint a_place_is_known_once_to_an_account do update set signed_in_at = now();
end
$$;

comment on function app_private.remember_places(bigint) is
'Remembers the network and the device of the request at hand as places where the account''s owner signs in: failures elsewhere do not lock them out.';

revoke all on function app_private.remember_places(bigint) from public;
--! EndIncluded identity/remember_places.sql
--! Included identity/start_session.sql
create or replace function app_private.start_session(account_id bigint) returns app_public.auth_tokens
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  session app_private.sessions;
begin
  perform app_private.remember_places(start_session.account_id);
  perform app_private.count_sign_in(coalesce(a.email, a.claimed_email), 'account ' || a.id)
  from app_private.accounts a where a.id = start_session.account_id;
  perform app_private.count_network_attempt('signed_in');
  insert into app_private.sessions (account_id) values (start_session.account_id) returning * into session;
  return app_private.issue_refresh_token(session);
end
$$;

comment on function app_private.start_session(bigint) is 'Starts a session of an account and gives its first refresh token. Counts it as a sign-in and remembers where it came from.';

revoke all on function app_private.start_session(bigint) from public;
--! EndIncluded identity/start_session.sql
--! Included identity/sign_in.sql
create or replace function app_public.sign_in(email text, password text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  address text := coalesce(app_hidden.canonical_address(sign_in.email), '');
  here text := app_private.place_of_attempt(address);
  account_id bigint;
  hash text;
  tokens app_public.auth_tokens;
begin
  -- Another person's failures in a network do not keep out a device that has signed in before.
  if not starts_with(here, 'device ') then
    perform app_private.refuse_hasty_network('sign_in');
    perform app_private.refuse_hasty_network('signed_in');
  end if;
  perform app_private.refuse_while_waiting(app_private.address_waits_until(address, here));

  -- Without a lock: others, who may know the right password, need not wait for this. An unknown address costs the same bcrypt as a known
  -- one, so that the time taken tells nothing.
  hash := public.crypt(sign_in.password, coalesce(app_private.salt_of(address), '$2a$10$lm1lycIy9AXB8Yayvm1L3u'));

  perform app_private.lock_sign_ins(address, here);
  account_id := app_private.account_by_hash(address, hash, here);
  if account_id is null then
    perform app_private.count_failure(address, here);
    -- Attempts at many accounts from one network are counted against the network.
    if not starts_with(here, 'device ') then
      perform app_private.count_network_attempt('sign_in');
    end if;
    -- Not raised: an exception would roll the count back. The API turns this field into the error after the commit.
    tokens.refusal := 'wrong_credentials';
    return tokens;
  end if;
  -- Where other accounts have the address, a success with one of them must not permit more guesses at the others.
  if not exists (
       select from app_private.accounts a where (a.email = address or a.claimed_email = address) and a.id <> account_id) then
    delete from app_private.sign_in_counts sc
    where sc.address_hash = sha256(convert_to(address, 'utf8')) and sc.place = here;
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
    perform app_private.queue_account_message(address, target, case when was_known then 'registered_again' else 'registered' end);
  end if;
  insert into app_public.customers (account_id, full_name, email, phone)
  values (target, given_name, address, nullif(btrim(register_customer.phone), ''))
  on conflict on constraint an_account_is_one_customer do nothing;
  -- Each may hold what the policy of a clinic allows: many accounts from one place are a way around it.
  perform app_private.count_network_attempt('registration');
  return app_private.start_session(target);
end
$$;

comment on function app_public.register_customer(text, text, text, text) is
'Registers a patient with an account of their own and signs them in. Open to everybody. Known and unknown addresses are answered alike: where an account exists that the password does not open, the new one stands beside it, opened by the address and its own password, and the owner of the address is told by mail. Refuses invalid_email, text_too_long, text_not_accepted, weak_password, invalid_argument, email_taken (the password opens the account of somebody with another name), too_many_attempts (many from one network).';

revoke all on function app_public.register_customer(text, text, text, text) from public;
grant execute on function app_public.register_customer(text, text, text, text) to app_anonymous;
--! EndIncluded identity/register_customer.sql
--! Included identity/change_password.sql
create or replace function app_public.change_password(current_password text, new_password text) returns app_public.password_change
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  account app_private.accounts;
  address text;
  here text;
  is_right boolean;
  new_hash text;
  outcome app_public.password_change;
begin
  select a.* into account from app_private.accounts a where a.id = app_hidden.current_account_id();
  if account.id is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  address := coalesce(account.email, account.claimed_email);
  here := app_private.place_of_attempt(address);
  perform app_private.refuse_while_waiting(app_private.address_waits_until(address, here));
  -- Without a lock, as in sign_in. "Not true" rather than "distinct": an account without a password has none that could be right.
  is_right := (public.crypt(change_password.current_password, account.password_hash) = account.password_hash) is true;
  if is_right then
    new_hash := app_private.hash_password(change_password.new_password, address);
  end if;
  perform app_private.lock_sign_ins(address, here);
  if is_right then
    update app_private.accounts a set password_hash = new_hash
    where a.id = account.id and a.password_hash = account.password_hash;
    -- Changed in this moment: the present password is another one.
    is_right := found;
  end if;
  if not is_right then
    -- Somebody who found a session left open guesses here what they would guess at sign_in.
    perform app_private.count_failure(address, here);
    outcome.refusal := 'wrong_credentials';
    return outcome;
  end if;
  perform app_private.forgive_failures(address);
  -- Anybody who knew the old password may hold a session: all others end.
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
--! Included identity/reset_password.sql
create or replace function app_public.reset_password(token text, new_password text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  message app_private.account_messages;
  new_hash text;
begin
  select m.* into message from app_private.account_messages m
  where m.token_hash = sha256(convert_to(reset_password.token, 'utf8')) and m.kind = 'password_reset' and m.token_expires_at > now();
  if message.id is not null then
    -- Before the message is locked: others who send the same token need not wait for this.
    new_hash := app_private.hash_password(reset_password.new_password, message.address);
    select m.* into message from app_private.account_messages m
    where m.id = message.id and m.token_expires_at > now() for update;
  end if;
  if message.id is null then
    perform app_hidden.refuse('reset_token_invalid', 'The link is not valid (any more). Ask for a new one.');
  end if;
  update app_private.accounts a set password_hash = new_hash where a.id = message.account_id and a.is_active;
  if not found then
    perform app_hidden.refuse('reset_token_invalid', 'The link is not valid (any more). Ask for a new one.');
  end if;
  -- Whoever else is guessing: the owner, who reads the mailbox, can sign in from here.
  perform app_private.forgive_failures(message.address);
  perform app_private.remember_places(message.account_id);
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
--! Included identity/set_password.sql
create or replace function app_private.set_password(email text, password text) returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  target bigint;
begin
  update app_private.accounts a
  set password_hash = app_private.hash_password(set_password.password, a.email)
  where a.email = app_hidden.canonical_address(set_password.email)
  returning a.id into target;
  if target is null then
    target := app_private.create_account(set_password.email, set_password.password);
  end if;
  perform app_private.forgive_failures(app_hidden.canonical_address(set_password.email));
  update app_private.sessions s set revoked_at = now() where s.account_id = target and s.revoked_at is null;
  return target;
end
$$;

comment on function app_private.set_password(text, text) is
'For DBAs: gives the account with this e-mail address this password, making the account when there is none, and ends its sessions. Returns the account''s id. Refuses invalid_email, weak_password.';

revoke all on function app_private.set_password(text, text) from public;
--! EndIncluded identity/set_password.sql
--! Included identity/erase_account.sql
create or replace function app_private.erase_account(account_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  account app_private.accounts;
begin
  select a.* into account from app_private.accounts a where a.id = erase_account.account_id for no key update;
  -- An account of somebody who works here is of the work.
  if account.id is null or account.is_admin
     or exists (select from app_public.employees e where e.account_id = account.id and e.is_active) then
    return;
  end if;
  delete from app_private.sessions s where s.account_id = account.id;
  delete from app_private.external_identities ei where ei.account_id = account.id;
  -- What is found by the address only when it is the account's own: one that was merely claimed is somebody else's.
  delete from app_private.account_messages am where am.account_id = account.id or am.address = account.email;
  delete from app_private.invitations i where i.email = account.email;
  delete from app_private.sign_in_counts sc where sc.address_hash = sha256(convert_to(account.email, 'utf8'));
  delete from app_private.known_places kp where kp.account_id = account.id;
  -- The number stays, in events and bookings; who it was does not. A random address: one that could be foreseen, somebody could take.
  update app_private.accounts a
  set email = 'erased-' || gen_random_uuid() || '@erased.invalid', claimed_email = null, password_hash = null, is_active = false
  where a.id = account.id;
end
$$;

comment on function app_private.erase_account(bigint) is
'Takes from an account who it is, and removes its sessions, external identities, mails and invitations; an account of somebody who works at a clinic, or of an administrator, stays as it is. Null is no account.';

revoke all on function app_private.erase_account(bigint) from public;
--! EndIncluded identity/erase_account.sql
--! Included identity/export_customer.sql
create or replace function app_public.export_customer(customer_id bigint default null) returns app_public.customer_export
language plpgsql stable security definer
-- Times as the same text whoever asks.
set timezone = 'UTC' set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  target bigint := coalesce(export_customer.customer_id, app_hidden.current_customer_id());
  customer app_public.customers;
  document app_public.customer_export;
begin
  perform app_private.require_own_customer(target);
  select c.* into customer from app_public.customers c where c.id = target;
  if customer.id is null then
    perform app_hidden.refuse('customer_not_found', 'No such customer.', jsonb_build_object('customerId', target::text));
  end if;
  document.format_version := 1;
  document.exported_at := now();
  document.customer_id := customer.id;
  document.profile := jsonb_build_object(
    'fullName', customer.full_name, 'email', customer.email, 'phone', customer.phone, 'isActive', customer.is_active,
    'preferredLanguage', customer.preferred_language, 'preferredChannel', customer.preferred_channel,
    'wantsReminders', customer.wants_reminders, 'createdAt', customer.created_at);
  select jsonb_build_object('id', a.id::text, 'email', coalesce(a.email, a.claimed_email), 'isActive', a.is_active, 'createdAt', a.created_at,
      'externalIdentities', (select coalesce(jsonb_agg(jsonb_build_object('issuer', ei.issuer, 'subject', ei.subject) order by ei.issuer, ei.subject), '[]')
        from app_private.external_identities ei where ei.account_id = a.id),
      'sessions', (select coalesce(jsonb_agg(jsonb_build_object('startedAt', s.created_at, 'expiresAt', s.expires_at, 'endedAt', s.revoked_at)
          order by s.created_at), '[]') from app_private.sessions s where s.account_id = a.id),
      'placesOfSignIns', (select coalesce(jsonb_agg(jsonb_build_object('kind', split_part(kp.place, ' ', 1), 'lastSignInAt', kp.signed_in_at)
          order by kp.signed_in_at, kp.place), '[]') from app_private.known_places kp where kp.account_id = a.id),
      'messages', (select coalesce(jsonb_agg(jsonb_build_object('kind', am.kind, 'address', am.address, 'state', am.state, 'createdAt', am.created_at,
          'sentAt', am.sent_at) order by am.id), '[]') from app_private.account_messages am where am.account_id = a.id),
      'employments', (select coalesce(jsonb_agg(jsonb_build_object('clinicId', e.clinic_id::text, 'role', e.role, 'fullName', e.full_name,
          'email', e.email, 'isActive', e.is_active) order by e.clinic_id, e.id), '[]') from app_public.employees e where e.account_id = a.id))
    into document.account
  from app_private.accounts a where a.id = customer.account_id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', cc.clinic_id::text, 'clinicName', c.name, 'fullName', cc.full_name, 'email', cc.email,
      'phone', cc.phone, 'phoneE164', cc.phone_e164, 'notes', cc.notes, 'preferredLanguage', cc.preferred_language, 'preferredChannel', cc.preferred_channel,
      'wantsReminders', cc.wants_reminders, 'createdAt', cc.created_at) order by cc.clinic_id), '[]') into document.clinic_records
  from app_public.clinic_customers cc join app_public.clinics c on c.id = cc.clinic_id where cc.customer_id = customer.id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', b.clinic_id::text, 'clinicName', c.name, 'bookingId', b.id::text,
      'doctorName', d.full_name, 'startsAt', lower(b.during), 'endsAt', upper(b.during), 'status', b.status, 'note', b.note,
      'cancelledAt', b.cancelled_at, 'cancelledBy', b.cancelled_by, 'cancellationReason', b.cancellation_reason,
      'createdAt', b.created_at, 'archivedAt', b.archived_at) order by lower(b.during), b.clinic_id, b.id), '[]') into document.bookings
  from (
    select x.clinic_id, x.id, x.doctor_id, x.during, x.status, x.note, x.cancelled_at, x.cancelled_by, x.cancellation_reason, x.created_at,
      null::timestamptz as archived_at
    from app_public.bookings x where x.customer_id = customer.id
    union all
    select x.clinic_id, x.id, x.doctor_id, x.during, x.status, x.note, x.cancelled_at, x.cancelled_by, x.cancellation_reason, x.created_at,
      x.archived_at
    from app_public.archived_bookings x where x.customer_id = customer.id
  ) b
  join app_public.clinics c on c.id = b.clinic_id
  join app_public.doctors d on d.clinic_id = b.clinic_id and d.id = b.doctor_id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', n.clinic_id::text, 'bookingId', n.booking_id::text, 'kind', n.kind, 'channel', n.channel,
      'dueAt', n.due_at, 'state', n.state, 'sentAt', n.sent_at, 'recipient', m.recipient, 'subject', m.subject,
      'body', m.body) order by n.due_at, n.id, m.id), '[]') into document.notifications
  from app_public.bookings b
  join app_public.notifications n on n.clinic_id = b.clinic_id and n.booking_id = b.id and n.channel <> 'webhook'
  left join app_private.messages m on m.clinic_id = n.clinic_id and m.notification_id = n.id
  where b.customer_id = customer.id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', e.clinic_id::text, 'eventId', e.id::text, 'occurredAt', e.occurred_at, 'entity', e.entity,
      'bookingSlotId', e.booking_slot_id::text, 'bookingId', e.booking_id::text, 'fromState', e.from_state, 'toState', e.to_state,
      'reason', e.reason, 'actor', e.actor) order by e.id), '[]') into document.events
  from app_public.events e where e.customer_id = customer.id;
  return document;
end
$$;

comment on function app_public.export_customer(bigint) is
'Everything that is held about a person, as one document: profile, account with sessions and employments, what each clinic recorded, bookings (archived ones too), messages, events. Ids are strings, times UTC. Customers their own (the default), administrators and DBAs anybody''s, when asked by that person. Refuses unauthenticated, customer_not_found.';

revoke all on function app_public.export_customer(bigint) from public;
grant execute on function app_public.export_customer(bigint) to app_customer;
--! EndIncluded identity/export_customer.sql
--! Included clinic/accept_invitation.sql
create or replace function app_public.accept_invitation(token text, password text default null) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  invitation app_private.invitations;
  account app_private.accounts;
  member_id bigint;
begin
  select i.* into invitation from app_private.invitations i
  where i.token_hash = sha256(convert_to(accept_invitation.token, 'utf8')) and i.accepted_at is null and i.expires_at > now();
  select a.* into account from app_private.accounts a where a.email = invitation.email;
  -- Whoever has an account proves it by being signed in: the token alone, which a manager has seen, must not open it.
  if invitation.id is null or (account.id is not null and account.id is distinct from app_hidden.current_account_id()) then
    perform app_hidden.refuse('invitation_invalid', 'The invitation is not valid (any more), or you must sign in with the invited address first.');
  end if;
  if account.id is null then
    if accept_invitation.password is null then
      perform app_hidden.refuse('weak_password', 'Choose a password for your new account.', '{"argument": "password"}');
    end if;
    account.id := app_private.create_account(invitation.email::text, accept_invitation.password);
  end if;
  -- Locked only now: others who send the same token need not wait for a password's hash.
  perform from app_private.invitations i
  where i.clinic_id = invitation.clinic_id and i.id = invitation.id and i.accepted_at is null and i.expires_at > now()
  for update;
  if not found then
    perform app_hidden.refuse('invitation_invalid', 'The invitation is not valid (any more).');
  end if;

  update app_public.employees e
  set is_active = true, role = invitation.role, doctor_id = invitation.doctor_id
  where e.clinic_id = invitation.clinic_id and e.account_id = account.id
  returning e.id into member_id;
  if member_id is null then
    insert into app_public.employees (clinic_id, account_id, full_name, email, role, doctor_id)
    values (invitation.clinic_id, account.id, invitation.full_name, invitation.email, invitation.role, invitation.doctor_id);
  end if;
  update app_private.invitations i set accepted_at = now() where i.clinic_id = invitation.clinic_id and i.id = invitation.id;
  return app_private.start_session(account.id);
end
$$;

comment on function app_public.accept_invitation(text, text) is
'Joins a clinic''s staff by an invitation''s token and signs in. Who has no account yet gives a password; who has one must be signed in with it. Refuses invitation_invalid, weak_password, email_taken (somebody registered with the address in this moment).';

revoke all on function app_public.accept_invitation(text, text) from public;
grant execute on function app_public.accept_invitation(text, text) to app_anonymous;
--! EndIncluded clinic/accept_invitation.sql
--! Included core/remove_old_records.sql
create or replace function app_private.remove_old_records(batch int default 1000, at timestamptz default now()) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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

  delete from app_private.manager_messages m where m.ctid = any (array(
    select o.ctid from app_private.manager_messages o where o.created_at < remove_old_records.at - keep.messages limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  -- By then all of it is forgiven.
  delete from app_private.sign_in_counts s where s.ctid = any (array(
    select o.ctid from app_private.sign_in_counts o where o.counted_at < remove_old_records.at - interval '1 day' limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  delete from app_private.known_places p where p.ctid = any (array(
    select o.ctid from app_private.known_places o where o.signed_in_at < remove_old_records.at - keep.known_places limit batch for update skip locked));
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
'Removes what nobody needs any more, up to `batch` of each kind, and returns how many: idempotency keys and stored responses, sessions long ended with their tokens, invitations, messages of the development transport, e-mails about accounts, messages to managers, counts of sign-ins and of attempts from networks, places where nobody has signed in for long, delivery attempts, jobs given up. How long each is kept: app_private.retention. Called by the job remove_old_records until it returns 0.';

revoke all on function app_private.remove_old_records(int, timestamptz) from public;
--! EndIncluded core/remove_old_records.sql

-- A clinic's copy of a profile follows it until the clinic edits it, column by column. A different name is a different person.
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
--! Included core/same_name.sql
create or replace function app_hidden.same_name(a text, b text) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
return lower(regexp_replace(btrim(normalize(a, nfkc)), '\s+', ' ', 'g')) = lower(regexp_replace(btrim(normalize(b, nfkc)), '\s+', ' ', 'g'));

comment on function app_hidden.same_name(text, text) is
'Whether two texts are the same name, but for capital letters and white space. Null when one is null.';

revoke all on function app_hidden.same_name(text, text) from public;
--! EndIncluded core/same_name.sql
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
--! Included identity/follow_profile.sql
create or replace function app_private.follow_profile() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.clinic_customers cc
  set full_name = case when 'full_name' = any (cc.copied_from_profile) then NEW.full_name else cc.full_name end,
      email = case when 'email' = any (cc.copied_from_profile) then NEW.email else cc.email end,
      phone = case when 'phone' = any (cc.copied_from_profile) then NEW.phone else cc.phone end
  where cc.customer_id = NEW.id and cc.copied_from_profile <> '{}';
  return null;
end
$$;

comment on function app_private.follow_profile() is
'Trigger of customers: brings a changed name or contact to the clinics that copied it and have not edited their copy.';

revoke all on function app_private.follow_profile() from public;
--! EndIncluded identity/follow_profile.sql
--! Included clinic/note_edited_copies.sql
create or replace function app_private.note_edited_copies() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  profile jsonb := (select to_jsonb(c) from app_public.customers c where c.id = NEW.customer_id);
  here jsonb := to_jsonb(NEW);
begin
  -- What the profile says remains a copy of it, so app_private.follow_profile passes.
  NEW.copied_from_profile := array(
    select copied from unnest(NEW.copied_from_profile) copied where here -> copied is not distinct from profile -> copied);
  return NEW;
end
$$;

comment on function app_private.note_edited_copies() is
'Trigger of clinic_customers: what the clinic edits is its own from then on and does not follow the profile any more.';

revoke all on function app_private.note_edited_copies() from public;
--! EndIncluded clinic/note_edited_copies.sql
create or replace trigger clinics_copies_follow_the_profile after update of full_name, email, phone on app_public.customers
  for each row when ((OLD.full_name, OLD.email, OLD.phone) is distinct from (NEW.full_name, NEW.email, NEW.phone))
  execute function app_private.follow_profile();
create or replace trigger edited_copies_are_the_clinics_own before update of full_name, email, phone on app_public.clinic_customers
  for each row when ((OLD.full_name, OLD.email, OLD.phone) is distinct from (NEW.full_name, NEW.email, NEW.phone))
  execute function app_private.note_edited_copies();
--! Included booking/keep_clinic_customer.sql
create or replace function app_private.keep_clinic_customer(clinic_id bigint, customer app_public.customers) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- The row is also the lock under which one customer's bookings and holds in a clinic are counted.
  perform from app_public.clinic_customers cc
  where cc.clinic_id = keep_clinic_customer.clinic_id and cc.customer_id = customer.id for no key update;
  if found then
    return;
  end if;
  insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email, phone, copied_from_profile)
  values (keep_clinic_customer.clinic_id, customer.id, customer.full_name, customer.email, customer.phone, '{full_name,email,phone}')
  on conflict on constraint a_clinic_keeps_one_record_of_a_customer do nothing;
  perform from app_public.clinic_customers cc
  where cc.clinic_id = keep_clinic_customer.clinic_id and cc.customer_id = customer.id for no key update;
end
$$;

comment on function app_private.keep_clinic_customer(bigint, app_public.customers) is
'The clinic''s own record of a customer: made by the first hold or booking there as a copy of the profile, which it follows column by column until the clinic edits it, and locked until the transaction ends.';

revoke all on function app_private.keep_clinic_customer(bigint, app_public.customers) from public;
--! EndIncluded booking/keep_clinic_customer.sql
--! Included clinic/add_clinic_customer.sql
create or replace function app_public.add_clinic_customer(
  clinic_id bigint, full_name text, email text default null, phone text default null, preferred_language text default null,
  idempotency_key text default null)
returns app_public.clinic_customers
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  address app_public.email_address := case when btrim(add_clinic_customer.email) <> '' then app_private.require_address(add_clinic_customer.email) end;
  given_name text := nullif(btrim(add_clinic_customer.full_name), '');
  number text := nullif(btrim(add_clinic_customer.phone), '');
  target bigint;
  record app_public.clinic_customers;
  outcome jsonb;
begin
  perform app_private.require_clinic_role(add_clinic_customer.clinic_id, 'desk');
  outcome := app_private.replay(add_clinic_customer.clinic_id, add_clinic_customer.idempotency_key, 'add_clinic_customer',
    jsonb_build_array(given_name, address, number, add_clinic_customer.preferred_language));
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

comment on function app_public.add_clinic_customer(bigint, text, text, text, text, text) is
'Takes a caller or walk-in into a clinic''s own records, so that the desk can book for them. A person with this name and e-mail address who is in the records, or has registered, is recognised; another name at the address is another person. `preferred_language` is en or de. For the desk. Refuses forbidden, idempotency_key_reused, invalid_argument, invalid_email, text_too_long, text_not_accepted.';

revoke all on function app_public.add_clinic_customer(bigint, text, text, text, text, text) from public;
grant execute on function app_public.add_clinic_customer(bigint, text, text, text, text, text) to app_staff;
--! EndIncluded clinic/add_clinic_customer.sql
--! Included identity/register_customer.sql
create or replace function app_public.register_customer(email text, password text, full_name text, phone text default null)
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
    perform app_private.queue_account_message(address, target, case when was_known then 'registered_again' else 'registered' end);
  end if;
  insert into app_public.customers (account_id, full_name, email, phone)
  values (target, given_name, address, nullif(btrim(register_customer.phone), ''))
  on conflict on constraint an_account_is_one_customer do nothing;
  -- Each may hold what the policy of a clinic allows: many accounts from one place are a way around it.
  perform app_private.count_network_attempt('registration');
  return app_private.start_session(target);
end
$$;

comment on function app_public.register_customer(text, text, text, text) is
'Registers a patient with an account of their own and signs them in. Open to everybody. Known and unknown addresses are answered alike: where an account exists that the password does not open, the new one stands beside it, opened by the address and its own password, and the owner of the address is told by mail. Refuses invalid_email, text_too_long, text_not_accepted, weak_password, invalid_argument, email_taken (the password opens the account of somebody with another name), too_many_attempts (many from one network).';

revoke all on function app_public.register_customer(text, text, text, text) from public;
grant execute on function app_public.register_customer(text, text, text, text) to app_anonymous;
--! EndIncluded identity/register_customer.sql
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
--! Included booking/state_transitions.sql
-- The states of a slot (open, held, booked, withdrawn) and of a booking (booked, checked_in, completed, cancelled, no_show).
-- What is not here is refused, for functions and DBAs alike. docs/state-machine.md draws it.
insert into app_public.state_transitions (entity, from_state, to_state, meaning) values
  ('booking_slot', 'open', 'held', 'hold_slot'),
  ('booking_slot', 'open', 'booked', 'book_slot, or a booking rescheduled to it'),
  ('booking_slot', 'open', 'withdrawn', 'withdraw_slot'),
  ('booking_slot', 'held', 'open', 'release_hold, or the hold expired'),
  ('booking_slot', 'held', 'booked', 'book_slot by its holder, or by anybody once it expired'),
  ('booking_slot', 'held', 'withdrawn', 'withdraw_slot'),
  ('booking_slot', 'booked', 'open', 'its booking was cancelled or moved away'),
  ('booking_slot', 'booked', 'withdrawn', 'its booking was cancelled or moved away after its doctor had left'),
  ('booking_slot', 'withdrawn', 'open', 'create_booking_slot opened it again'),
  ('booking', 'booked', 'checked_in', 'check_in'),
  ('booking', 'booked', 'cancelled', 'cancel_booking, or the slot or doctor went'),
  ('booking', 'booked', 'no_show', 'mark_no_show'),
  ('booking', 'checked_in', 'completed', 'complete_booking'),
  ('booking', 'checked_in', 'cancelled', 'the patient left, or the slot or doctor went')
on conflict (entity, from_state, to_state) do update set meaning = excluded.meaning;
-- Steps back, for what was recorded by mistake. Operators may change the limits; a later release leaves them as they are.
insert into app_public.state_transitions (entity, from_state, to_state, meaning, time_limit) values
  ('booking', 'checked_in', 'booked', 'undo_check_in', '24 hours'),
  ('booking', 'completed', 'checked_in', 'undo_completion', '24 hours'),
  ('booking', 'no_show', 'booked', 'undo_no_show', '168 hours')
on conflict (entity, from_state, to_state) do nothing;
--! EndIncluded booking/state_transitions.sql
--! Included booking/judge_time_limit.sql
create or replace function app_private.judge_time_limit(clinic_id bigint, booking_id bigint, from_state text, to_state text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  undoable_until timestamptz;
begin
  -- The last event by which the booking came into its state says when.
  select e.occurred_at + st.time_limit into undoable_until
  from app_public.events e
  join app_public.state_transitions st
    on st.entity = 'booking' and st.from_state = judge_time_limit.from_state and st.to_state = judge_time_limit.to_state
  where e.clinic_id = judge_time_limit.clinic_id and e.booking_id = judge_time_limit.booking_id and e.to_state = judge_time_limit.from_state
  order by e.id desc limit 1;
  if undoable_until is null or undoable_until < now() then
    perform app_hidden.refuse('undo_too_late', 'It is too late to undo this.',
      jsonb_build_object('status', judge_time_limit.from_state, 'undoableUntil', undoable_until));
  end if;
end
$$;

comment on function app_private.judge_time_limit(bigint, bigint, text, text) is
'Whether a booking may still make this step, which has a time limit in app_public.state_transitions, counted from the event by which it came into `from_state`. Refuses undo_too_late.';

revoke all on function app_private.judge_time_limit(bigint, bigint, text, text) from public;
--! EndIncluded booking/judge_time_limit.sql
--! Included booking/check_transition.sql
create or replace function app_private.check_transition() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  is_limited boolean;
begin
  select st.time_limit is not null into is_limited from app_public.state_transitions st
  where st.entity = TG_ARGV[0] and st.from_state = OLD.status::text and st.to_state = NEW.status::text;
  if not found then
    perform app_hidden.refuse('illegal_transition', format('A %s that is %s cannot become %s.', replace(TG_ARGV[0], '_', ' '), OLD.status, NEW.status),
      jsonb_build_object('status', OLD.status, 'requested', NEW.status));
  end if;
  if is_limited then
    -- A function of its own, so that a booking, which passes here, does not pay for it. Only steps of bookings have a limit.
    perform app_private.judge_time_limit(NEW.clinic_id, NEW.id, OLD.status::text, NEW.status::text);
  end if;
  return NEW;
end
$$;

comment on function app_private.check_transition() is
'Trigger: refuses (illegal_transition) every change of status that is not a row of app_public.state_transitions, and (undo_too_late) one whose time limit has passed. The argument is the entity.';

revoke all on function app_private.check_transition() from public;
--! EndIncluded booking/check_transition.sql
--! Included booking/open_visit.sql
create or replace function app_private.open_visit(
  clinic_id bigint, booking_id bigint, operation text, idempotency_key text, row_version int,
  out booking app_public.bookings, out is_done boolean)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  outcome jsonb;
begin
  perform app_private.require_clinic_role(open_visit.clinic_id, 'staff');
  if open_visit.idempotency_key is not null then
    -- The right of this moment, before anything stored is read.
    select b.* into booking from app_public.bookings b
    where b.clinic_id = open_visit.clinic_id and b.id = open_visit.booking_id;
    if booking.id is null then
      perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.',
        jsonb_build_object('bookingId', open_visit.booking_id::text));
    end if;
    perform app_private.require_desk_or_own_doctor(booking.clinic_id, booking.doctor_id);
  end if;
  outcome := app_private.replay(open_visit.clinic_id, open_visit.idempotency_key, open_visit.operation,
    jsonb_build_array(open_visit.booking_id));
  is_done := outcome is not null;
  if is_done then
    booking := jsonb_populate_record(null::app_public.bookings, outcome);
    return;
  end if;
  booking := app_private.lock_booking(open_visit.clinic_id, open_visit.booking_id);
  -- Doctors record what becomes of their own patients, the desk of all.
  perform app_private.require_desk_or_own_doctor(booking.clinic_id, booking.doctor_id);
  perform app_private.require_version('bookings', open_visit.row_version, booking.row_version);
end
$$;

comment on function app_private.open_visit(bigint, bigint, text, text, int) is
'What advance_booking and undo_step begin with: checks the caller''s right and locks the booking. `is_done` says that this operation was done before under the idempotency key; the booking is then the stored outcome. Refuses unauthenticated, forbidden, booking_not_found, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_private.open_visit(bigint, bigint, text, text, int) from public;
--! EndIncluded booking/open_visit.sql
--! Included booking/advance_booking.sql
create or replace function app_private.advance_booking(
  clinic_id bigint, booking_id bigint, to_status app_public.booking_status, idempotency_key text, row_version int)
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  visit record;
  booking app_public.bookings;
  zone text;
begin
  visit := app_private.open_visit(advance_booking.clinic_id, advance_booking.booking_id, advance_booking.to_status::text,
    advance_booking.idempotency_key, advance_booking.row_version);
  booking := visit.booking;
  if visit.is_done then
    return booking;
  end if;
  select c.time_zone into zone from app_public.clinics c where c.id = booking.clinic_id;
  if advance_booking.to_status = 'checked_in' and booking.slot_date > (now() at time zone zone)::date
     or advance_booking.to_status = 'no_show' and booking.starts_at > now() then
    perform app_hidden.refuse('not_yet', 'It is too early for that.', jsonb_build_object('startsAt', booking.starts_at));
  end if;
  if booking.status <> (case advance_booking.to_status when 'completed' then 'checked_in' else 'booked' end)::app_public.booking_status then
    -- The transitions also have steps back, which only undo_step may take.
    perform app_hidden.refuse('illegal_transition', format('A booking that is %s cannot become %s.', booking.status, advance_booking.to_status),
      jsonb_build_object('status', booking.status, 'requested', advance_booking.to_status));
  end if;
  update app_public.bookings b set status = advance_booking.to_status
  where b.clinic_id = booking.clinic_id and b.id = booking.id
  returning b.* into booking;
  perform app_private.drop_notifications(booking);
  perform app_private.remember(booking.clinic_id, advance_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_private.advance_booking(bigint, bigint, app_public.booking_status, text, int) is
'The way of a booking on its day: checked_in (from the clinic''s local day on), completed, no_show (once it has started). For the desk, and for a doctor the own patients. Reminders still pending are dropped. Refuses forbidden, booking_not_found, not_yet, illegal_transition, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_private.advance_booking(bigint, bigint, app_public.booking_status, text, int) from public;
--! EndIncluded booking/advance_booking.sql
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
    app_private.choose_channel(b.clinic_id, b.customer_id, 'booking_reminder'), lead.lead_time, b.sequence,
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
--! Included notification/restore_notifications.sql
create or replace function app_private.restore_notifications(booking app_public.bookings) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.notifications n set state = 'pending', dropped_because = null
  where n.clinic_id = booking.clinic_id and n.booking_id = booking.id and n.booking_sequence = booking.sequence
    and n.state = 'dropped' and n.dropped_because = 'booking_changed' and n.kind <> 'booking_reminder';
  perform app_private.reconcile_reminders(booking.clinic_id, booking.id);
end
$$;

comment on function app_private.restore_notifications(app_public.bookings) is
'The opposite of drop_notifications, for a booking ahead whose check-in is taken back: what was still to be sent about its present time is pending again, reminders as far as their time has not passed.';

revoke all on function app_private.restore_notifications(app_public.bookings) from public;
--! EndIncluded notification/restore_notifications.sql
--! Included booking/undo_step.sql
create or replace function app_private.undo_step(
  clinic_id bigint, booking_id bigint, undone app_public.booking_status, to_status app_public.booking_status,
  idempotency_key text, row_version int)
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  visit record;
  booking app_public.bookings;
begin
  visit := app_private.open_visit(undo_step.clinic_id, undo_step.booking_id, 'undo_' || undo_step.undone,
    undo_step.idempotency_key, undo_step.row_version);
  booking := visit.booking;
  if visit.is_done then
    return booking;
  end if;
  if booking.status <> undo_step.undone then
    perform app_hidden.refuse('illegal_transition', format('The booking is not %s but %s.', undo_step.undone, booking.status),
      jsonb_build_object('status', booking.status, 'requested', undo_step.to_status));
  end if;
  begin
    -- The trigger of the transitions judges the time limit.
    update app_public.bookings b set status = undo_step.to_status
    where b.clinic_id = booking.clinic_id and b.id = booking.id
    returning b.* into booking;
  exception when exclusion_violation then
    -- A no-show or a completed visit is in the way of no other booking, so one may have been made since.
    perform app_hidden.refuse('customer_busy', 'The customer has another booking here at this time.',
      jsonb_build_object('startsAt', booking.starts_at, 'endsAt', booking.ends_at));
  end;
  if booking.status = 'booked' and booking.starts_at > now() then
    perform app_private.restore_notifications(booking);
    -- A check-in takes a booking off the rebooking list. If it still does not fit the templates, it is listed again.
    insert into app_private.schedule_changes (clinic_id) values (booking.clinic_id)
    on conflict on constraint a_clinic_has_changes_or_not do nothing;
  end if;
  perform app_private.remember(booking.clinic_id, undo_step.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_private.undo_step(bigint, bigint, app_public.booking_status, app_public.booking_status, text, int) is
'Takes back a step of a booking on its day that was recorded by mistake: it must be `undone` and becomes `to_status`, within the time limit of app_public.state_transitions. What was still to be sent about a booking ahead is to be sent again. For the desk, and for a doctor the own patients. Refuses forbidden, booking_not_found, illegal_transition, undo_too_late, customer_busy, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_private.undo_step(bigint, bigint, app_public.booking_status, app_public.booking_status, text, int) from public;
--! EndIncluded booking/undo_step.sql
--! Included booking/undo_check_in.sql
create or replace function app_public.undo_check_in(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Who may, and until when, is judged there.
  return app_private.undo_step(undo_check_in.clinic_id, undo_check_in.booking_id, 'checked_in', 'booked',
    undo_check_in.idempotency_key, undo_check_in.row_version);
end
$$;

comment on function app_public.undo_check_in(bigint, bigint, text, int) is
'Takes back a check-in that was recorded by mistake: the booking is booked again, and its reminders are sent if they are still ahead. Within the time limit of app_public.state_transitions. For the desk, and for a doctor the own patients. Refuses forbidden, booking_not_found, illegal_transition, undo_too_late, customer_busy, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.undo_check_in(bigint, bigint, text, int) from public;
grant execute on function app_public.undo_check_in(bigint, bigint, text, int) to app_staff;
--! EndIncluded booking/undo_check_in.sql
--! Included booking/undo_completion.sql
create or replace function app_public.undo_completion(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Who may, and until when, is judged there.
  return app_private.undo_step(undo_completion.clinic_id, undo_completion.booking_id, 'completed', 'checked_in',
    undo_completion.idempotency_key, undo_completion.row_version);
end
$$;

comment on function app_public.undo_completion(bigint, bigint, text, int) is
'Takes back the completion of a visit that was recorded by mistake: the patient is checked in again. Within the time limit of app_public.state_transitions. For the desk, and for a doctor the own patients. Refuses forbidden, booking_not_found, illegal_transition, undo_too_late, customer_busy, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.undo_completion(bigint, bigint, text, int) from public;
grant execute on function app_public.undo_completion(bigint, bigint, text, int) to app_staff;
--! EndIncluded booking/undo_completion.sql
--! Included booking/undo_no_show.sql
create or replace function app_public.undo_no_show(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Who may, and until when, is judged there.
  return app_private.undo_step(undo_no_show.clinic_id, undo_no_show.booking_id, 'no_show', 'booked',
    undo_no_show.idempotency_key, undo_no_show.row_version);
end
$$;

comment on function app_public.undo_no_show(bigint, bigint, text, int) is
'Takes back a no-show that was recorded by mistake: the booking is booked again, and the patient can be checked in. Within the time limit of app_public.state_transitions. For the desk, and for a doctor the own patients. Refuses forbidden, booking_not_found, illegal_transition, undo_too_late, customer_busy, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.undo_no_show(bigint, bigint, text, int) from public;
grant execute on function app_public.undo_no_show(bigint, bigint, text, int) to app_staff;
--! EndIncluded booking/undo_no_show.sql
-- Phone numbers are read by the clinic's country, and kept in international form (E.164) beside what was typed.
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
--! Included clinic/phone_plans.sql
-- How numbers are formed in each country: written by `npm run phones` from libphonenumber-js, which is Google's libphonenumber.
insert into app_private.phone_plans (
  country, calling_code, international_prefix, national_prefix, national_prefix_becomes, numbers, mobile_numbers, lengths, is_main) values
  ('AC', '247', '00', null, null, '(?:[01589]\d|[2-467])\d{4}', '[2-47]\d{4}', '{5,6}', true),
  ('AD', '376', '00', null, null, '(?:1|6\d)\d{7}|[135-9]\d{5}', '690\d{6}|[356]\d{5}', '{6,8,9}', true),
  ('AE', '971', '00', '0', null, '(?:[4-7]\d|9[0-689])\d{7}|800\d{2,9}|[2-4679]\d{7}', '5[02-68]\d{7}', '{5,6,7,8,9,10,11,12}', true),
  ('AF', '93', '00', '0', null, '[2-7]\d{8}', '7\d{8}', '{9}', true),
  ('AG', '1', '011', '([457]\d{6})$|1', '268$1', '(?:268|[58]\d\d|900)\d{7}', '268(?:464|7(?:1[3-9]|[28]\d|3[0246]|64|7[0-689]))\d{4}', '{10}', false),
  ('AI', '1', '011', '([2457]\d{6})$|1', '264$1', '(?:264|[58]\d\d|900)\d{7}', '264(?:235|4(?:69|7[67])|5(?:3[6-9]|8[1-4])|7(?:29|72))\d{4}', '{10}', false),
  ('AL', '355', '00', '0', null, '(?:700\d\d|900)\d{3}|8\d{5,7}|(?:[2-5]|6\d)\d{7}', '6(?:[78][2-9]|9\d)\d{6}', '{6,7,8,9}', true),
  ('AM', '374', '00', '0', null, '(?:[1-489]\d|55|60|77)\d{6}', '(?:33|4[1349]|55|77|88|9[13-9])\d{6}', '{8}', true),
  ('AO', '244', '00', null, null, '[29]\d{8}', '9[1-79]\d{7}', '{9}', true),
  ('AR', '54', '00', '0?(?:(11|2(?:2(?:02?|[13]|2[13-79]|4[1-6]|5[2457]|6[124-8]|7[1-4]|8[13-6]|9[1267])|3(?:02?|1[467]|2[03-6]|3[13-8]|[49][2-6]|5[2-8]|[67])|4(?:7[3-578]|9)|6(?:[0136]|2[24-6]|4[6-8]?|5[15-8])|80|9(?:0[1-3]|[19]|2\d|3[1-6]|4[02568]?|5[2-4]|6[2-46]|72?|8[23]?))|3(?:3(?:2[79]|6|8[2578])|4(?:0[0-24-9]|[12]|3[5-8]?|4[24-7]|5[4-68]?|6[02-9]|7[126]|8[2379]?|9[1-36-8])|5(?:1|2[1245]|3[237]?|4[1-46-9]|6[2-4]|7[1-6]|8[2-5]?)|6[24]|7(?:[069]|1[1568]|2[15]|3[145]|4[13]|5[14-8]|7[2-57]|8[126])|8(?:[01]|2[15-7]|3[2578]?|4[13-6]|5[4-8]?|6[1-357-9]|7[36-8]?|8[5-8]?|9[124])))15)?', '9$1', '(?:11|[89]\d\d)\d{8}|[2368]\d{9}', '93(?:7(?:1[15]|81)|8(?:21|4[16]|69|9[12]))[46]\d{5}|9(?:2(?:2(?:2[59]|44|52)|3(?:26|44)|47[35]|9(?:[07]2|2[26]|34|46))|3327)[45]\d{5}|9(?:2(?:657|9(?:54|66))|3(?:48[27]|7(?:55|77)|8(?:65|78)))[2-8]\d{5}|9(?:2(?:284|3(?:02|23)|477|622|920)|3(?:4(?:46|89|92)|541))[2-7]\d{5}|(?:675\d|9(?:11[0-8]\d|2(?:2(?:0[45]|1[2-6]|3[3-6])|3(?:[06]4|7[45])|494|6(?:04|1[2-8]|[36][45]|4[3-6])|80[45]|9(?:[17][4-6]|[48][45]|9[3-6]))|3(?:364|4(?:1[2-8]|[25][4-6]|3[3-6]|84)|5(?:1[2-9]|[38][4-6])|6(?:2[45]|44)|7[069][45]|8(?:0[45]|1[2-7]|3[4-6]|5[3-6]|7[2-6]|8[3-68]))))\d{6}|9(?:2(?:2(?:62|81)|320|9(?:42|83))|3(?:329|4(?:62|7[16])|5(?:43|64)|7(?:18|5[17])))[2-6]\d{5}|92(?:2(?:21|4[23]|6[145]|7[1-4]|8[356]|9[267])|3(?:16|3[13-8]|43|5[346-8]|9[3-5])|6(?:2[46]|4[78]|5[1568])|9(?:03|2[1457-9]|3[1356]|4[08]|[56][23]|82))4\d{5}|9(?:2(?:257|3(?:24|46|92)|9(?:01|23|64))|3(?:4(?:42|64)|5(?:25|37|4[47]|71)|7(?:35|72)|825))[3-6]\d{5}|9(?:2(?:2(?:02|2[3467]|4[156]|5[45]|6[6-8]|91)|3(?:1[47]|25|[45][25]|96)|47[48]|625|932)|3(?:38[2578]|4(?:0[0-24-9]|3[78]|4[457]|58|6[035-9]|72|83|9[136-8])|5(?:2[124]|[368][23]|4[2689]|7[2-6])|7(?:16|2[15]|3[14]|4[13]|5[468]|7[3-5]|8[26])|8(?:2[67]|3[278]|4[3-5]|5[78]|6[1-378]|[78]7|94)))[4-6]\d{5}', '{10,11}', true),
  ('AS', '1', '011', '([267]\d{6})$|1', '684$1', '(?:[58]\d\d|684|900)\d{7}', '684(?:2(?:48|5[2468]|7[246])|7(?:3[13]|70|82))\d{4}', '{10}', false),
  ('AT', '43', '00', '0', null, '1\d{3,12}|2\d{6,12}|43(?:(?:0\d|5[02-9])\d{3,9}|2\d{4,5}|[3467]\d{4}|8\d{4,6}|9\d{4,7})|5\d{4,12}|8\d{7,12}|9\d{8,12}|(?:[367]\d|4[0-24-9])\d{4,11}', '6(?:485|(?:5[0-3579]|6[013-9]|[7-9]\d)\d)\d{3,9}', '{4,5,6,7,8,9,10,11,12,13}', true),
  ('AU', '61', '001[14-689]|14(?:1[14]|34|4[17]|[56]6|7[47]|88)0011', '(183[12])|0', null, '1(?:[0-79]\d{7}(?:\d(?:\d{2})?)?|8[0-24-9]\d{7})|[2-478]\d{8}|1\d{4,7}', '4(?:79[01]|83[0-36-9]|9(?:5[0-3]|6[0-4]))\d{5}|4(?:[0-36]\d|4[047-9]|[58][0-24-9]|7[02-8]|9[0-47-9])\d{6}', '{5,6,7,8,9,10,12}', true),
  ('AW', '297', '00', null, null, '(?:[25-79]\d\d|800)\d{4}', '(?:290|5[69]\d|6(?:[03]0|22|4[0-2]|[69]\d)|7(?:[34]\d|7[07])|9(?:6[45]|9[4-8]))\d{4}', '{7}', true),
  ('AX', '358', '00|99(?:[01469]|5(?:[14]1|3[23]|5[59]|77|88|9[09]))', '0', null, '2\d{4,9}|35\d{4,5}|(?:60\d\d|800)\d{4,6}|7\d{5,11}|(?:[14]\d|3[0-46-9]|50)\d{4,8}', '(?:4[0-8]|50)\d{4,8}', '{5,6,7,8,9,10,11,12}', false),
  ('AZ', '994', '00', '0', null, '365\d{6}|(?:[124579]\d|60|88)\d{7}', '36554\d{4}|(?:[16]0|4[04]|5[015]|7[07]|99)\d{7}', '{9}', true),
  ('BA', '387', '00', '0', null, '6\d{8}|(?:[35689]\d|49|70)\d{6}', '6040\d{5}|6(?:03|[1-356]|44|7\d)\d{6}', '{8,9}', true),
  ('BB', '1', '011', '([2-9]\d{6})$|1', '246$1', '(?:246|[58]\d\d|900)\d{7}', '246(?:(?:2(?:[3568]\d|4[0-57-9])|3(?:5[2-9]|6[0-6])|4(?:46|5\d)|69[5-7]|8(?:[2-5]\d|83))\d|52(?:1[147]|20))\d{3}', '{10}', false),
  ('BD', '880', '00', '0', null, '[1-469]\d{9}|8[0-79]\d{7,8}|[2-79]\d{8}|[2-9]\d{7}|[3-9]\d{6}|[57-9]\d{5}', '(?:1[13-9]|64)\d{8}|(?:3[78]|44|66)[02-9]\d{7}', '{6,7,8,9,10}', true),
  ('BE', '32', '00', '0', null, '4\d{8}|[1-9]\d{7}', '4[5-9]\d{7}', '{8,9}', true),
  ('BF', '226', '00', null, null, '[024-7]\d{7}', '(?:0[1-7]|4[4-6]|5[0-8]|[67]\d)\d{6}', '{8}', true),
  ('BG', '359', '00', '0', null, '00800\d{7}|[2-7]\d{6,7}|[89]\d{6,8}|2\d{5}', '(?:43[07-9]|99[69]\d)\d{5}|(?:8[7-9]|98)\d{7}', '{6,7,8,9,12}', true),
  ('BH', '973', '00', null, null, '[136-9]\d{7}', '(?:3(?:[0-79]\d|8[0-57-9])\d|6(?:3(?:00|33|6[16])|441|6(?:3[03-9]|[69]\d|7[0-689])))\d{4}', '{8}', true),
  ('BI', '257', '00', null, null, '(?:[267]\d|31)\d{6}', '(?:29|6[1-9]|7[125-9])\d{6}', '{8}', true),
  ('BJ', '229', '00', null, null, '01\d{8}', '01(?:2[5-9]|[4-69]\d)\d{6}', '{10}', true),
  ('BL', '590', '00', '0', null, '7090\d{5}|(?:[56]9|[89]\d)\d{7}', '(?:69(?:0\d\d|1(?:2[2-9]|3[0-5]))|7090[0-4])\d{4}', '{9}', false),
  ('BM', '1', '011', '([2-9]\d{6})$|1', '441$1', '(?:441|[58]\d\d|900)\d{7}', '441(?:[2378]\d|5[0-39]|9[02])\d{5}', '{10}', false),
  ('BN', '673', '00', null, null, '[2-578]\d{6}', '(?:22[89]|[78]\d\d)\d{4}', '{7}', true),
  ('BO', '591', '00(?:1\d)?', '0(1\d)?', null, '(?:[2-7]\d\d|8001)\d{5}', '(?:57|[67]\d)\d{6}', '{8,9}', true),
  ('BQ', '599', '00', null, null, '(?:[34]1|7\d)\d{5}', '(?:31(?:8[14-8]|9[14578])|416[14-9]|7(?:0[01]|7[07]|8\d|9[056])\d)\d{3}', '{7}', false),
  ('BR', '55', '00(?:1[245]|2[1-35]|31|4[13]|[56]5|99)', '(?:0|90)(?:(1[245]|2[1-35]|31|4[13]|[56]5|99)(\d{10,11}))?', '$2', '[1-467]\d{9,10}|55[0-46-9]\d{8}|[34]\d{7}|55\d{7,8}|(?:5[0-46-9]|[89]\d)\d{7,9}', '(?:[14689][1-9]|2[12478]|3[1-578]|5[13-5]|7[13-579])(?:7|9\d)\d{7}', '{8,9,10,11}', true),
  ('BS', '1', '011', '([3-8]\d{6})$|1', '242$1', '(?:242|[58]\d\d|900)\d{7}', '242(?:3(?:5[79]|7[56]|95)|4(?:[23][1-9]|4[1-35-9]|5[1-8]|6[2-8]|7\d|81)|5(?:2[45]|3[35]|44|5[1-46-9]|65|77)|6[34]6|7(?:27|38)|8(?:0[1-9]|1[02-9]|2\d|3[0-4]|[89]9))\d{4}', '{10}', false),
  ('BT', '975', '00', null, null, '[178]\d{7}|[2-8]\d{6}', '(?:1[67]|[78]7)\d{6}', '{7,8}', true),
  ('BW', '267', '00', null, null, '90\d{5}|(?:0800|[2-6]|(?:7|800)\d)\d{6}', '7(?:[1-8]\d{3}|9(?:(?:[03]\d|2[0-7])\d|1(?:0[13-9]|1[0-35-9]|2\d|3[0-8])))\d{3}', '{7,8,10}', true),
  ('BY', '375', '810', '0|80?', null, '(?:[12]\d|33|44|902)\d{7}|8(?:0[0-79]\d{5,7}|[1-7]\d{9})|8(?:1[0-489]|[5-79]\d)\d{7}|8[1-79]\d{6,7}|8[0-79]\d{5}|8\d{5}', '(?:2(?:5[5-79]|9[1-9])|(?:33|44)\d)\d{6}', '{6,7,8,9,10,11}', true),
  ('BZ', '501', '00', null, null, '(?:0800\d|[2-8])\d{6}', '6[0-35-7]\d{5}', '{7,11}', true),
  ('CA', '1', '011', '1', null, '[2-9]\d{9}|3\d{6}', '(?:2(?:04|[23]6|[48]9|5[07]|[67]3)|3(?:06|43|54|6[578]|82)|4(?:03|1[68]|[26]8|3[178]|50|74)|5(?:06|1[49]|48|79|8[147])|6(?:04|[18]3|39|47|72)|7(?:0[59]|42|53|78|8[02])|8(?:[06]7|19|25|7[39])|9(?:0[25]|42))[2-9]\d{6}', '{7,10}', false),
  ('CC', '61', '001[14-689]|14(?:1[14]|34|4[17]|[56]6|7[47]|88)0011', '([59]\d{7})$|0', '8$1', '1(?:[0-79]\d{8}(?:\d{2})?|8[0-24-9]\d{7})|[148]\d{8}|1\d{5,7}', '4(?:79[01]|83[0-36-9]|9(?:5[0-3]|6[0-4]))\d{5}|4(?:[0-36]\d|4[047-9]|[58][0-24-9]|7[02-8]|9[0-47-9])\d{6}', '{6,7,8,9,10,12}', false),
  ('CD', '243', '00', '0', null, '(?:(?:[189]|5\d)\d|2)\d{7}|[1-68]\d{6}', '88\d{5}|(?:8[0-79]|9[016-9])\d{7}', '{7,8,9,10}', true),
  ('CF', '236', '00', null, null, '8776\d{4}|(?:[27]\d|61)\d{6}', '7[02-7]\d{6}', '{8}', true),
  ('CG', '242', '00', null, null, '222\d{6}|(?:0\d|80)\d{7}', '026(?:1[0-5]|6[6-9])\d{4}|0(?:[14-6]\d\d|2(?:40|5[5-8]|6[07-9]))\d{5}', '{9}', true),
  ('CH', '41', '00', '0', null, '8\d{11}|[2-9]\d{8}', '(?:6[89]|7[235-9])\d{7}', '{9,12}', true),
  ('CI', '225', '00', null, null, '[02]\d{9}', '0[157]\d{8}', '{10}', true),
  ('CK', '682', '00', null, null, '[2-578]\d{4}', '[578]\d{4}', '{5}', true),
  ('CL', '56', '(?:0|1(?:1[0-69]|2[02-5]|5[13-58]|69|7[0167]|8[018]))0', null, null, '12300\d{6}|6\d{9,10}|[2-9]\d{8}', '2(?:1982[0-6]|3314[05-9])\d{3}|(?:2(?:1(?:160|962)|3(?:(?:[24]\d|50)\d|3(?:[0346-9]\d|1[0-35-9]|2[1-9]|5[0-24-9])|600)|646[59])|80[1-8]\d\d|9(?:(?:10[0-2]|7[1-9]\d)\d|3(?:[0-57-9]\d\d|6(?:0[02-9]|[1-9]\d))|6(?:[0-8]\d\d|9(?:[02-79]\d|1[05-9]))|9(?:[03-9]\d\d|1(?:[0235-9]\d|4[0-24-9])|2(?:[0-79]\d|8[0-46-9]))))\d{4}|(?:22|3[2-5]|[47][1-35]|5[1-3578]|6[13-57]|8[1-9]|9[2458])\d{7}', '{9,10,11}', true),
  ('CM', '237', '00', null, null, '[26]\d{8}|88\d{6,7}', '(?:24[23]|6(?:[25-9]\d|4[0-2]))\d{6}', '{8,9}', true),
  ('CN', '86', '00|1(?:[12]\d|79)\d\d00', '(1(?:[12]\d|79)\d\d)|0', null, '(?:(?:1[03-689]|2\d)\d\d|6)\d{8}|1\d{10}|[126]\d{6}(?:\d(?:\d{2})?)?|86\d{5,6}|(?:[3-579]\d|8[0-57-9])\d{5,9}', '1(?:610\d|740[0-5])\d{6}|1(?:[38]\d|4[57]|[59][0-35-9]|6[25-7]|7[0-35-8])\d{8}', '{7,8,9,10,11,12}', true),
  ('CO', '57', '00(?:4(?:[14]4|56)|[579])', '0([3579]|4(?:[14]4|56))?', null, '(?:46|60\d\d)\d{6}|(?:1\d|[39])\d{9}', '333301[0-5]\d{3}|3333(?:00|2[5-9]|[3-9]\d)\d{4}|(?:3(?:24[1-9]|3(?:00|3[0-24-9]))|9408)\d{6}|3(?:0[0-5]|1\d|2[0-3]|5[01]|70)\d{7}', '{8,10,11}', true),
  ('CR', '506', '00', '(19(?:0[0-2468]|1[09]|20|66|77|99))', null, '(?:8\d|90)\d{8}|(?:[24-8]\d{3}|3005)\d{4}', '(?:3005\d|6500[01])\d{3}|(?:5[07]|6[0-4]|7[0-3]|8[3-9])\d{6}', '{8,10}', true),
  ('CU', '53', '119', '0', null, '(?:[2-7]|8\d\d)\d{7}|[2-47]\d{6}|[34]\d{5}', '(?:5\d|6[2-4])\d{6}', '{6,7,8,10}', true),
  ('CV', '238', '0', null, null, '(?:[2-59]\d\d|800)\d{4}', '(?:36|5[1-37-9]|9\d)\d{5}', '{7}', true),
  ('CW', '599', '00', null, null, '(?:[34]1|60|(?:7|9\d)\d)\d{5}', '953[01]\d{4}|9(?:5[12467]|6[5-9])\d{5}', '{7,8}', true),
  ('CX', '61', '001[14-689]|14(?:1[14]|34|4[17]|[56]6|7[47]|88)0011', '([59]\d{7})$|0', '8$1', '1(?:[0-79]\d{8}(?:\d{2})?|8[0-24-9]\d{7})|[148]\d{8}|1\d{5,7}', '4(?:79[01]|83[0-36-9]|9(?:5[0-3]|6[0-4]))\d{5}|4(?:[0-36]\d|4[047-9]|[58][0-24-9]|7[02-8]|9[0-47-9])\d{6}', '{6,7,8,9,10,12}', false),
  ('CY', '357', '00', null, null, '(?:[279]\d|[58]0)\d{6}', '9(?:10|[4-79]\d)\d{5}', '{8}', true),
  ('CZ', '420', '00', null, null, '(?:[2-578]\d|60)\d{7}|9\d{8,11}', '7060\d{5}|(?:60[1-8]|7(?:0[2-5]|19|[2379]\d))\d{6}', '{9,10,11,12}', true),
  ('DE', '49', '00', '0', null, '[2579]\d{5,14}|49(?:[34]0|69|8\d)\d\d?|49(?:37|49|60|7[089]|9\d)\d{1,3}|49(?:2[024-9]|3[2-689]|7[1-7])\d{1,8}|(?:1|[368]\d|4[0-8])\d{3,13}|49(?:[015]\d|2[13]|31|[46][1-8])\d{1,9}', '1(?:6[023]|7\d)\d{7,8}|15(?:[0-25-9]\d\d|3(?:10|33)|410)\d{6}', '{4,5,6,7,8,9,10,11,12,13,14,15}', true),
  ('DJ', '253', '00', null, null, '(?:2\d|77)\d{6}', '77\d{6}', '{8}', true),
  ('DK', '45', '00', null, null, '[2-9]\d{7}', '(?:2[6-8]|6[78]|96)\d{6}|(?:2[0-59]|3[0-689]|[457]\d|6[0-69]|8[126-9]|9[1-47-9])[1-9]\d{5}', '{8}', true),
  ('DM', '1', '011', '([2-7]\d{6})$|1', '767$1', '(?:[58]\d\d|767|900)\d{7}', '767(?:2(?:[2-4689]5|7[5-7])|31[5-7]|61[1-8]|70[1-6])\d{4}', '{10}', false),
  ('DO', '1', '011', '1', null, '(?:[58]\d\d|900)\d{7}', '8[024]9[2-9]\d{6}', '{10}', false),
  ('DZ', '213', '00', '0', null, '(?:[1-4]|[5-79]\d|80)\d{7}', '5(?:4[0-29]|6[0-4])\d{6}|(?:55|6\d|7[7-9])\d{7}', '{8,9}', true),
  ('EC', '593', '00', '0', null, '1\d{9,10}|(?:[2-7]|9\d)\d{7}', '964[0-2]\d{5}|9(?:3[0-29]|[57][89]|6[0-36-9]|[89]\d)\d{6}', '{8,9,10,11}', true),
  ('EE', '372', '00', null, null, '8\d{9}|[4578]\d{7}|(?:[3-8]\d|90)\d{5}', '(?:5\d{5}|8(?:1(?:0(?:0(?:00|[178]\d)|[3-9]\d\d)|(?:1(?:0[2-6]|1\d)|[2-79]\d\d)\d)|2(?:0(?:0(?:00|4\d)|[1-7]\d\d)|(?:(?:[124-69]\d|3[5-9])\d|7(?:[0-79]\d|8[013-9])|8(?:[2-6]\d|7[01]))\d)|[349]\d{4}))\d\d|5(?:(?:[02]\d|5[0-478])\d|1(?:[0-8]\d|95)|6(?:4[0-4]|5[1-589]))\d{3}', '{7,8,10}', true),
  ('EG', '20', '00', '0', null, '[189]\d{8,9}|[24-6]\d{8}|[135]\d{7}', '1[0-25]\d{8}', '{8,9,10}', true),
  ('EH', '212', '00', '0', null, '[5-8]\d{8}', '(?:6(?:[0-79]\d|8[0-247-9])|7(?:[016-8]\d|2[0-8]|3[01]|5[0-5]))\d{6}', '{9}', false),
  ('ER', '291', '00', '0', null, '[178]\d{6}', '(?:17[1-3]|7\d\d)\d{4}', '{7}', true),
  ('ES', '34', '00', null, null, '400\d{6}|(?:51|[6-9]\d)\d{7}', '9(?:6906(?:09|10)|7390\d\d)\d\d|(?:6\d|7[1-48])\d{7}', '{9}', true),
  ('ET', '251', '00', '0', null, '(?:11|[2-57-9]\d)\d{7}', '(?:7(?:[03]\d|1[0-8]|2[1-35-79]|77|86|99)|(?:8[01]|9\d)\d)\d{6}', '{9}', true),
  ('FI', '358', '00|99(?:[01469]|5(?:[14]1|3[23]|5[59]|77|88|9[09]))', '0', null, '[1-35689]\d{4}|7\d{10,11}|(?:[124-7]\d|3[0-46-9])\d{8}|[1-9]\d{5,8}', '(?:4[0-8]|50)\d{4,8}', '{5,6,7,8,9,10,11,12}', true),
  ('FJ', '679', '0(?:0|52)', null, null, '45\d{5}|(?:0800\d|[235-9])\d{6}', '(?:[279]\d|45|5[01568]|8[034679])\d{5}', '{7,11}', true),
  ('FK', '500', '00', null, null, '[2-7]\d{4}', '[56]\d{4}', '{5}', true),
  ('FM', '691', '00', null, null, '(?:[39]\d\d|820)\d{4}', '31(?:00[67]|208|309)\d\d|(?:3(?:[2357]0[1-9]|602|804|905)|(?:820|9[2-7]\d)\d)\d{3}', '{7}', true),
  ('FO', '298', '00', '(10(?:01|[12]0|88))', null, '[2-9]\d{5}', '(?:[27][1-9]|5\d|9[16])\d{4}', '{6}', true),
  ('FR', '33', '00', '0', null, '[1-9]\d{8}', '(?:6(?:[0-24-8]\d|3[0-8]|9[589])|7[3-9]\d)\d{6}', '{9}', true),
  ('GA', '241', '00', '0(11\d{6}|60\d{6}|61\d{6}|6[256]\d{6}|7[467]\d{6})', '$1', '(?:[067]\d|11)\d{6}|[2-7]\d{6}', '(?:(?:0[2-7]|7[467])\d|6(?:0[0-4]|10|[256]\d))\d{5}|[2-7]\d{6}', '{7,8}', true),
  ('GB', '44', '00', '0|180020', null, '[1-357-9]\d{9}|[18]\d{8}|8\d{6}', '7(?:457[0-57-9]|700[01]|911[028])\d{5}|7(?:[1-3]\d\d|4(?:[0-46-9]\d|5[0-689])|5(?:0[0-8]|[13-9]\d|2[0-35-9])|7(?:0[1-9]|[1-7]\d|8[02-9]|9[0-689])|8(?:[014-9]\d|[23][0-8])|9(?:[024-9]\d|1[02-9]|3[0-689]))\d{6}', '{7,9,10}', true),
  ('GD', '1', '011', '([2-9]\d{6})$|1', '473$1', '(?:473|[58]\d\d|900)\d{7}', '473(?:4(?:0[2-79]|1[04-9]|2[0-5]|49|5[6-8])|5(?:2[01]|3[3-8])|901)\d{4}', '{10}', false),
  ('GE', '995', '00', '0', null, '(?:[3-57]\d\d|800)\d{6}', '5(?:(?:(?:0555|1(?:[17]77|555))[5-9]|757(?:7[7-9]|8[01]))\d|22252[0-4])\d\d|5(?:0(?:0(?:1[09]|70)|505)|1(?:0[01]0|1(?:07|33|51))|2(?:0[02]0|2[25]2)|3(?:0[03]0|3[35]3)|4(?:0[04]0|411)|5222|9000)[0-4]\d{3}|(?:5(?:0(?:0(?:0\d|1[12]|2[02]|3[0-6]|4[04]|5[05]|77|88|9[09])|(?:[14]\d|77)\d|22[02]|888)|1(?:1(?:[03][01]|[124]\d|5[02-6]|7[0-6])|4\d\d)|2(?:228|555)|3555|4(?:4(?:[02-9]\d|14)|555)|5(?:[0157-9]\d\d|200|333|4(?:44|55))|6[89]\d\d|7(?:(?:[0147-9]\d|22)\d|5(?:00|[57]5))|8(?:0(?:[018]\d|2[0-4])|5(?:55|8[89])|8(?:55|88))|9(?:090|[1-35-9]\d\d))|790\d\d)\d{4}', '{9}', true),
  ('GF', '594', '00', '0', null, '(?:694\d|7093)\d{5}|(?:59|[89]\d)\d{7}', '(?:694(?:[0-249]\d|3[0-8])|7093[0-3])\d{4}', '{9}', true),
  ('GG', '44', '00', '([25-9]\d{5})$|0|180020', '1481$1', '(?:1481|[357-9]\d{3})\d{6}|8\d{6}(?:\d{2})?', '7(?:(?:781|839)\d|911[17])\d{5}', '{7,9,10}', false),
  ('GH', '233', '00', '0', null, '[235]\d{8}|800\d{5,6}', '(?:2(?:[0346-9]\d|5[67])|5(?:[03-7]\d|9[1-9]))\d{6}', '{8,9}', true),
  ('GI', '350', '00', null, null, '(?:[25]\d|60)\d{6}', '5251[0-4]\d{3}|(?:5(?:[146-8]\d\d|250)|60(?:1[01]|6\d))\d{4}', '{8}', true),
  ('GL', '299', '00', null, null, '(?:19|[2-689]\d|70)\d{4}', '[245]\d{5}', '{6}', true),
  ('GM', '220', '00', null, null, '[48]\d{8}|[2-9]\d{6}', '(?:(?:[23679]\d|4[015]|8(?:(?:3[35]|6[68]|99)\d|7(?:[27]\d|4[015])))\d|5(?:[0-489]\d|56))\d{4}|8[4-7]\d{5}', '{7,9}', true),
  ('GN', '224', '00', null, null, '722\d{6}|(?:3|6\d)\d{7}', '6[0-356]\d{7}', '{8,9}', true),
  ('GP', '590', '00', '0', null, '7090\d{5}|(?:[56]9|[89]\d)\d{7}', '(?:69(?:0\d\d|1(?:2[2-9]|3[0-5]))|7090[0-4])\d{4}', '{9}', true),
  ('GQ', '240', '00', null, null, '222\d{6}|(?:3\d|55|[89]0)\d{7}', '(?:222|55\d)\d{6}', '{9}', true),
  ('GR', '30', '00', null, null, '5005000\d{3}|8\d{9,11}|(?:[269]\d|70)\d{8}', '68[57-9]\d{7}|(?:69|94)\d{8}', '{10,11,12}', true),
  ('GT', '502', '00', null, null, '80\d{6}|(?:1\d{3}|[2-7])\d{7}', '(?:[3-5]\d\d|80[0-4])\d{5}', '{8,11}', true),
  ('GU', '1', '011', '([2-9]\d{6})$|1', '671$1', '(?:[58]\d\d|671|900)\d{7}', '671(?:2\d\d|3(?:00|3[39]|4[349]|55|6[26])|4(?:00|56|7[1-9]|8[02-9])|5(?:55|6[2-5]|88)|6(?:3[2-578]|4[24-9]|5[34]|78|8[235-9])|7(?:[0479]7|2[0167]|3[45]|8[7-9])|8(?:[2-57-9]8|6[478])|9(?:2[29]|6[79]|7[1279]|8[7-9]|9[16-9]))\d{4}', '{10}', false),
  ('GW', '245', '00', null, null, '[49]\d{8}|4\d{6}', '9(?:5\d|6[569]|77)\d{6}', '{7,9}', true),
  ('GY', '592', '001', null, null, '(?:[2-8]\d{3}|9008)\d{3}', '(?:51[01]|6\d\d|7(?:[0-6]\d|70|8[0167]))\d{4}', '{7}', true),
  ('HK', '852', '00(?:30|5[09]|[126-9]?)', null, null, '8[0-46-9]\d{6,7}|9\d{4,7}|(?:[2-7]|9\d{3})\d{7}', '(?:4(?:0(?:6[0-3]|9[3-6])|24[3-6]|44[0-35-9]|6(?:4[0-57-9]|6[0-6])|7(?:4[0-48]|6[0-5]))|5(?:25[3-7]|35[4-8]|73[0-6]|95[0-8])|6(?:26[013-8]|(?:66|78)[0-5])|7(?:0(?:7[1-8]|8[0-8])|10[1-4])|84(?:4[0-2]|8[0-35-9])|9(?:29[013-9]|39[014-9]|59[0-467]|899))\d{4}|(?:4(?:4[0-35-9]|6[0-357-9]|7[0-35])|5(?:[1-59][0-46-9]|6[0-4689]|7[0-246-9])|6(?:0[1-9]|[13-59]\d|[268][0-57-9]|7[0-79])|70[1-59]|84[0-39]|9(?:0[1-9]|1[02-9]|[2358][0-8]|[467]\d))\d{5}', '{5,6,7,8,9,11}', true),
  ('HN', '504', '00', null, null, '8\d{10}|[237-9]\d{7}', '[37-9]\d{7}', '{8,11}', true),
  ('HR', '385', '00', '0', null, '[2-69]\d{8}|80\d{5,7}|[1-79]\d{7}|6\d{6}', '9(?:(?:0[1-9]|[12589]\d)\d\d|7(?:[0679]\d\d|5(?:[01]\d|44|55|77|9[5-79])))\d{4}|98\d{6}', '{7,8,9}', true),
  ('HT', '509', '00', null, null, '[2-589]\d{7}', '(?:[34]\d|5[568])\d{6}', '{8}', true),
  ('HU', '36', '00', '06', null, '[235-7]\d{8}|[1-9]\d{7}', '(?:[257]0|3[01])\d{7}', '{8,9}', true),
  ('ID', '62', '00[89]', '0', null, '00[1-9]\d{9,14}|(?:[1-36]|8\d{5})\d{6}|00\d{9}|[1-9]\d{8,10}|[2-9]\d{7}', '8[1-35-9]\d{7,10}', '{7,8,9,10,11,12,13,14,15,16,17}', true),
  ('IE', '353', '00', '0', null, '(?:1\d|[2569])\d{6,8}|4\d{6,9}|7\d{8}|8\d{8,9}', '8(?:22|[35-9]\d)\d{6}', '{7,8,9,10}', true),
  ('IL', '972', '0(?:0|1(?:05|[2-9]))', '0', null, '1\d{6}(?:\d{3,5})?|[57]\d{8}|[1-489]\d{7}', '55(?:4(?:0[0-4]|10|6[015-9])|57[0-289]|8[06][0-2])\d{4}|5(?:(?:[0-2][02-9]|[36]\d|[49][2-9]|8[3-7])\d|5(?:01|2\d|3[0-3]|4[3-5]|5[0-25689]|6[6-8]|7[0-267]|8[7-9]|9[1-9]))\d{5}', '{7,8,9,10,11,12}', true),
  ('IM', '44', '00', '([25-8]\d{5})$|0|180020', '1624$1', '1624\d{6}|(?:[3578]\d|90)\d{8}', '76245[06]\d{4}|7(?:4576|[59]24\d|624[0-4689])\d{5}', '{10}', false),
  ('IN', '91', '00', '0', null, '(?:000800|[2-9]\d\d)\d{7}|1\d{7,12}', '(?:6(?:1279|828[01489])|7(?:887[02-9]|9313)|8(?:079[04-9]|(?:84|91)7[02-8]))\d{5}|(?:160[01]|6(?:(?:12|[2-4]1|5[17]|6[13]|80)[0189]|7(?:1[0189]|86))|7(?:1(?:2[0189]|9[0-5])|3(?:2[5-8]|[34][017-9]|9[016-9])|5(?:[15][017-9]|2[04-9]|9[7-9])|6(?:0[0-47]|1[0-257-9]|2[0-4]|3[19]|5[4589])|70[0289]|88[089])|8(?:0(?:6[67]|7[02-8])|70[017-9]|84[01489]|91[0-289]))\d{6}|(?:731|8(?:16|2[014]|3[126]|6[136]|7[78]|83))(?:[0189]\d|7[02-8])\d{5}|(?:6(?:(?:1[1358]|2[2457]|3[2-4]|4[235-7]|5[2-689]|6[24578])\d|7(?:[23569]\d|4[0189]|8[0-57-9])|8(?:[14-6]\d|2[0-79]))|7(?:1(?:[013-8]\d|9[6-9])|3(?:2[0-49]|9[2-5])|5(?:2[1-3]|9[0-6])|6(?:0[5689]|2[5-9]|3[02-8]|4\d|5[0-367])|70[13-7]|881))[0189]\d{5}|(?:6(?:[09]\d|1[04679]|2[03689]|3[05-9]|4[0489]|50|6[069]|7[07]|8[7-9])|7(?:[024]\d|3[05-8]|5[0346-8]|6[6-9]|7[1-9]|8[0-79]|9[06-9])|8(?:0[01589]|1[0-57-9]|2[235-9]|3[03-57-9]|[45]\d|6[02457-9]|7[1-69]|8[0-25-9]|9[02-9])|9\d\d)\d{7}', '{8,9,10,11,12,13}', true),
  ('IO', '246', '00', null, null, '3\d{6}', '38\d{5}', '{7}', true),
  ('IQ', '964', '00', '0', null, '(?:1|7\d\d)\d{7}|[2-6]\d{7,8}', '7[3-9]\d{8}', '{8,9,10}', true),
  ('IR', '98', '00', '0', null, '[1-9]\d{9}|(?:[1-8]\d\d|9)\d{3,4}', '9(?:(?:0[0-5]|[13]\d|2[0-3])\d\d|9(?:[0-46]\d\d|5(?:10|5\d)|8(?:[12]\d|3[0-2]|88)|9(?:[0-359]\d|69|77|8[7-9])))\d{5}', '{4,5,6,7,10}', true),
  ('IS', '354', '00|1(?:0(?:01|[12]0)|100)', null, null, '(?:38\d|[4-9])\d{6}', '(?:38[589]\d\d|6(?:1[1-8]|2[0-6]|3[026-9]|4[014679]|5[0159]|6[0-69]|70|8[06-8]|9\d)|7(?:5[057]|[6-9]\d)|8(?:2[0-59]|[3-69]\d|8[238]))\d{4}', '{7,9}', true),
  ('IT', '39', '00', null, null, '0\d{5,11}|1\d{8,10}|3(?:[0-8]\d{7,10}|9\d{7,8})|(?:43|55|70)\d{8}|8\d{5}(?:\d{2,4})?', '3[2-9]\d{7,8}|(?:31|43)\d{8}', '{6,7,8,9,10,11,12}', true),
  ('JE', '44', '00', '([0-24-8]\d{5})$|0|180020', '1534$1', '1534\d{6}|(?:[3578]\d|90)\d{8}', '7(?:(?:(?:50|82)9|937)\d|7(?:00[378]|97\d))\d{5}', '{10}', false),
  ('JM', '1', '011', '1', null, '(?:[58]\d\d|658|900)\d{7}', '(?:6582(?:[0-4]\d|95)|876(?:2(?:0[1-9]|[13-9]\d|2[013-9])|[348]\d\d|5(?:0[1-9]|[1-9]\d)|6(?:4[89]|6[67])|7(?:0[07]|7\d|8[1-47-9]|9[0-36-9])|9(?:[01]9|9[0579])))\d{4}', '{10}', false),
  ('JO', '962', '00', '0', null, '(?:(?:[2689]|7\d)\d|32|427|53)\d{6}', '(?:427|7(?:11|[29]\d|[78][0-25-9]))\d{6}', '{8,9}', true),
  ('JP', '81', '010', '(000[2569]\d{4,6})$|(?:(?:003768)0?)|0', '$1', '00[1-9]\d{6,14}|[25-9]\d{9}|(?:00|[1-9]\d\d)\d{6}', '[6-9]0[1-9]\d{7}', '{8,9,10,11,12,13,14,15,16,17}', true),
  ('KE', '254', '000', '0', null, '(?:[17]\d\d|900)\d{6}|(?:2|80)0\d{6,7}|[4-6]\d{6,8}', '(?:1(?:0[0-8]|[18]\d|2[014]|3[05-9]|4[0-6])|7\d\d)\d{6}', '{7,8,9,10}', true),
  ('KG', '996', '00', '0', null, '8\d{9}|[235-9]\d{8}', '312(?:58\d|973)\d{3}|(?:2(?:0[0-35]|2\d)|5[0-24-7]\d|600|7(?:[07]\d|55)|88[08]|9(?:12|9[05-9]))\d{6}', '{9,10}', true),
  ('KH', '855', '00[14-9]', '0', null, '1\d{9}|[1-9]\d{7,8}', '(?:(?:1[28]|3[18]|9[67])\d|6[016-9]|7(?:[07-9]|[16]\d)|8(?:[013-79]|8\d))\d{6}|(?:1\d|9[0-57-9])\d{6}|(?:2[3-6]|3[2-6]|4[2-4]|[5-7][2-5])48\d{5}', '{8,9,10}', true),
  ('KI', '686', '00', '0', null, '(?:[37]\d|6[0-79])\d{6}|(?:[2-48]\d|50)\d{3}', '(?:6200[01]|7(?:310[1-9]|5(?:02[03-9]|12[0-47-9]|22[0-7]|[34](?:0[1-9]|8[02-9])|50[1-9])))\d{3}|(?:63\d\d|7(?:(?:[0146-9]\d|2[0-689])\d|3(?:[02-9]\d|1[1-9])|5(?:[0-2][013-9]|[34][1-79]|5[1-9]|[6-9]\d)))\d{4}', '{5,8}', true),
  ('KM', '269', '00', null, null, '[3478]\d{6}', '[34]\d{6}', '{7}', true),
  ('KN', '1', '011', '([2-7]\d{6})$|1', '869$1', '(?:[58]\d\d|900)\d{7}', '869(?:48[89]|55[6-8]|66\d|76[02-7])\d{4}', '{10}', false),
  ('KP', '850', '00|99', '0', null, '85\d{6}|(?:19\d|[2-7])\d{7}', '19[1-3]\d{7}', '{8,10}', true),
  ('KR', '82', '00(?:[125689]|3(?:[46]5|91)|7(?:00|27|3|55|6[126]))', '0(8(?:[1-46-8]|5\d\d))?', null, '00[1-9]\d{8,11}|(?:[12]|5\d{3})\d{7}|[13-6]\d{9}|(?:[1-6]\d|80)\d{7}|[3-6]\d{4,5}|(?:00|7)0\d{8}', '1(?:05(?:[0-8]\d|9[0-6])|22[13]\d)\d{4,5}|1(?:0[0-46-9]|[16-9]\d|2[013-9])\d{6,7}', '{5,6,8,9,10,11,12,13,14}', true),
  ('KW', '965', '00', null, null, '18\d{5}|(?:[2569]\d|41)\d{6}', '(?:41\d\d|5(?:(?:[05]\d|1[0-7]|6[56])\d|2(?:22|5[25])|7(?:55|77)|88[58]|999)|6(?:(?:0[034679]|5[015-9]|6\d)\d|1(?:00|11|6[16])|2[26]2|3[36]3|4[46]4|7(?:0[013-9]|[67]\d)|8[68]8|9(?:[069]\d|3[039]))|9(?:(?:[04679]\d|8[057-9])\d|1(?:00|1[01]|99)|2(?:00|2\d)|3(?:00|3[03])|5(?:00|5\d)))\d{4}', '{7,8}', true),
  ('KY', '1', '011', '([2-9]\d{6})$|1', '345$1', '(?:345|[58]\d\d|900)\d{7}', '345(?:32[1-9]|4(?:1[2-6]|2[0-4])|5(?:1[67]|2[5-79]|4[6-9]|50|76)|649|82[56]|9(?:1[679]|2[2-9]|3[06-9]|90))\d{4}', '{10}', false),
  ('KZ', '7', '810', '8', null, '8\d{13}|[78]\d{9}', '7(?:0[0-25-8]|47|6[0-4]|7[15-8]|85)\d{7}', '{10,14}', false),
  ('LA', '856', '00', '0', null, '(?:2\d|3)\d{8}|(?:[235-8]\d|41)\d{6}', '208[78]\d{6}|(?:20[23579]|30)\d{7}', '{8,9,10}', true),
  ('LB', '961', '00', '0', null, '[27-9]\d{7}|[13-9]\d{6}', '(?:(?:3|81)\d|7(?:[01]\d|6[013-9]|8[7-9]|9[0-4]))\d{5}', '{7,8}', true),
  ('LC', '1', '011', '([2-8]\d{6})$|1', '758$1', '(?:[58]\d\d|758|900)\d{7}', '758(?:28[4-7]|384|4(?:6[01]|8[4-9])|5(?:1[89]|20|84)|7(?:1[2-9]|2\d|3[0-3])|812)\d{4}', '{10}', false),
  ('LI', '423', '00', '(1001)|0', null, '[68]\d{8}|(?:[2378]\d|90)\d{5}', '(?:6(?:(?:4[5-9]|5\d)\d|6(?:[024-68]\d|1[01]|3[7-9]|7[02]))\d|7(?:[37-9]\d|42|56))\d{4}', '{7,9}', true),
  ('LK', '94', '00', '0', null, '[1-9]\d{8}', '7(?:[0-25-8]\d|4[0-4])\d{6}', '{9}', true),
  ('LR', '231', '00', '0', null, '(?:[2457]\d|33|88)\d{7}|(?:2\d|[4-6])\d{6}', '(?:(?:(?:22|33)0|555|7(?:6[01]|7\d)|88\d)\d|4(?:240|[67]))\d{5}|[56]\d{6}', '{7,8,9}', true),
  ('LS', '266', '00', null, null, '(?:[256]\d\d|800)\d{5}', '[56]\d{7}', '{8}', true),
  ('LT', '370', '00', '[08]', null, '(?:[3469]\d|52|[78]0)\d{6}', '6\d{7}', '{8}', true),
  ('LU', '352', '00', '(15(?:0[06]|1[12]|[35]5|4[04]|6[26]|77|88|99)\d)', null, '35[013-9]\d{4,8}|6\d{8}|35\d{2,4}|(?:[2457-9]\d|3[0-46-9])\d{2,9}', '6(?:[26][18]|5[1568]|7[189]|81|9[128])\d{6}', '{4,5,6,7,8,9,10,11}', true),
  ('LV', '371', '00', null, null, '(?:[268]\d|78|90)\d{6}', '2333[0-8]\d{3}|2(?:[0-24-9]\d\d|3(?:0[07]|[14-9]\d|2[02-9]|3[0-24-9]))\d{4}', '{8}', true),
  ('LY', '218', '00', '0', null, '[2-9]\d{8}', '9[1-6]\d{7}', '{9}', true),
  ('MA', '212', '00', '0', null, '[5-8]\d{8}', '(?:6(?:[0-79]\d|8[0-247-9])|7(?:[016-8]\d|2[0-8]|3[01]|5[0-5]))\d{6}', '{9}', true),
  ('MC', '377', '00', '0', null, '(?:[3489]|[67]\d)\d{7}', '4(?:[46]\d|5[1-9])\d{5}|(?:3|[67]\d)\d{7}', '{8,9}', true),
  ('MD', '373', '00', '0', null, '(?:[235-7]\d|[89]0)\d{6}', '562\d{5}|(?:6\d|7[16-9])\d{6}', '{8}', true),
  ('ME', '382', '00', '0', null, '(?:20|[3-79]\d)\d{6}|80\d{6,7}', '6(?:[07-9]\d|3[024]|6[0-25])\d{5}', '{8,9}', true),
  ('MF', '590', '00', '0', null, '7090\d{5}|(?:[56]9|[89]\d)\d{7}', '(?:69(?:0\d\d|1(?:2[2-9]|3[0-5]))|7090[0-4])\d{4}', '{9}', false),
  ('MG', '261', '00', '([24-9]\d{6})$|0', '20$1', '[23]\d{8}', '3[2-9]\d{7}', '{9}', true),
  ('MH', '692', '011', '1', null, '329\d{4}|(?:[256]\d|45)\d{5}', '(?:(?:23|54)5|329|45[35-8])\d{4}', '{7}', true),
  ('MK', '389', '00', '0', null, '[2-578]\d{7}', '7(?:3555|(?:474|9[019]7)7)\d{3}|7(?:[0-25-8]\d\d|3(?:[1-478]\d|6[01])|4(?:2\d|60|7[01578])|9(?:[2-4]\d|5[01]|7[015]))\d{4}', '{8}', true),
  ('ML', '223', '00', null, null, '[24-9]\d{7}', '2(?:0(?:01|79)|17\d)\d{4}|(?:5[0-3]|[679]\d|8[2-59])\d{6}', '{8}', true),
  ('MM', '95', '00', '0', null, '1\d{5,7}|95\d{6}|(?:[4-7]|9[0-46-9])\d{6,8}|(?:2|8\d)\d{5,8}', '(?:17[01]|9(?:2(?:[0-4]|[56]\d\d)|(?:3(?:[0-36]|4\d)|(?:6\d|8[89]|9[4-8])\d|7(?:3|40|[5-9]\d))\d|4(?:(?:[0245]\d|[1379])\d|88)|5[0-6])\d)\d{4}|9[69]1\d{6}|9(?:[68]\d|9[089])\d{5}', '{6,7,8,9,10}', true),
  ('MN', '976', '001', '0', null, '[12]\d{7,9}|[5-9]\d{7}', '(?:87[01]|92[0139])\d{5}|(?:5[05]|6[069]|7[28]|8[0135689]|9[013-9])\d{6}', '{8,9,10}', true),
  ('MO', '853', '00', null, null, '0800\d{3}|(?:28|[68]\d)\d{6}', '6800[0-79]\d{3}|6(?:[235]\d\d|6(?:0[0-5]|[1-9]\d)|8(?:0[1-9]|[14-8]\d|2[5-9]|[39][0-4]))\d{4}', '{7,8}', true),
  ('MP', '1', '011', '([2-9]\d{6})$|1', '670$1', '[58]\d{9}|(?:67|90)0\d{7}', '670(?:2(?:3[3-7]|56|8[4-8])|32[1-38]|4(?:33|8[348])|5(?:32|55|88)|6(?:64|70|82)|78[3589]|8[3-9]8|989)\d{4}', '{10}', false),
  ('MQ', '596', '00', '0', null, '7091\d{5}|(?:[56]9|[89]\d)\d{7}', '(?:69[67]\d\d|7091[0-3])\d{4}', '{9}', true),
  ('MR', '222', '00', null, null, '(?:[2-4]\d\d|800)\d{5}', '[2-4][0-46-9]\d{6}', '{8}', true),
  ('MS', '1', '011', '([34]\d{6})$|1', '664$1', '(?:[58]\d\d|664|900)\d{7}', '664(?:3(?:49|9[1-6])|49[2-6])\d{4}', '{10}', false),
  ('MT', '356', '00', null, null, '3550\d{4}|(?:[2579]\d\d|800)\d{5}', '(?:7(?:210|[79]\d\d)|9(?:[29]\d\d|69[67]|8(?:1[1-3]|89|97)))\d{4}', '{8}', true),
  ('MU', '230', '0(?:0|[24-7]0|3[03])', null, null, '(?:[57]|8\d\d)\d{7}|[2-468]\d{6}', '5(?:4(?:2[1-389]|7[1-9])|87[15-8])\d{4}|(?:5(?:2[5-9]|4[3-689]|[57]\d|8[0-689]|9[0-8])|7(?:0[0-7]|3[013]))\d{5}', '{7,8,10}', true),
  ('MV', '960', '0(?:0|19)', null, null, '(?:800|9[0-57-9]\d)\d{7}|[34679]\d{6}', '(?:46[46]|[79]\d\d)\d{4}', '{7,10}', true),
  ('MW', '265', '00', '0', null, '(?:[1289]\d|31|77)\d{7}|1\d{6}', '111\d{6}|(?:2[12]|31|77|[89][89])\d{7}', '{7,9}', true),
  ('MX', '52', '0[09]', null, null, '[2-9]\d{9}', '(?:2(?:2\d|3[1-35-8]|4[13-9]|7[1-689]|8[1-578]|9[467])|3(?:1[1-79]|[2458][1-9]|3\d|7[1-8]|9[1-5])|4(?:1[1-57-9]|[267][1-9]|3[1-8]|[45]\d|8[1-35-9]|9[2-689])|5(?:[56]\d|88|9[1-79])|6(?:1[2-68]|[2-4][1-9]|5[1-36-9]|6[0-57-9]|7[1-7]|8[67]|9[4-8])|7(?:[1346][1-9]|[27]\d|5[13-9]|8[1-69]|9[17])|8(?:1\d|2[13-689]|3[1-6]|4[124-6]|6[1246-9]|7[0-378]|9[12479])|9(?:1[346-9]|2[1-4]|3[2-46-8]|5[1348]|[69]\d|7[12]|8[1-8]))\d{7}', '{10}', true),
  ('MY', '60', '00', '0', null, '1\d{8,9}|(?:3\d|[4-9])\d{7}', '1(?:(?:1888[689]|4400|8(?:47|8[27])[0-4])\d{4}|9\d{7,8})|1(?:0(?:[23568]\d|4[0-6]|7[016-9]|9[0-8])|1(?:[1-5]\d\d|6(?:0[5-9]|[1-9]\d)|7(?:[0-4]\d|5[0-79]|6[02-4]|8[02-5]))|(?:[26]\d|[37][1-9]|4[235-9])\d|5(?:31|9\d\d)|8(?:1[23]|[236]\d|4[06]|5(?:46|[7-9])|7[016-9]|8[01]|9[0-8]))\d{5}', '{8,9,10}', true),
  ('MZ', '258', '00', null, null, '(?:2|8\d)\d{7}', '8[2-9]\d{7}', '{8,9}', true),
  ('NA', '264', '00', '0', null, '[68]\d{7,8}', '(?:60|8[1245])\d{7}', '{8,9}', true),
  ('NC', '687', '00', null, null, '(?:050|[2-57-9]\d\d)\d{3}', '(?:[579]\d|8[0-79])\d{4}', '{6}', true),
  ('NE', '227', '00', null, null, '[027-9]\d{7}', '(?:23|7[0467]|[89]\d)\d{6}', '{8}', true),
  ('NF', '672', '00', '([0-258]\d{4})$', '3$1', '[13]\d{5}', '(?:14|3[58])\d{4}', '{6}', true),
  ('NG', '234', '009', '0', null, '(?:20|9\d)\d{8}|[78]\d{9,13}', '(?:702[0-24-9]|819[01])\d{6}|(?:7(?:0[13-9]|[12]\d)|8(?:0[1-9]|1[0-8])|9(?:0[1-9]|1[0-6]))\d{7}', '{10,11,12,13,14}', true),
  ('NI', '505', '00', null, null, '(?:1800|[25-8]\d{3})\d{4}', '(?:5(?:5[0-7]|[78]\d)|6(?:20|3[035]|4[045]|5[05]|77|8[1-9]|9[059])|(?:7[5-8]|8\d)\d)\d{5}', '{8}', true),
  ('NL', '31', '00', '0', null, '(?:[124-7]\d\d|3(?:[02-9]\d|1[0-8]))\d{6}|8\d{6,9}|9\d{6,10}|1\d{4,5}', '(?:6[1-58]|970\d)\d{7}', '{5,6,7,8,9,10,11}', true),
  ('NO', '47', '00', null, null, '(?:0|[2-9]\d{3})\d{4}', '45(?:[0-24-9]\d|3[0-57-9])\d{4}|(?:4[016-8]|9\d)\d{6}', '{5,8}', true),
  ('NP', '977', '00', '0', null, '(?:1\d|9)\d{9}|[1-9]\d{7}', '9(?:00|6[0-3]|7[0-24-6]|8[0-24-68])\d{7}', '{8,10,11}', true),
  ('NR', '674', '00', null, null, '(?:222|444|(?:55|8\d)\d|666|777|999)\d{4}', '(?:222|55[3-9]|666|777|8\d\d|999)\d{4}', '{7}', true),
  ('NU', '683', '00', null, null, '(?:[4-7]|888\d)\d{3}', '(?:[56]|888[1-9])\d{3}', '{4,7}', true),
  ('NZ', '64', '0(?:0|161)', '0', null, '[1289]\d{9}|50\d{5}(?:\d{2,3})?|[27-9]\d{7,8}|(?:[34]\d|6[0-35-9])\d{6}|8\d{4,6}', '2(?:[0-27-9]\d|6)\d{6,7}|2(?:1\d|75)\d{5}', '{5,6,7,8,9,10}', true),
  ('OM', '968', '00', null, null, '(?:1505|[279]\d{3}|500)\d{4}|800\d{5,6}', '(?:1505|90[1-9]\d)\d{4}|(?:7[124-9]|9[1-9])\d{6}', '{7,8,9}', true),
  ('PA', '507', '00', null, null, '(?:00800|8\d{3})\d{6}|[68]\d{7}|[1-57-9]\d{6}', '(?:1[16]1|21[89]|6\d{3}|8(?:1[01]|7[23]))\d{4}', '{7,8,10,11}', true),
  ('PE', '51', '00|19(?:1[124]|77|90)00', '0', null, '(?:[14-8]|9\d)\d{7}', '9\d{8}', '{8,9}', true),
  ('PF', '689', '00', null, null, '4\d{5}(?:\d{2})?|8\d{7,8}', '8[7-9]\d{6}', '{6,8,9}', true),
  ('PG', '675', '00|140[1-3]', null, null, '(?:180|[78]\d{3})\d{4}|(?:[2-589]\d|64)\d{5}', '(?:7\d|8[1-58])\d{6}', '{7,8}', true),
  ('PH', '63', '00', '0', null, '(?:[2-7]|9\d)\d{8}|2\d{5}|(?:1800|8)\d{7,9}', '(?:8(?:1[37]|9[5-8])|9(?:0[5-9]|1[0-24-9]|[235-7]\d|4[2-9]|8[135-9]|9[1-9]))\d{7}', '{6,8,9,10,11,12,13}', true),
  ('PK', '92', '00', '0', null, '122\d{6}|[24-8]\d{10,11}|9(?:[013-9]\d{8,10}|2(?:[01]\d\d|2(?:[06-8]\d|1[01]))\d{7})|(?:[2-8]\d{3}|92(?:[0-7]\d|8[1-9]))\d{6}|[24-9]\d{8}|[89]\d{7}', '3(?:[0-247]\d|3[0-79]|55|64)\d{7}', '{8,9,10,11,12}', true),
  ('PL', '48', '00', null, null, '(?:6|8\d\d)\d{7}|[1-9]\d{6}(?:\d{2})?|[26]\d{5}', '21(?:1[013-5]|2\d|3[1-9])\d{5}|(?:45|5[0137]|6[069]|7[2389]|88)\d{7}', '{6,7,8,9,10}', true),
  ('PM', '508', '00', '0', null, '[78]\d{8}|[2-9]\d{5}', '708(?:4[0-5]|5[0-6])\d{4}|(?:[236-9]\d|4[02-489]|5[02-9])\d{4}', '{6,9}', true),
  ('PR', '1', '011', '1', null, '(?:[589]\d\d|787)\d{7}', '(?:787|939)[2-9]\d{6}', '{10}', false),
  ('PS', '970', '00', '0', null, '[2489]2\d{6}|(?:1\d|5)\d{8}', '5[69]\d{7}', '{8,9,10}', true),
  ('PT', '351', '00', null, null, '1693\d{5}|(?:[26-9]\d|30)\d{7}', '6(?:[06]92(?:30|9\d)|[35]92(?:[049]\d|3[034]))\d{3}|(?:(?:16|6[0356])93|9(?:[1-36]\d\d|480))\d{5}', '{9}', true),
  ('PW', '680', '01[12]', null, null, '(?:[24-8]\d\d|345|900)\d{4}', '(?:(?:46|83)[0-5]|(?:6[2-4689]|78)0)\d{4}|(?:45|77|88)\d{5}', '{7}', true),
  ('PY', '595', '00', '0', null, '[36-8]\d{5,8}|4\d{6,8}|59\d{6}|9\d{5,10}|(?:2\d|5[0-8])\d{6,7}', '9881\d{5}|9(?:51|6[129]|7[1-6]|8[1-7]|9[1-5])\d{6}', '{6,7,8,9,10,11}', true),
  ('QA', '974', '00', null, null, '800\d{4}|(?:2|800)\d{6}|(?:0080|[3-7])\d{7}', '[35-7]\d{7}', '{7,8,9,11}', true),
  ('RE', '262', '00', '0', null, '709\d{6}|(?:26|[689]\d)\d{7}', '(?:69(?:2\d\d|3(?:[06][0-6]|1[0-3]|2[0-2]|3[0-39]|4\d|5[0-5]|7[0-37]|8[0-8]|9[0-479]))|7092[0-3])\d{4}', '{9}', true),
  ('RO', '40', '00', '0', null, '(?:[2378]\d|90)\d{7}|[23]\d{5}', '7020\d{5}|7(?:0[013-9]|1[0-3]|[2-7]\d|8[03-8]|9[0-39])\d{6}', '{6,9}', true),
  ('RS', '381', '00', '0', null, '38[02-9]\d{6,9}|6\d{7,9}|90\d{4,8}|38\d{5,6}|(?:7\d\d|800)\d{3,9}|(?:[12]\d|3[0-79])\d{5,10}', '6(?:[0-689]|7\d)\d{6,7}', '{6,7,8,9,10,11,12}', true),
  ('RU', '7', '810', '8', null, '8\d{13}|[347-9]\d{9}', '9(?:[0-24-9]\d{4}|3(?:0(?:0(?:05|[124579]\d|3[0-7]|6[0-49]|8[04-9])|[1-9]\d\d)|[1-9]\d{3}))\d{4}', '{10,14}', true),
  ('RW', '250', '00', '0', null, '(?:06|[27]\d\d|[89]00)\d{6}', '7[237-9]\d{7}', '{8,9}', true),
  ('SA', '966', '00', '0', null, '(?:[15]\d|800|92)\d{7}', '579[0-8]\d{5}|5(?:[013-689]\d|7[0-8])\d{6}', '{9,10}', true),
  ('SB', '677', '0[01]', null, null, '[6-9]\d{6}|[1-6]\d{4}', '(?:48|99[0-8]\d)\d{3}|(?:6[89]|7[1-9]|8[4-9]|9[0-8])\d{5}', '{5,7}', true),
  ('SC', '248', '010|0[0-2]', null, null, '(?:[2489]\d|64)\d{5}', '2[125-8]\d{5}', '{7}', true),
  ('SD', '249', '00', '0', null, '[19]\d{8}', '(?:1[0-2]|9[0-3569])\d{7}', '{9}', true),
  ('SE', '46', '00', '0', null, '(?:[26]\d\d|9)\d{9}|[1-9]\d{8}|[1-689]\d{7}|[1-4689]\d{6}|2\d{5}', '7[023689]\d{7}', '{6,7,8,9,10,12}', true),
  ('SG', '65', '0[0-3]\d', null, null, '(?:(?:1\d|8)\d\d|7000)\d{7}|[3689]\d{7}', '80[1-9]\d{5}|(?:8[1-9]|9[0-8])\d{6}', '{8,10,11}', true),
  ('SH', '290', '00', null, null, '(?:[2569]\d|8)\d{3}', '[569]\d{4}', '{4,5}', true),
  ('SI', '386', '00|10(?:22|66|88|99)', '0', null, '[1-7]\d{7}|8\d{4,7}|90\d{4,6}', '65(?:[178]\d|5[56]|6[01])\d{4}|(?:[37][01]|4[013]|51|6[489])\d{6}', '{5,6,7,8}', true),
  ('SJ', '47', '00', null, null, '0\d{4}|(?:[489]\d|79)\d{6}', '45(?:[0-24-9]\d|3[0-57-9])\d{4}|(?:4[016-8]|9\d)\d{6}', '{5,8}', false),
  ('SK', '421', '00', '0', null, '[2-689]\d{8}|[2-59]\d{6}|[2-5]\d{5}', '909[1-9]\d{5}|9(?:0[1-8]|1[0-24-9]|4[03-57-9]|5\d)\d{6}', '{6,7,9}', true),
  ('SL', '232', '00', '0', null, '(?:[237-9]\d|66)\d{6}', '(?:25|3[0-5]|66|7\d|8[08]|9[09])\d{6}', '{8}', true),
  ('SM', '378', '00', '([89]\d{5})$', '0549$1', '(?:0549|[5-7]\d)\d{6}', '6[16]\d{6}', '{8,10}', true),
  ('SN', '221', '00', null, null, '(?:[378]\d|93)\d{7}', '7(?:[015-8]\d|21|90)\d{6}', '{9}', true),
  ('SO', '252', '00', '0', null, '[346-9]\d{8}|[12679]\d{7}|[1-5]\d{6}|[1348]\d{5}', '(?:(?:15|(?:3[59]|4[89]|6\d|7[0-35-9]|8[08])\d|9(?:0\d|[2-9]))\d|2(?:4\d|8))\d{5}|(?:[67]\d\d|904)\d{5}', '{6,7,8,9}', true),
  ('SR', '597', '00', null, null, '(?:[2-5]|[6-9]\d)\d{5}', '(?:6[08]|7[1-79]|8[1-9])\d{5}', '{6,7}', true),
  ('SS', '211', '00', '0', null, '[19]\d{8}', '(?:12|9[1257-9])\d{7}', '{9}', true),
  ('ST', '239', '00', null, null, '(?:22|9\d)\d{5}', '900[5-9]\d{3}|9(?:0[1-9]|[89]\d)\d{4}', '{7}', true),
  ('SV', '503', '00', null, null, '[25-7]\d{7}|(?:80\d|900)\d{4}(?:\d{4})?', '[5-7]\d{7}', '{7,8,11}', true),
  ('SX', '1', '011', '(5\d{6})$|1', '721$1', '7215\d{6}|(?:[58]\d\d|900)\d{7}', '7215(?:1[02]|2\d|5[034679]|8[0-24-8])\d{4}', '{10}', false),
  ('SY', '963', '00', '0', null, '[1-359]\d{8}|[1-5]\d{7}', '(?:50|9[03-689])\d{7}', '{8,9}', true),
  ('SZ', '268', '00', null, null, '0800\d{4}|(?:[237]\d|900)\d{6}', '7[5-9]\d{6}', '{8,9}', true),
  ('TA', '290', '00', null, null, '8\d{3}', '8\d{3}', '{4}', false),
  ('TC', '1', '011', '([2-479]\d{6})$|1', '649$1', '(?:[58]\d\d|649|900)\d{7}', '649(?:2(?:3[129]|4[1-79])|3\d\d|4[34][1-3])\d{4}', '{10}', false),
  ('TD', '235', '00|16', null, null, '(?:22|[3689]\d|77)\d{6}', '(?:3[01]|[69]\d|77|8[5-7])\d{6}', '{8}', true),
  ('TG', '228', '00', null, null, '[279]\d{7}', '(?:7[0-389]|9[0-36-9])\d{6}', '{8}', true),
  ('TH', '66', '00[1-9]', '0', null, '(?:001800|[2-57]|[689]\d)\d{7}|1\d{7,9}', '(?:(?:14|[89]\d)\d\d|6(?:[1-6]\d\d|7(?:1[0-8]|2[4-7]|3[1-6])))\d{5}', '{8,9,10,13}', true),
  ('TJ', '992', '810', null, null, '(?:[0-57-9]\d|66)\d{7}', '(?:33[03-9]|4(?:1[18]|4[02-479])|81[1-9])\d{6}|(?:[09]\d|1[0-27-9]|2[0-27]|3[08]|40|5[05]|66|7[0157-9]|8[07-9])\d{7}', '{9}', true),
  ('TK', '690', '00', null, null, '[2-47]\d{3,6}', '7[2-4]\d{2,5}', '{4,5,6,7}', true),
  ('TL', '670', '00', null, null, '7\d{7}|(?:[2-47]\d|[89]0)\d{5}', '7[2-8]\d{6}', '{7,8}', true),
  ('TM', '993', '810', '8', null, '[1-7]\d{7}', '(?:6\d|7[12])\d{6}', '{8}', true),
  ('TN', '216', '00', null, null, '[2-57-9]\d{7}', '3(?:001|[12]40)\d{4}|(?:(?:[259]\d|4[0-8])\d|3(?:1[1-35]|6[0-4]|91))\d{5}', '{8}', true),
  ('TO', '676', '00', null, null, '(?:0800|(?:[5-8]\d\d|999)\d)\d{3}|[2-8]\d{4}', '(?:5(?:4[0-5]|5[4-6])|6(?:[09]\d|3[02]|8[15-9])|(?:7\d|8[46-9])\d|999)\d{4}', '{5,7}', true),
  ('TR', '90', '00', '0', null, '4\d{6}|8\d{11,12}|(?:[2-58]\d\d|900)\d{7}', '5(?:61(?:011|61\d)|82[2-5]\d\d)\d{4}|5(?:[03-5]\d|1[06]|24|6[24]|7[245]|9[46])\d{7}', '{7,10,12,13}', true),
  ('TT', '1', '011', '([2-46-8]\d{6})$|1', '868$1', '(?:[58]\d\d|900)\d{7}', '868(?:(?:2[5-9]|3\d)\d|4(?:3[0-6]|[6-9]\d)|6(?:20|78|8\d)|7(?:0[1-9]|1[02-9]|[2-9]\d))\d{4}', '{10}', false),
  ('TV', '688', '00', null, null, '(?:2|7\d\d|90)\d{4}', '(?:7[01]\d|90)\d{4}', '{5,6,7}', true),
  ('TW', '886', '0(?:0[25-79]|19)', '0', null, '[2-689]\d{8}|7\d{9,10}|[2-8]\d{7}|2\d{6}', '(?:40001[0-2]|9[0-8]\d{4})\d{3}', '{7,8,9,10,11}', true),
  ('TZ', '255', '00[056]', '0', null, '(?:[25-8]\d|41|90)\d{7}', '(?:6[0-35-9]|7\d)\d{7}', '{9}', true),
  ('UA', '380', '00', '0', null, '[89]\d{9}|[3-9]\d{8}', '790\d{6}|(?:39|50|6[36-8]|7[1-357]|9[1-9])\d{7}', '{9,10}', true),
  ('UG', '256', '00[057]', '0', null, '800\d{6}|(?:[29]0|[347]\d)\d{7}', '7(?:28|34)0\d{5}|7(?:[014-8]\d|2[01467]|3[0-267]|9[0-589])\d{6}', '{9}', true),
  ('US', '1', '011', '1', null, '[2-9]\d{9}|3\d{6}', '983[2-57-9]\d{6}|(?:2(?:0[1-35-9]|1[02-9]|2[03-57-9]|3[1459]|4[08]|5[1-46]|6[0279]|7[02469]|8[13])|3(?:0[1-57-9]|1[02-9]|2[013-79]|3[0-24679]|4[167]|5[0-3]|6[01349]|8[056])|4(?:0[124-9]|1[02-579]|2[3-5]|3[0245]|4[023578]|58|6[349]|7[02589]|8[04])|5(?:0[1-57-9]|1[0235-8]|20|3[0149]|4[01]|5[179]|6[1-47]|7[0-5]|8[0256])|6(?:0[1-35-9]|1[024-9]|2[03689]|3[016]|4[0156]|5[01679]|6[0-279]|78|8[0-269])|7(?:0[1-46-8]|1[2-9]|2[04-8]|3[0-2478]|4[0378]|5[47]|6[02359]|7[0-59]|8[156])|8(?:0[1-68]|1[02-8]|2[0168]|3[0-2589]|4[03578]|5[046-9]|6[02-5]|7[028])|9(?:0[1346-9]|1[02-9]|2[0589]|3[0146-8]|4[01357-9]|5[12469]|7[0-3589]|8[04-69]))[2-9]\d{6}', '{10}', true),
  ('UY', '598', '0(?:0|1[3-9]\d)', '0', null, '0004\d{2,9}|[1249]\d{7}|2\d{3,4}|(?:[49]\d|80)\d{5}', '9[1-9]\d{6}', '{4,5,6,7,8,9,10,11,12,13}', true),
  ('UZ', '998', '00', null, null, '(?:20|33|[5-9]\d)\d{7}', '(?:(?:[25]0|33|8[078]|9[0-57-9])\d{3}|6(?:1(?:2(?:2[01]|98)|35[0-4]|50\d|61[23]|7(?:[01][017]|4\d|55|9[5-9]))|2(?:(?:11|7\d)\d|2(?:[12]1|9[01379])|5(?:[126]\d|3[0-4]))|5(?:19[01]|2(?:27|9[26])|(?:30|59|7\d)\d)|6(?:2(?:1[5-9]|2[0367]|38|41|52|60)|(?:3[79]|9[0-3])\d|4(?:56|83)|7(?:[07]\d|1[017]|3[07]|4[047]|5[057]|67|8[0178]|9[79]))|7(?:2(?:24|3[237]|4[5-9]|7[15-8])|5(?:7[12]|8[0589])|7(?:0\d|[39][07])|9(?:0\d|7[079])))|7(?:[07]\d{3}|2(?:2(?:2[79]|95)|3(?:2[5-9]|6[0-6])|57\d|7(?:0\d|1[17]|2[27]|3[37]|44|5[057]|66|88))|3(?:2(?:1[0-6]|21|3[469]|7[159])|(?:33|9[4-6])\d|5(?:0[0-4]|5[579]|9\d)|7(?:[0-3579]\d|4[0467]|6[67]|8[078]))|4(?:2(?:29|5[0257]|6[0-7]|7[1-57])|5(?:1[0-4]|8\d|9[5-9])|7(?:0\d|1[024589]|2[0-27]|3[0137]|[46][07]|5[01]|7[5-9]|9[079])|9(?:7[015-9]|[89]\d))|5(?:112|2(?:0\d|2[29]|[49]4)|3[1568]\d|52[6-9]|7(?:0[01578]|1[017]|[23]7|4[047]|[5-7]\d|8[78]|9[079]))|9(?:22[128]|3(?:2[0-4]|7\d)|57[02569]|7(?:2[05-9]|3[37]|4\d|60|7[2579]|87|9[07]))))\d{4}', '{9}', true),
  ('VA', '39', '00', null, null, '0\d{5,10}|3[0-8]\d{7,10}|55\d{8}|8\d{5}(?:\d{2,4})?|(?:1\d|39)\d{7,8}', '3[1-9]\d{8}|3[2-9]\d{7}', '{6,7,8,9,10,11,12}', false),
  ('VC', '1', '011', '([2-7]\d{6})$|1', '784$1', '(?:[58]\d\d|784|900)\d{7}', '784(?:4(?:3[0-5]|5[45]|89|9[0-8])|5(?:2[6-9]|3[0-4])|720)\d{4}', '{10}', false),
  ('VE', '58', '00', '0', null, '[68]00\d{7}|(?:[24]\d|[59]0)\d{8}', '4(?:1[24-8]|2[246])\d{7}', '{10}', true),
  ('VG', '1', '011', '([2-578]\d{6})$|1', '284$1', '(?:284|[58]\d\d|900)\d{7}', '284(?:245|3(?:0[0-3]|4[0-7]|68|9[34])|4(?:4[0-6]|68|9[69])|5(?:4[0-7]|68|9[69]))\d{4}', '{10}', false),
  ('VI', '1', '011', '([2-9]\d{6})$|1', '340$1', '[58]\d{9}|(?:34|90)0\d{7}', '340(?:2(?:0\d|10|2[06-8]|4[49]|77)|3(?:32|44)|4(?:2[23]|44|7[34]|89)|5(?:1[34]|55)|6(?:2[56]|4[23]|77|9[023])|7(?:1[2-57-9]|2[57]|7\d)|884|998)\d{4}', '{10}', false),
  ('VN', '84', '00', '0', null, '[12]\d{9}|[135-9]\d{8}|[16]\d{6,7}|7\d{6}', '121[0-3]\d{5}|(?:1[46]0|(?:3\d|7[06-9])\d|5(?:[1689]\d|2[238]|59)|8(?:[1-8]\d|9[6-9])|9(?:[0-8]\d|9[013-9]))\d{6}', '{7,8,9,10}', true),
  ('VU', '678', '00', null, null, '[57-9]\d{6}|(?:[238]\d|48)\d{3}', '(?:[58]\d|7[0-7])\d{5}', '{5,7}', true),
  ('WF', '681', '00', null, null, '(?:40|72|8\d{4})\d{4}|[89]\d{5}', '(?:72|8[23])\d{4}', '{6,9}', true),
  ('WS', '685', '0', null, null, '(?:[2-6]|8\d{5})\d{4}|[78]\d{6}|[68]\d{5}', '(?:7[1-35-8]|8(?:[3-7]|9\d{3}))\d{5}', '{5,6,7,10}', true),
  ('XK', '383', '00', '0', null, '2\d{7,8}|3\d{7,11}|(?:4\d\d|[89]00)\d{5}', '4[3-9]\d{6}', '{8,9,10,11,12}', true),
  ('YE', '967', '00', '0', null, '(?:1|7\d)\d{7}|[1-7]\d{6}', '7[01378]\d{7}', '{7,8,9}', true),
  ('YT', '262', '00', '0', null, '(?:639\d|7093)\d{5}|(?:26|80|9\d)\d{7}', '(?:639(?:0[0-79]|1[019]|[267]\d|3[09]|40|5[05-9]|9[04-79])|7093[5-7])\d{4}', '{9}', false),
  ('ZA', '27', '00', '0', null, '[1-79]\d{8}|8\d{4,9}', '(?:1(?:3492[0-25]|4495[0235]|549(?:20|5[01]))|4[34]492[01])\d{3}|8[1-4]\d{3,7}|(?:2[27]|47|54)4950\d{3}|(?:1(?:049[2-4]|9[12]\d\d)|(?:50[0-2]|[67]\d\d)\d\d|8(?:5\d{3}|7(?:08[67]|158|28[5-9]|310)))\d{4}|(?:1[6-8]|28|3[2-69]|4[025689]|5[36-8])4920\d{3}|(?:12|[2-5]1)492\d{4}', '{5,6,7,8,9,10}', true),
  ('ZM', '260', '00', '0', null, '800\d{6}|(?:21|[579]\d|63)\d{7}', '(?:[59][5-8]|7[5-9])\d{7}', '{9}', true),
  ('ZW', '263', '00', '0', null, '8\d{6}(?:\d{3})?|[235-8]\d{8}', '7(?:[1278]\d|3[1-9]|51|9[01])\d{6}', '{7,9,10}', true)
on conflict (country) do update
  set calling_code = excluded.calling_code, international_prefix = excluded.international_prefix, national_prefix = excluded.national_prefix,
      national_prefix_becomes = excluded.national_prefix_becomes, numbers = excluded.numbers, mobile_numbers = excluded.mobile_numbers,
      lengths = excluded.lengths, is_main = excluded.is_main;
--! EndIncluded clinic/phone_plans.sql
--! Included clinic/time_zone_countries.sql
-- The country of each time zone, from zone.tab of the IANA time zone database. Fills a new clinic's country, which managers may change.
insert into app_private.time_zone_countries (time_zone, country) values
  ('Africa/Abidjan', 'CI'),
  ('Africa/Accra', 'GH'),
  ('Africa/Addis_Ababa', 'ET'),
  ('Africa/Algiers', 'DZ'),
  ('Africa/Asmara', 'ER'),
  ('Africa/Bamako', 'ML'),
  ('Africa/Bangui', 'CF'),
  ('Africa/Banjul', 'GM'),
  ('Africa/Bissau', 'GW'),
  ('Africa/Blantyre', 'MW'),
  ('Africa/Brazzaville', 'CG'),
  ('Africa/Bujumbura', 'BI'),
  ('Africa/Cairo', 'EG'),
  ('Africa/Casablanca', 'MA'),
  ('Africa/Ceuta', 'ES'),
  ('Africa/Conakry', 'GN'),
  ('Africa/Dakar', 'SN'),
  ('Africa/Dar_es_Salaam', 'TZ'),
  ('Africa/Djibouti', 'DJ'),
  ('Africa/Douala', 'CM'),
  ('Africa/El_Aaiun', 'EH'),
  ('Africa/Freetown', 'SL'),
  ('Africa/Gaborone', 'BW'),
  ('Africa/Harare', 'ZW'),
  ('Africa/Johannesburg', 'ZA'),
  ('Africa/Juba', 'SS'),
  ('Africa/Kampala', 'UG'),
  ('Africa/Khartoum', 'SD'),
  ('Africa/Kigali', 'RW'),
  ('Africa/Kinshasa', 'CD'),
  ('Africa/Lagos', 'NG'),
  ('Africa/Libreville', 'GA'),
  ('Africa/Lome', 'TG'),
  ('Africa/Luanda', 'AO'),
  ('Africa/Lubumbashi', 'CD'),
  ('Africa/Lusaka', 'ZM'),
  ('Africa/Malabo', 'GQ'),
  ('Africa/Maputo', 'MZ'),
  ('Africa/Maseru', 'LS'),
  ('Africa/Mbabane', 'SZ'),
  ('Africa/Mogadishu', 'SO'),
  ('Africa/Monrovia', 'LR'),
  ('Africa/Nairobi', 'KE'),
  ('Africa/Ndjamena', 'TD'),
  ('Africa/Niamey', 'NE'),
  ('Africa/Nouakchott', 'MR'),
  ('Africa/Ouagadougou', 'BF'),
  ('Africa/Porto-Novo', 'BJ'),
  ('Africa/Sao_Tome', 'ST'),
  ('Africa/Tripoli', 'LY'),
  ('Africa/Tunis', 'TN'),
  ('Africa/Windhoek', 'NA'),
  ('America/Adak', 'US'),
  ('America/Anchorage', 'US'),
  ('America/Anguilla', 'AI'),
  ('America/Antigua', 'AG'),
  ('America/Araguaina', 'BR'),
  ('America/Argentina/Buenos_Aires', 'AR'),
  ('America/Argentina/Catamarca', 'AR'),
  ('America/Argentina/Cordoba', 'AR'),
  ('America/Argentina/Jujuy', 'AR'),
  ('America/Argentina/La_Rioja', 'AR'),
  ('America/Argentina/Mendoza', 'AR'),
  ('America/Argentina/Rio_Gallegos', 'AR'),
  ('America/Argentina/Salta', 'AR'),
  ('America/Argentina/San_Juan', 'AR'),
  ('America/Argentina/San_Luis', 'AR'),
  ('America/Argentina/Tucuman', 'AR'),
  ('America/Argentina/Ushuaia', 'AR'),
  ('America/Aruba', 'AW'),
  ('America/Asuncion', 'PY'),
  ('America/Atikokan', 'CA'),
  ('America/Bahia', 'BR'),
  ('America/Bahia_Banderas', 'MX'),
  ('America/Barbados', 'BB'),
  ('America/Belem', 'BR'),
  ('America/Belize', 'BZ'),
  ('America/Blanc-Sablon', 'CA'),
  ('America/Boa_Vista', 'BR'),
  ('America/Bogota', 'CO'),
  ('America/Boise', 'US'),
  ('America/Cambridge_Bay', 'CA'),
  ('America/Campo_Grande', 'BR'),
  ('America/Cancun', 'MX'),
  ('America/Caracas', 'VE'),
  ('America/Cayenne', 'GF'),
  ('America/Cayman', 'KY'),
  ('America/Chicago', 'US'),
  ('America/Chihuahua', 'MX'),
  ('America/Ciudad_Juarez', 'MX'),
  ('America/Costa_Rica', 'CR'),
  ('America/Coyhaique', 'CL'),
  ('America/Creston', 'CA'),
  ('America/Cuiaba', 'BR'),
  ('America/Curacao', 'CW'),
  ('America/Danmarkshavn', 'GL'),
  ('America/Dawson', 'CA'),
  ('America/Dawson_Creek', 'CA'),
  ('America/Denver', 'US'),
  ('America/Detroit', 'US'),
  ('America/Dominica', 'DM'),
  ('America/Edmonton', 'CA'),
  ('America/Eirunepe', 'BR'),
  ('America/El_Salvador', 'SV'),
  ('America/Fort_Nelson', 'CA'),
  ('America/Fortaleza', 'BR'),
  ('America/Glace_Bay', 'CA'),
  ('America/Goose_Bay', 'CA'),
  ('America/Grand_Turk', 'TC'),
  ('America/Grenada', 'GD'),
  ('America/Guadeloupe', 'GP'),
  ('America/Guatemala', 'GT'),
  ('America/Guayaquil', 'EC'),
  ('America/Guyana', 'GY'),
  ('America/Halifax', 'CA'),
  ('America/Havana', 'CU'),
  ('America/Hermosillo', 'MX'),
  ('America/Indiana/Indianapolis', 'US'),
  ('America/Indiana/Knox', 'US'),
  ('America/Indiana/Marengo', 'US'),
  ('America/Indiana/Petersburg', 'US'),
  ('America/Indiana/Tell_City', 'US'),
  ('America/Indiana/Vevay', 'US'),
  ('America/Indiana/Vincennes', 'US'),
  ('America/Indiana/Winamac', 'US'),
  ('America/Inuvik', 'CA'),
  ('America/Iqaluit', 'CA'),
  ('America/Jamaica', 'JM'),
  ('America/Juneau', 'US'),
  ('America/Kentucky/Louisville', 'US'),
  ('America/Kentucky/Monticello', 'US'),
  ('America/Kralendijk', 'BQ'),
  ('America/La_Paz', 'BO'),
  ('America/Lima', 'PE'),
  ('America/Los_Angeles', 'US'),
  ('America/Lower_Princes', 'SX'),
  ('America/Maceio', 'BR'),
  ('America/Managua', 'NI'),
  ('America/Manaus', 'BR'),
  ('America/Marigot', 'MF'),
  ('America/Martinique', 'MQ'),
  ('America/Matamoros', 'MX'),
  ('America/Mazatlan', 'MX'),
  ('America/Menominee', 'US'),
  ('America/Merida', 'MX'),
  ('America/Metlakatla', 'US'),
  ('America/Mexico_City', 'MX'),
  ('America/Miquelon', 'PM'),
  ('America/Moncton', 'CA'),
  ('America/Monterrey', 'MX'),
  ('America/Montevideo', 'UY'),
  ('America/Montserrat', 'MS'),
  ('America/Nassau', 'BS'),
  ('America/New_York', 'US'),
  ('America/Nome', 'US'),
  ('America/Noronha', 'BR'),
  ('America/North_Dakota/Beulah', 'US'),
  ('America/North_Dakota/Center', 'US'),
  ('America/North_Dakota/New_Salem', 'US'),
  ('America/Nuuk', 'GL'),
  ('America/Ojinaga', 'MX'),
  ('America/Panama', 'PA'),
  ('America/Paramaribo', 'SR'),
  ('America/Phoenix', 'US'),
  ('America/Port-au-Prince', 'HT'),
  ('America/Port_of_Spain', 'TT'),
  ('America/Porto_Velho', 'BR'),
  ('America/Puerto_Rico', 'PR'),
  ('America/Punta_Arenas', 'CL'),
  ('America/Rankin_Inlet', 'CA'),
  ('America/Recife', 'BR'),
  ('America/Regina', 'CA'),
  ('America/Resolute', 'CA'),
  ('America/Rio_Branco', 'BR'),
  ('America/Santarem', 'BR'),
  ('America/Santiago', 'CL'),
  ('America/Santo_Domingo', 'DO'),
  ('America/Sao_Paulo', 'BR'),
  ('America/Scoresbysund', 'GL'),
  ('America/Sitka', 'US'),
  ('America/St_Barthelemy', 'BL'),
  ('America/St_Johns', 'CA'),
  ('America/St_Kitts', 'KN'),
  ('America/St_Lucia', 'LC'),
  ('America/St_Thomas', 'VI'),
  ('America/St_Vincent', 'VC'),
  ('America/Swift_Current', 'CA'),
  ('America/Tegucigalpa', 'HN'),
  ('America/Thule', 'GL'),
  ('America/Tijuana', 'MX'),
  ('America/Toronto', 'CA'),
  ('America/Tortola', 'VG'),
  ('America/Vancouver', 'CA'),
  ('America/Whitehorse', 'CA'),
  ('America/Winnipeg', 'CA'),
  ('America/Yakutat', 'US'),
  ('Antarctica/Casey', 'AQ'),
  ('Antarctica/Davis', 'AQ'),
  ('Antarctica/DumontDUrville', 'AQ'),
  ('Antarctica/Macquarie', 'AU'),
  ('Antarctica/Mawson', 'AQ'),
  ('Antarctica/McMurdo', 'AQ'),
  ('Antarctica/Palmer', 'AQ'),
  ('Antarctica/Rothera', 'AQ'),
  ('Antarctica/Syowa', 'AQ'),
  ('Antarctica/Troll', 'AQ'),
  ('Antarctica/Vostok', 'AQ'),
  ('Arctic/Longyearbyen', 'SJ'),
  ('Asia/Aden', 'YE'),
  ('Asia/Almaty', 'KZ'),
  ('Asia/Amman', 'JO'),
  ('Asia/Anadyr', 'RU'),
  ('Asia/Aqtau', 'KZ'),
  ('Asia/Aqtobe', 'KZ'),
  ('Asia/Ashgabat', 'TM'),
  ('Asia/Atyrau', 'KZ'),
  ('Asia/Baghdad', 'IQ'),
  ('Asia/Bahrain', 'BH'),
  ('Asia/Baku', 'AZ'),
  ('Asia/Bangkok', 'TH'),
  ('Asia/Barnaul', 'RU'),
  ('Asia/Beirut', 'LB'),
  ('Asia/Bishkek', 'KG'),
  ('Asia/Brunei', 'BN'),
  ('Asia/Chita', 'RU'),
  ('Asia/Colombo', 'LK'),
  ('Asia/Damascus', 'SY'),
  ('Asia/Dhaka', 'BD'),
  ('Asia/Dili', 'TL'),
  ('Asia/Dubai', 'AE'),
  ('Asia/Dushanbe', 'TJ'),
  ('Asia/Famagusta', 'CY'),
  ('Asia/Gaza', 'PS'),
  ('Asia/Hebron', 'PS'),
  ('Asia/Ho_Chi_Minh', 'VN'),
  ('Asia/Hong_Kong', 'HK'),
  ('Asia/Hovd', 'MN'),
  ('Asia/Irkutsk', 'RU'),
  ('Asia/Jakarta', 'ID'),
  ('Asia/Jayapura', 'ID'),
  ('Asia/Jerusalem', 'IL'),
  ('Asia/Kabul', 'AF'),
  ('Asia/Kamchatka', 'RU'),
  ('Asia/Karachi', 'PK'),
  ('Asia/Kathmandu', 'NP'),
  ('Asia/Khandyga', 'RU'),
  ('Asia/Kolkata', 'IN'),
  ('Asia/Krasnoyarsk', 'RU'),
  ('Asia/Kuala_Lumpur', 'MY'),
  ('Asia/Kuching', 'MY'),
  ('Asia/Kuwait', 'KW'),
  ('Asia/Macau', 'MO'),
  ('Asia/Magadan', 'RU'),
  ('Asia/Makassar', 'ID'),
  ('Asia/Manila', 'PH'),
  ('Asia/Muscat', 'OM'),
  ('Asia/Nicosia', 'CY'),
  ('Asia/Novokuznetsk', 'RU'),
  ('Asia/Novosibirsk', 'RU'),
  ('Asia/Omsk', 'RU'),
  ('Asia/Oral', 'KZ'),
  ('Asia/Phnom_Penh', 'KH'),
  ('Asia/Pontianak', 'ID'),
  ('Asia/Pyongyang', 'KP'),
  ('Asia/Qatar', 'QA'),
  ('Asia/Qostanay', 'KZ'),
  ('Asia/Qyzylorda', 'KZ'),
  ('Asia/Riyadh', 'SA'),
  ('Asia/Sakhalin', 'RU'),
  ('Asia/Samarkand', 'UZ'),
  ('Asia/Seoul', 'KR'),
  ('Asia/Shanghai', 'CN'),
  ('Asia/Singapore', 'SG'),
  ('Asia/Srednekolymsk', 'RU'),
  ('Asia/Taipei', 'TW'),
  ('Asia/Tashkent', 'UZ'),
  ('Asia/Tbilisi', 'GE'),
  ('Asia/Tehran', 'IR'),
  ('Asia/Thimphu', 'BT'),
  ('Asia/Tokyo', 'JP'),
  ('Asia/Tomsk', 'RU'),
  ('Asia/Ulaanbaatar', 'MN'),
  ('Asia/Urumqi', 'CN'),
  ('Asia/Ust-Nera', 'RU'),
  ('Asia/Vientiane', 'LA'),
  ('Asia/Vladivostok', 'RU'),
  ('Asia/Yakutsk', 'RU'),
  ('Asia/Yangon', 'MM'),
  ('Asia/Yekaterinburg', 'RU'),
  ('Asia/Yerevan', 'AM'),
  ('Atlantic/Azores', 'PT'),
  ('Atlantic/Bermuda', 'BM'),
  ('Atlantic/Canary', 'ES'),
  ('Atlantic/Cape_Verde', 'CV'),
  ('Atlantic/Faroe', 'FO'),
  ('Atlantic/Madeira', 'PT'),
  ('Atlantic/Reykjavik', 'IS'),
  ('Atlantic/South_Georgia', 'GS'),
  ('Atlantic/St_Helena', 'SH'),
  ('Atlantic/Stanley', 'FK'),
  ('Australia/Adelaide', 'AU'),
  ('Australia/Brisbane', 'AU'),
  ('Australia/Broken_Hill', 'AU'),
  ('Australia/Darwin', 'AU'),
  ('Australia/Eucla', 'AU'),
  ('Australia/Hobart', 'AU'),
  ('Australia/Lindeman', 'AU'),
  ('Australia/Lord_Howe', 'AU'),
  ('Australia/Melbourne', 'AU'),
  ('Australia/Perth', 'AU'),
  ('Australia/Sydney', 'AU'),
  ('Europe/Amsterdam', 'NL'),
  ('Europe/Andorra', 'AD'),
  ('Europe/Astrakhan', 'RU'),
  ('Europe/Athens', 'GR'),
  ('Europe/Belgrade', 'RS'),
  ('Europe/Berlin', 'DE'),
  ('Europe/Bratislava', 'SK'),
  ('Europe/Brussels', 'BE'),
  ('Europe/Bucharest', 'RO'),
  ('Europe/Budapest', 'HU'),
  ('Europe/Busingen', 'DE'),
  ('Europe/Chisinau', 'MD'),
  ('Europe/Copenhagen', 'DK'),
  ('Europe/Dublin', 'IE'),
  ('Europe/Gibraltar', 'GI'),
  ('Europe/Guernsey', 'GG'),
  ('Europe/Helsinki', 'FI'),
  ('Europe/Isle_of_Man', 'IM'),
  ('Europe/Istanbul', 'TR'),
  ('Europe/Jersey', 'JE'),
  ('Europe/Kaliningrad', 'RU'),
  ('Europe/Kirov', 'RU'),
  ('Europe/Kyiv', 'UA'),
  ('Europe/Lisbon', 'PT'),
  ('Europe/Ljubljana', 'SI'),
  ('Europe/London', 'GB'),
  ('Europe/Luxembourg', 'LU'),
  ('Europe/Madrid', 'ES'),
  ('Europe/Malta', 'MT'),
  ('Europe/Mariehamn', 'AX'),
  ('Europe/Minsk', 'BY'),
  ('Europe/Monaco', 'MC'),
  ('Europe/Moscow', 'RU'),
  ('Europe/Oslo', 'NO'),
  ('Europe/Paris', 'FR'),
  ('Europe/Podgorica', 'ME'),
  ('Europe/Prague', 'CZ'),
  ('Europe/Riga', 'LV'),
  ('Europe/Rome', 'IT'),
  ('Europe/Samara', 'RU'),
  ('Europe/San_Marino', 'SM'),
  ('Europe/Sarajevo', 'BA'),
  ('Europe/Saratov', 'RU'),
  ('Europe/Simferopol', 'UA'),
  ('Europe/Skopje', 'MK'),
  ('Europe/Sofia', 'BG'),
  ('Europe/Stockholm', 'SE'),
  ('Europe/Tallinn', 'EE'),
  ('Europe/Tirane', 'AL'),
  ('Europe/Ulyanovsk', 'RU'),
  ('Europe/Vaduz', 'LI'),
  ('Europe/Vatican', 'VA'),
  ('Europe/Vienna', 'AT'),
  ('Europe/Vilnius', 'LT'),
  ('Europe/Volgograd', 'RU'),
  ('Europe/Warsaw', 'PL'),
  ('Europe/Zagreb', 'HR'),
  ('Europe/Zurich', 'CH'),
  ('Indian/Antananarivo', 'MG'),
  ('Indian/Chagos', 'IO'),
  ('Indian/Christmas', 'CX'),
  ('Indian/Cocos', 'CC'),
  ('Indian/Comoro', 'KM'),
  ('Indian/Kerguelen', 'TF'),
  ('Indian/Mahe', 'SC'),
  ('Indian/Maldives', 'MV'),
  ('Indian/Mauritius', 'MU'),
  ('Indian/Mayotte', 'YT'),
  ('Indian/Reunion', 'RE'),
  ('Pacific/Apia', 'WS'),
  ('Pacific/Auckland', 'NZ'),
  ('Pacific/Bougainville', 'PG'),
  ('Pacific/Chatham', 'NZ'),
  ('Pacific/Chuuk', 'FM'),
  ('Pacific/Easter', 'CL'),
  ('Pacific/Efate', 'VU'),
  ('Pacific/Fakaofo', 'TK'),
  ('Pacific/Fiji', 'FJ'),
  ('Pacific/Funafuti', 'TV'),
  ('Pacific/Galapagos', 'EC'),
  ('Pacific/Gambier', 'PF'),
  ('Pacific/Guadalcanal', 'SB'),
  ('Pacific/Guam', 'GU'),
  ('Pacific/Honolulu', 'US'),
  ('Pacific/Kanton', 'KI'),
  ('Pacific/Kiritimati', 'KI'),
  ('Pacific/Kosrae', 'FM'),
  ('Pacific/Kwajalein', 'MH'),
  ('Pacific/Majuro', 'MH'),
  ('Pacific/Marquesas', 'PF'),
  ('Pacific/Midway', 'UM'),
  ('Pacific/Nauru', 'NR'),
  ('Pacific/Niue', 'NU'),
  ('Pacific/Norfolk', 'NF'),
  ('Pacific/Noumea', 'NC'),
  ('Pacific/Pago_Pago', 'AS'),
  ('Pacific/Palau', 'PW'),
  ('Pacific/Pitcairn', 'PN'),
  ('Pacific/Pohnpei', 'FM'),
  ('Pacific/Port_Moresby', 'PG'),
  ('Pacific/Rarotonga', 'CK'),
  ('Pacific/Saipan', 'MP'),
  ('Pacific/Tahiti', 'PF'),
  ('Pacific/Tarawa', 'KI'),
  ('Pacific/Tongatapu', 'TO'),
  ('Pacific/Wake', 'UM'),
  ('Pacific/Wallis', 'WF')
on conflict (time_zone) do update set country = excluded.country;
--! EndIncluded clinic/time_zone_countries.sql
--! Included clinic/read_phone.sql
create or replace function app_hidden.read_phone(typed text, country text, out e164 text, out takes_sms boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  home app_private.phone_plans;
  plan app_private.phone_plans;
  written text;
  international text;
  national text;
  prefix text[];
  without_prefix text;
begin
  takes_sms := false;
  -- Digits of other scripts and the wide plus sign are read as ASCII; an extension is dropped.
  written := translate(typed, '＋０１２３４５６７８９٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', '+012345678901234567890123456789');
  written := btrim(regexp_replace(written, '\s*(;ext=|[,;#]|ext\.?|x)\s*\d{1,7}#?\s*$', '', 'i'));
  -- Vanity numbers and whole sentences are not read.
  if written is null or written !~ E'^[+(\\s]*[0-9][0-9\\s()\\[\\]./~\\u00a0\\u00ad\\u2010-\\u2015\\u2212\\u3000-]*$' then
    return;
  end if;
  national := regexp_replace(written, '[^0-9]', '', 'g');
  select pp.* into home from app_private.phone_plans pp where pp.country = read_phone.country;

  if written ~ '^[(\s]*\+' then
    international := national;
  elsif home.country is null then
    return;
  elsif national ~ ('^(' || home.international_prefix || ')') then
    international := regexp_replace(national, '^(' || home.international_prefix || ')', '');
    -- No calling code begins with 0: it was no international prefix.
    if international ~ '^0' then
      international := null;
    end if;
  end if;

  -- Countries share calling codes (+1, +44, +7): a number is of the first whose numbers it is one of.
  for plan in
    select pp.* from app_private.phone_plans pp
    where case when international is null then pp.country = home.country else international like pp.calling_code || '%' end
    order by pp.country is distinct from home.country, not pp.is_main, pp.country
  loop
    national := case when international is null then regexp_replace(written, '[^0-9]', '', 'g')
      else substr(international, char_length(plan.calling_code) + 1) end;
    prefix := regexp_match(national, '^(' || plan.national_prefix || ')');
    if prefix is not null and prefix[1] <> '' then
      without_prefix := case
        when plan.national_prefix_becomes is not null and prefix[cardinality(prefix)] is not null and cardinality(prefix) > 1 then
          replace(replace(plan.national_prefix_becomes, '$1', coalesce(prefix[2], '')), '$2', coalesce(prefix[3], ''))
            || substr(national, char_length(prefix[1]) + 1)
        else substr(national, char_length(prefix[1]) + 1) end;
      -- A number that is whole as it is has no prefix, only digits that look like one.
      if without_prefix ~ ('^(' || plan.numbers || ')$') or national !~ ('^(' || plan.numbers || ')$') then
        national := without_prefix;
      end if;
    end if;
    if national ~ ('^(' || plan.numbers || ')$') and char_length(national) = any (plan.lengths) then
      e164 := '+' || plan.calling_code || national;
      -- The other countries of the calling code know their own numbers better than the one in whose plan it was read.
      takes_sms := exists (
        select from app_private.phone_plans pp
        where pp.calling_code = plan.calling_code and national ~ ('^(' || pp.mobile_numbers || ')$'));
      return;
    end if;
  end loop;
end
$$;

comment on function app_hidden.read_phone(text, text) is
'A phone number as somebody in a country (ISO 3166-1, two letters) wrote it: `e164` is its international form, such as +4915123456789, or null when it is not a number of any country; `takes_sms` is whether it is a mobile number. Without a country only international forms are read. By the rules of libphonenumber (app_private.phone_plans).';

revoke all on function app_hidden.read_phone(text, text) from public;
grant execute on function app_hidden.read_phone(text, text) to app_staff;
--! EndIncluded clinic/read_phone.sql
--! Included clinic/fill_country.sql
create or replace function app_private.fill_country() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  NEW.country := (select tzc.country from app_private.time_zone_countries tzc where tzc.time_zone = NEW.time_zone);
  return NEW;
end
$$;

comment on function app_private.fill_country() is
'Trigger: a clinic that names no country is in that of its time zone. Null where the zone is of none, such as UTC.';

revoke all on function app_private.fill_country() from public;
--! EndIncluded clinic/fill_country.sql
--! Included clinic/read_phones_again.sql
create or replace function app_private.read_phones_again() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.clinic_customers cc set phone = cc.phone where cc.clinic_id = NEW.id and cc.phone is not null;
  return null;
end
$$;

comment on function app_private.read_phones_again() is
'Trigger: when a clinic''s country changes, the national numbers in its records are read by that country.';

revoke all on function app_private.read_phones_again() from public;
--! EndIncluded clinic/read_phones_again.sql
--! Included clinic/read_phone_of_customer.sql
create or replace function app_private.read_phone_of_customer() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  select rp.e164, rp.takes_sms into NEW.phone_e164, NEW.phone_takes_sms
  from app_hidden.read_phone(NEW.phone, (select c.country from app_public.clinics c where c.id = NEW.clinic_id)) rp;
  if NEW.preferred_channel = 'sms' and NEW.phone is not null and not NEW.phone_takes_sms then
    -- A number that follows the profile is not the desk's, and patients may change theirs: choose_channel then writes an e-mail.
    if TG_OP = 'UPDATE' and OLD.preferred_channel = 'sms' and exists (
         select from app_public.customers c where c.id = NEW.customer_id and c.phone = NEW.phone) then
      return NEW;
    end if;
    perform app_hidden.refuse('phone_takes_no_sms', 'SMS cannot be sent to this number.', '{"argument": "phone"}');
  end if;
  return NEW;
end
$$;

comment on function app_private.read_phone_of_customer() is
'Trigger: reads a customer''s number by the clinic''s country (app_hidden.read_phone). Refuses phone_takes_no_sms: the customer is to be reached by SMS, and this is no mobile number.';

revoke all on function app_private.read_phone_of_customer() from public;
--! EndIncluded clinic/read_phone_of_customer.sql
--! Included identity/judge_phone_for_sms.sql
create or replace function app_private.judge_phone_for_sms() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- A customer is of no country. A number in national form is judged where a clinic records it.
  if btrim(NEW.phone) ~ '^[(＋+]' and not (app_hidden.read_phone(NEW.phone, null)).takes_sms then
    perform app_hidden.refuse('phone_takes_no_sms', 'SMS cannot be sent to this number.', '{"argument": "phone"}');
  end if;
  return NEW;
end
$$;

comment on function app_private.judge_phone_for_sms() is
'Trigger: refuses (phone_takes_no_sms) a number in international form that is no mobile number for a customer who wants SMS.';

revoke all on function app_private.judge_phone_for_sms() from public;
--! EndIncluded identity/judge_phone_for_sms.sql
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
--! Included clinic/find_clinic_customers.sql
create or replace function app_public.find_clinic_customers(clinic_id bigint, wanted text, page_size int default 20)
returns setof app_public.clinic_customers
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
  -- Wildcards that somebody typed mean themselves.
  words text[] := array(
    select '%' || regexp_replace(w, '([\\%_])', '\\\1', 'g') || '%'
    from regexp_split_to_table(btrim(find_clinic_customers.wanted), '\s+') w where w <> '');
  -- Without what may stand before a number, here +49, there 0 or 0049.
  number text := (app_hidden.read_phone(find_clinic_customers.wanted,
    (select c.country from app_public.clinics c where c.id = find_clinic_customers.clinic_id))).e164;
  digits text := ltrim(regexp_replace(find_clinic_customers.wanted, '\D', '', 'g'), '0');
begin
  if find_clinic_customers.page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 rows.', '{"argument": "pageSize"}');
  end if;
  -- Reads the clinic's records, no others: a few milliseconds for ten thousand. Trigrams would need an extension and an index to keep.
  return query
  select cc.* from app_public.clinic_customers cc
  where cc.clinic_id = find_clinic_customers.clinic_id
    and (cc.full_name || ' ' || coalesce(cc.email::text, '') ilike all (words)
      or (char_length(digits) >= 3 and find_clinic_customers.wanted !~ '[[:alpha:]]'
        and (regexp_replace(cc.phone, '\D', '', 'g') like '%' || digits || '%' or cc.phone_e164 like '%' || digits || '%'))
      or cc.phone_e164 = number)
  order by cc.full_name, cc.customer_id
  limit find_clinic_customers.page_size;
end
$$;

comment on function app_public.find_clinic_customers(bigint, text, int) is
'The customers in a clinic''s records whose name or e-mail address has every word of `wanted` in it, or whose phone number has its digits, however it was written: in national or in international form; by name, up to `page_size`. Nothing wanted gives the first by name. Staff see their clinics'', nobody else any. Refuses invalid_argument.';

revoke all on function app_public.find_clinic_customers(bigint, text, int) from public;
grant execute on function app_public.find_clinic_customers(bigint, text, int) to app_staff;
--! EndIncluded clinic/find_clinic_customers.sql
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
    order by case nr.channel when 'email' then cc.email is null else not cc.phone_takes_sms end,
      nr.channel is distinct from coalesce(c.preferred_channel, cc.preferred_channel, 'email')
    limit 1);
end
$$;

comment on function app_private.choose_channel(bigint, bigint, app_public.notification_kind) is
'Over which channel a clinic tells a customer this kind of thing: the preferred one where the clinic''s rules have it and the address is known, else another of its channels. Null when the clinic does not send this kind.';

revoke all on function app_private.choose_channel(bigint, bigint, app_public.notification_kind) from public;
--! EndIncluded notification/choose_channel.sql
--! Included notification/messages_of.sql
create or replace function app_private.messages_of(clinic_id bigint, notification_ids bigint[])
returns table (
  id bigint, channel text, recipient text, subject text, body text, idempotency_key text, sender_name text, reply_to text, calendar jsonb,
  secret text, error text)
language plpgsql stable
-- One kept plan that looks each up by its key. By statistics that lag behind, all of a clinic was read for twenty.
set plan_cache_mode = force_generic_plan
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  policy app_public.policies;
  n record;
  the_values jsonb;
  installation_id uuid := app_private.installation_id();
begin
  select x.* into clinic from app_public.clinics x where x.id = messages_of.clinic_id;
  select x.* into policy from app_public.policies x where x.clinic_id = clinic.id;
  for n in
    with wanted as materialized (
      select x.id, x.kind, x.channel, x.generation, x.created_at, x.booking_sequence, b as booking, we.url, ws.secret, wb.body as webhook_body,
        d.full_name as doctor_name, cc.full_name as customer_name, cc.email::text, case when cc.phone_takes_sms then cc.phone_e164 end as sms_number,
        coalesce(c.preferred_language, cc.preferred_language, policy.language) as language
      from unnest(messages_of.notification_ids) as asked (id)
      join app_public.notifications x on x.clinic_id = clinic.id and x.id = asked.id
      join app_public.bookings b on b.clinic_id = clinic.id and b.id = x.booking_id
      left join app_public.doctors d on d.clinic_id = clinic.id and d.id = b.doctor_id
      left join app_public.clinic_customers cc on cc.clinic_id = clinic.id and cc.customer_id = x.customer_id
      left join app_public.customers c on c.id = x.customer_id
      left join app_public.webhook_endpoints we on we.clinic_id = clinic.id and we.id = x.endpoint_id
      left join app_private.webhook_secrets ws on ws.clinic_id = clinic.id and ws.endpoint_id = x.endpoint_id
      left join app_private.webhook_bodies wb on wb.clinic_id = clinic.id and wb.notification_id = x.id and wb.generation = x.generation
    ), texts as materialized (
      select k.*, app_private.text_parts(t.subject) as subject, app_private.text_parts(t.body) as body
      from (select distinct w.kind, w.channel, w.language from wanted w where w.channel <> 'webhook') k
      cross join lateral app_private.notification_text(clinic.id, k.kind, k.channel, k.language) t
    )
    select w.*, t.subject, t.body
    from wanted w left join texts t on t.kind = w.kind and t.channel = w.channel and t.language = w.language
  loop
    id := n.id;
    channel := n.channel;
    idempotency_key := concat_ws('-', installation_id, clinic.id, n.id, n.generation);
    recipient := case n.channel when 'webhook' then n.url when 'sms' then n.sms_number else n.email end;
    secret := n.secret;
    sender_name := null;
    reply_to := null;
    calendar := null;
    error := null;
    -- What goes wrong with one is told of that one, and the others are sent.
    begin
      if n.channel = 'webhook' then
        subject := n.kind::text;
        body := n.webhook_body;
      else
        if n.body is null then
          raise exception 'there is no text for % by % in %', n.kind, n.channel, n.language;
        end if;
        the_values := app_private.text_values(clinic, n.customer_name, n.doctor_name, (n.booking).starts_at, n.language, (n.booking).id,
          (n.booking).cancelled_by, (n.booking).cancellation_reason);
        subject := app_private.fill_in(n.subject, the_values);
        body := app_private.fill_in(n.body, the_values);
        sender_name := coalesce(policy.sender_name, clinic.name);
        reply_to := clinic.email::text;
        if n.channel = 'email' and n.kind <> 'booking_reminder' then
          calendar := jsonb_build_object(
            'uid', app_public.calendar_uid(clinic.id, (n.booking).id),
            'sequence', n.booking_sequence,
            'isCancelled', n.kind in ('booking_cancelled', 'slot_withdrawn'),
            'startsAt', (n.booking).starts_at, 'endsAt', (n.booking).ends_at, 'stampedAt', n.created_at,
            'summary', format('%s, %s', n.doctor_name, clinic.name),
            'location', concat_ws(', ', clinic.name, clinic.address),
            'description', body,
            'organizer', sender_name, 'organizerEmail', reply_to, 'attendee', n.customer_name);
        end if;
      end if;
    exception when others then
      error := sqlerrm;
      subject := null;
      body := null;
      calendar := null;
    end;
    return next;
  end loop;
end
$$;

comment on function app_private.messages_of(bigint, bigint[]) is
'Notifications of a clinic as they are to be sent now: channel, recipient (null when the clinic knows no address), subject, body, the key under which a provider knows a second delivery, sender''s name, reply address, calendar entry (confirmation, update, cancellation by e-mail), and for a webhook the secret to sign with and the body of its first attempt; or, of one that cannot be worded, the error. Times in the clinic''s zone, words in the customer''s language. None for a notification that is gone.';

revoke all on function app_private.messages_of(bigint, bigint[]) from public;
--! EndIncluded notification/messages_of.sql
--! Included identity/erase_customer.sql
create or replace function app_public.erase_customer(customer_id bigint) returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  target bigint := erase_customer.customer_id;
  customer app_public.customers;
  addresses text[];
begin
  perform app_private.require_own_customer(target);
  -- Everything that is locked later, in the order in which all lock: the customer, then slots.
  perform from app_public.customers c where c.id = target for no key update;
  perform from app_public.booking_slots bs
  where bs.customer_id = target and (bs.status = 'held' or bs.ends_at > now()) order by bs.clinic_id, bs.id for update;
  customer := app_public.remove_customer(target, true);
  update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
  where bs.customer_id = target and bs.status = 'held';

  select array_agg(lower(t.address)) into addresses
  from (
    select unnest(array[c.email::text, c.phone]) as address from app_public.customers c where c.id = target
    union
    select unnest(array[cc.email::text, cc.phone, cc.phone_e164]) from app_public.clinic_customers cc where cc.customer_id = target
  ) t;

  insert into app_private.erasures (customer_id, erased_by_account_id) values (target, app_hidden.current_account_id())
  on conflict on constraint a_customer_is_erased_once do nothing;
  perform app_private.erase_reasons(target);
  update app_public.bookings b set note = null, cancellation_reason = null
  where b.customer_id = target and (b.note is not null or b.cancellation_reason is not null);
  update app_public.archived_bookings b set note = null, cancellation_reason = null
  where b.customer_id = target and (b.note is not null or b.cancellation_reason is not null);
  perform app_private.erase_messages(target, addresses);
  perform app_private.erase_account(customer.account_id);
  perform app_private.erase_answers(target, customer.account_id);
  -- The rows stay: bookings are of somebody, and counts are of all.
  update app_public.clinic_customers cc
  set full_name = 'erased', email = null, phone = null, notes = null, preferred_language = null, preferred_channel = null
  where cc.customer_id = target;
  update app_public.customers c
  set full_name = 'erased', email = null, phone = null, preferred_language = null, preferred_channel = null
  where c.id = target returning c.* into customer;
  return customer;
end
$$;

comment on function app_public.erase_customer(bigint) is
'Erases a person: bookings ahead are cancelled and holds end, the customer is inactive and signed out for good, and no name, contact, note, reason, message or stored answer about them remains. Past bookings and events stay, of nobody. What the account is as a member of a clinic''s staff stays with the clinic. Cannot be undone; done again it changes nothing. Customers themselves, administrators and DBAs anybody. Refuses unauthenticated, customer_not_found.';

revoke all on function app_public.erase_customer(bigint) from public;
grant execute on function app_public.erase_customer(bigint) to app_customer;
--! EndIncluded identity/erase_customer.sql
--! Included identity/export_customer.sql
create or replace function app_public.export_customer(customer_id bigint default null) returns app_public.customer_export
language plpgsql stable security definer
-- Times as the same text whoever asks.
set timezone = 'UTC' set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  target bigint := coalesce(export_customer.customer_id, app_hidden.current_customer_id());
  customer app_public.customers;
  document app_public.customer_export;
begin
  perform app_private.require_own_customer(target);
  select c.* into customer from app_public.customers c where c.id = target;
  if customer.id is null then
    perform app_hidden.refuse('customer_not_found', 'No such customer.', jsonb_build_object('customerId', target::text));
  end if;
  document.format_version := 1;
  document.exported_at := now();
  document.customer_id := customer.id;
  document.profile := jsonb_build_object(
    'fullName', customer.full_name, 'email', customer.email, 'phone', customer.phone, 'isActive', customer.is_active,
    'preferredLanguage', customer.preferred_language, 'preferredChannel', customer.preferred_channel,
    'wantsReminders', customer.wants_reminders, 'createdAt', customer.created_at);
  select jsonb_build_object('id', a.id::text, 'email', coalesce(a.email, a.claimed_email), 'isActive', a.is_active, 'createdAt', a.created_at,
      'externalIdentities', (select coalesce(jsonb_agg(jsonb_build_object('issuer', ei.issuer, 'subject', ei.subject) order by ei.issuer, ei.subject), '[]')
        from app_private.external_identities ei where ei.account_id = a.id),
      'sessions', (select coalesce(jsonb_agg(jsonb_build_object('startedAt', s.created_at, 'expiresAt', s.expires_at, 'endedAt', s.revoked_at)
          order by s.created_at), '[]') from app_private.sessions s where s.account_id = a.id),
      'placesOfSignIns', (select coalesce(jsonb_agg(jsonb_build_object('kind', split_part(kp.place, ' ', 1), 'lastSignInAt', kp.signed_in_at)
          order by kp.signed_in_at, kp.place), '[]') from app_private.known_places kp where kp.account_id = a.id),
      'messages', (select coalesce(jsonb_agg(jsonb_build_object('kind', am.kind, 'address', am.address, 'state', am.state, 'createdAt', am.created_at,
          'sentAt', am.sent_at) order by am.id), '[]') from app_private.account_messages am where am.account_id = a.id),
      'employments', (select coalesce(jsonb_agg(jsonb_build_object('clinicId', e.clinic_id::text, 'role', e.role, 'fullName', e.full_name,
          'email', e.email, 'isActive', e.is_active) order by e.clinic_id, e.id), '[]') from app_public.employees e where e.account_id = a.id))
    into document.account
  from app_private.accounts a where a.id = customer.account_id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', cc.clinic_id::text, 'clinicName', c.name, 'fullName', cc.full_name, 'email', cc.email,
      'phone', cc.phone, 'phoneE164', cc.phone_e164, 'notes', cc.notes, 'preferredLanguage', cc.preferred_language, 'preferredChannel', cc.preferred_channel,
      'wantsReminders', cc.wants_reminders, 'createdAt', cc.created_at) order by cc.clinic_id), '[]') into document.clinic_records
  from app_public.clinic_customers cc join app_public.clinics c on c.id = cc.clinic_id where cc.customer_id = customer.id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', b.clinic_id::text, 'clinicName', c.name, 'bookingId', b.id::text,
      'doctorName', d.full_name, 'startsAt', lower(b.during), 'endsAt', upper(b.during), 'status', b.status, 'note', b.note,
      'cancelledAt', b.cancelled_at, 'cancelledBy', b.cancelled_by, 'cancellationReason', b.cancellation_reason,
      'createdAt', b.created_at, 'archivedAt', b.archived_at) order by lower(b.during), b.clinic_id, b.id), '[]') into document.bookings
  from (
    select x.clinic_id, x.id, x.doctor_id, x.during, x.status, x.note, x.cancelled_at, x.cancelled_by, x.cancellation_reason, x.created_at,
      null::timestamptz as archived_at
    from app_public.bookings x where x.customer_id = customer.id
    union all
    select x.clinic_id, x.id, x.doctor_id, x.during, x.status, x.note, x.cancelled_at, x.cancelled_by, x.cancellation_reason, x.created_at,
      x.archived_at
    from app_public.archived_bookings x where x.customer_id = customer.id
  ) b
  join app_public.clinics c on c.id = b.clinic_id
  join app_public.doctors d on d.clinic_id = b.clinic_id and d.id = b.doctor_id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', n.clinic_id::text, 'bookingId', n.booking_id::text, 'kind', n.kind, 'channel', n.channel,
      'dueAt', n.due_at, 'state', n.state, 'sentAt', n.sent_at, 'recipient', m.recipient, 'subject', m.subject,
      'body', m.body) order by n.due_at, n.id, m.id), '[]') into document.notifications
  from app_public.bookings b
  join app_public.notifications n on n.clinic_id = b.clinic_id and n.booking_id = b.id and n.channel <> 'webhook'
  left join app_private.messages m on m.clinic_id = n.clinic_id and m.notification_id = n.id
  where b.customer_id = customer.id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', e.clinic_id::text, 'eventId', e.id::text, 'occurredAt', e.occurred_at, 'entity', e.entity,
      'bookingSlotId', e.booking_slot_id::text, 'bookingId', e.booking_id::text, 'fromState', e.from_state, 'toState', e.to_state,
      'reason', e.reason, 'actor', e.actor) order by e.id), '[]') into document.events
  from app_public.events e where e.customer_id = customer.id;
  return document;
end
$$;

comment on function app_public.export_customer(bigint) is
'Everything that is held about a person, as one document: profile, account with sessions and employments, what each clinic recorded, bookings (archived ones too), messages, events. Ids are strings, times UTC. Customers their own (the default), administrators and DBAs anybody''s, when asked by that person. Refuses unauthenticated, customer_not_found.';

revoke all on function app_public.export_customer(bigint) from public;
grant execute on function app_public.export_customer(bigint) to app_customer;
--! EndIncluded identity/export_customer.sql

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
--! Included core/declare_production.sql
create or replace function app_private.declare_production() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_private.installation i set is_production = true where not i.is_production;
end
$$;

comment on function app_private.declare_production() is
'Notes that this database is a production system, so that it refuses what only developers need, such as webhooks to their own machine. Called by workers with NODE_ENV=production. No program takes it back; a copy for development does: update app_private.installation set is_production = false.';

revoke all on function app_private.declare_production() from public;
--! EndIncluded core/declare_production.sql
--! Included core/remove_old_records.sql
create or replace function app_private.remove_old_records(batch int default 1000, at timestamptz default now()) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
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

  delete from app_private.manager_messages m where m.ctid = any (array(
    select o.ctid from app_private.manager_messages o where o.created_at < remove_old_records.at - keep.messages limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  -- By then all of it is forgiven.
  delete from app_private.sign_in_counts s where s.ctid = any (array(
    select o.ctid from app_private.sign_in_counts o where o.counted_at < remove_old_records.at - interval '1 day' limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  delete from app_private.known_places p where p.ctid = any (array(
    select o.ctid from app_private.known_places o where o.signed_in_at < remove_old_records.at - keep.known_places limit batch for update skip locked));
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
'Removes what nobody needs any more, up to `batch` of each kind, and returns how many: idempotency keys and stored responses, sessions long ended with their tokens, invitations, messages of the development transport, e-mails about accounts, messages to managers, counts of sign-ins and of attempts from networks, places where nobody has signed in for long, delivery attempts, jobs given up. How long each is kept: app_private.retention. Called by the job remove_old_records until it returns 0.';

revoke all on function app_private.remove_old_records(int, timestamptz) from public;
--! EndIncluded core/remove_old_records.sql
--! Included notification/special_networks.sql
-- IANA's special-purpose registries (RFC 6890 and its updates), and what clouds add. Of IPv6 those within 2000::/3: the rest is refused whole.
insert into app_private.special_networks (network, meaning) values
  ('0.0.0.0/8', 'this network'),
  ('10.0.0.0/8', 'private'),
  ('100.64.0.0/10', 'shared by a carrier'),
  ('127.0.0.0/8', 'this machine'),
  ('168.63.129.16/32', 'the host of an Azure machine'),
  ('169.254.0.0/16', 'link-local; clouds'' metadata'),
  ('172.16.0.0/12', 'private'),
  ('192.0.0.0/24', 'protocol assignments'),
  ('192.0.2.0/24', 'documentation'),
  ('192.31.196.0/24', 'AS112'),
  ('192.52.193.0/24', 'automatic multicast tunnelling'),
  ('192.88.99.0/24', '6to4 relays'),
  ('192.168.0.0/16', 'private'),
  ('192.175.48.0/24', 'AS112'),
  ('198.18.0.0/15', 'benchmarks'),
  ('198.51.100.0/24', 'documentation'),
  ('203.0.113.0/24', 'documentation'),
  ('224.0.0.0/4', 'multicast'),
  ('240.0.0.0/4', 'reserved; broadcast'),
  ('2001::/23', 'protocol assignments: Teredo, benchmarks, ORCHID and others'),
  ('2001:db8::/32', 'documentation'),
  ('2002::/16', '6to4'),
  ('2620:4f:8000::/48', 'AS112'),
  ('3fff::/20', 'documentation')
on conflict (network) do update set meaning = excluded.meaning;
--! EndIncluded notification/special_networks.sql
--! Included notification/is_public_address.sql
create or replace function app_private.is_public_address(address inet) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Of IPv6 only what IANA has given out for the public internet: whatever is translated to IPv4, deprecated or of a site lies outside.
  return (family(address) = 4 or address <<= '2000::/3')
    and not exists (select from app_private.special_networks sn where address <<= sn.network);
end
$$;

comment on function app_private.is_public_address(inet) is
'Whether an address is of the public internet, so that webhooks may be sent to it: in none of app_private.special_networks and, if IPv6, in 2000::/3.';

revoke all on function app_private.is_public_address(inet) from public;
--! EndIncluded notification/is_public_address.sql
--! Included notification/check_webhook_url.sql
create or replace function app_private.check_webhook_url() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Hosts in plain ASCII only: a client would decode %31 or fullwidth digits to something that was not judged.
  parts text[] := regexp_match(NEW.url, '^(https?)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?(?:[/?][^[:space:]]*)?$');
  host text := lower(rtrim(parts[2], '.'));
  address inet;
  reason text;
begin
  if parts is null then
    reason := 'not_understood';
  elsif not (select i.is_production from app_private.installation i) then
    return NEW;
  elsif parts[1] <> 'https' then
    reason := 'https_required';
  elsif host like '[%' or host ~ '(^|\.)(\d+|0x[0-9a-f]*)$' then
    -- Clients read every host that ends in a number as an IPv4 address: 2130706433, 0x7f.1 and 0177.0.0.1 are 127.0.0.1.
    if host like '[%' or host ~ '^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$' then
      begin
        address := btrim(host, '[]');
      exception when invalid_text_representation then
        null;
      end;
    end if;
    if address is null or (family(address) = 6) <> (host like '[%') then
      reason := 'not_understood';
    elsif not app_private.is_public_address(address) then
      reason := 'not_public';
    end if;
  elsif host !~ '\.' or host ~ '\.(localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa|test|example|invalid|onion)$' then
    -- Names that are of no public domain. Where the others lead is seen when they are looked up, at each delivery.
    reason := 'not_public';
  end if;
  if reason is not null then
    perform app_hidden.refuse('webhook_url_refused', 'A webhook needs an https address on the public internet.',
      jsonb_build_object('argument', 'url', 'reason', reason));
  end if;
  return NEW;
end
$$;

comment on function app_private.check_webhook_url() is
'Trigger: refuses (webhook_url_refused) an endpoint''s URL that is not understood and, in production (app_private.installation), one that is not https or whose host is seen to be inside a network: an address that is not public, or a name without a public domain.';

revoke all on function app_private.check_webhook_url() from public;
--! EndIncluded notification/check_webhook_url.sql
--! Included notification/clear_reason_of_active_endpoint.sql
create or replace function app_private.clear_reason_of_active_endpoint() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if NEW.is_active then
    NEW.disabled_because := null;
  end if;
  return NEW;
end
$$;

comment on function app_private.clear_reason_of_active_endpoint() is
'Trigger: an endpoint that is switched on again has no reason for being off.';

revoke all on function app_private.clear_reason_of_active_endpoint() from public;
--! EndIncluded notification/clear_reason_of_active_endpoint.sql
--! Included notification/queue_manager_emails.sql
create or replace function app_private.queue_manager_emails(clinic_id bigint, kind text, details jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  insert into app_private.manager_messages (clinic_id, kind, employee_id, details)
  select e.clinic_id, queue_manager_emails.kind, e.id, queue_manager_emails.details
  from app_public.employees e
  where e.clinic_id = queue_manager_emails.clinic_id and e.role = 'manager' and e.is_active
  order by e.id;
end
$$;

comment on function app_private.queue_manager_emails(bigint, text, jsonb) is
'Queues an e-mail to each active manager of a clinic, for the job send_manager_messages. manager_message_of has the words of each kind.';

revoke all on function app_private.queue_manager_emails(bigint, text, jsonb) from public;
--! EndIncluded notification/queue_manager_emails.sql
--! Included notification/follow_endpoint.sql
create or replace function app_private.follow_endpoint() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if not NEW.is_active then
    update app_public.notifications n set state = 'dropped', dropped_because = 'endpoint_inactive'
    where n.clinic_id = NEW.clinic_id and n.endpoint_id = NEW.id and n.state = 'pending';
    if NEW.disabled_because is not null then
      perform app_private.queue_manager_emails(NEW.clinic_id, 'webhook_disabled',
        jsonb_build_object('url', NEW.url, 'because', NEW.disabled_because));
    end if;
  else
    -- Mended, or another address: judged anew.
    delete from app_private.webhook_health h where h.clinic_id = NEW.clinic_id and h.endpoint_id = NEW.id;
  end if;
  return null;
end
$$;

comment on function app_private.follow_endpoint() is
'Trigger: what waits for an endpoint that is switched off is dropped, and when medislot switched it off its managers are written to. One that is switched on again or has another address is not held back by earlier failures.';

revoke all on function app_private.follow_endpoint() from public;
--! EndIncluded notification/follow_endpoint.sql
--! Included notification/is_permanent_failure.sql
create or replace function app_private.is_permanent_failure(channel text, code text) returns boolean
language sql immutable
return case channel
  -- SMTP: 5xx says never, 4xx not now.
  when 'email' then code ~ '^5\d\d$'
  -- HTTP: what the receiver does not take it will not take the next time either, but for its own troubles, time limits and rates.
  -- 401, 403 and 404 of a webhook are a configuration that somebody may be mending this hour.
  when 'sms' then code ~ '^4\d\d$' and code not in ('401', '403', '408', '425', '429')
  else code in ('400', '410', '413', '415', '422', 'not_public')
end;

comment on function app_private.is_permanent_failure(text, text) is
'Whether to give up at once: a channel''s answer (SMTP response code, HTTP status) that another attempt will not change. Null or the code of a network error is not.';

revoke all on function app_private.is_permanent_failure(text, text) from public;
--! EndIncluded notification/is_permanent_failure.sql
--! Included notification/webhook_body.sql
create or replace function app_private.webhook_body(notification app_public.notifications) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Ids and times, nothing about the person: the receiver asks the API for the rest, with its own rights.
  return (
    select jsonb_build_object(
      'id', concat_ws('-', app_private.installation_id(), notification.clinic_id, notification.id, notification.generation),
      'type', notification.kind, 'occurredAt', notification.created_at, 'booking', jsonb_build_object(
        'clinicId', b.clinic_id::text, 'id', b.id::text, 'bookingSlotId', b.booking_slot_id::text,
        'doctorId', b.doctor_id::text, 'customerId', b.customer_id::text, 'status', b.status,
        'cancelledBy', b.cancelled_by, 'sequence', b.sequence,
        'startsAt', b.starts_at, 'endsAt', b.ends_at))::text
    from app_public.bookings b
    where b.clinic_id = notification.clinic_id and b.id = notification.booking_id);
end
$$;

comment on function app_private.webhook_body(app_public.notifications) is
'What a webhook posts for a notification now. claim_webhooks keeps that of the first attempt for all others.';

revoke all on function app_private.webhook_body(app_public.notifications) from public;
--! EndIncluded notification/webhook_body.sql
--! Included notification/messages_of.sql
create or replace function app_private.messages_of(clinic_id bigint, notification_ids bigint[])
returns table (
  id bigint, channel text, recipient text, subject text, body text, idempotency_key text, sender_name text, reply_to text, calendar jsonb,
  secret text, error text)
language plpgsql stable
-- One kept plan that looks each up by its key. By statistics that lag behind, all of a clinic was read for twenty.
set plan_cache_mode = force_generic_plan
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  policy app_public.policies;
  n record;
  the_values jsonb;
  installation_id uuid := app_private.installation_id();
begin
  select x.* into clinic from app_public.clinics x where x.id = messages_of.clinic_id;
  select x.* into policy from app_public.policies x where x.clinic_id = clinic.id;
  for n in
    with wanted as materialized (
      select x.id, x.kind, x.channel, x.generation, x.created_at, x.booking_sequence, b as booking, we.url, ws.secret, wb.body as webhook_body,
        d.full_name as doctor_name, cc.full_name as customer_name, cc.email::text, case when cc.phone_takes_sms then cc.phone_e164 end as sms_number,
        coalesce(c.preferred_language, cc.preferred_language, policy.language) as language
      from unnest(messages_of.notification_ids) as asked (id)
      join app_public.notifications x on x.clinic_id = clinic.id and x.id = asked.id
      join app_public.bookings b on b.clinic_id = clinic.id and b.id = x.booking_id
      left join app_public.doctors d on d.clinic_id = clinic.id and d.id = b.doctor_id
      left join app_public.clinic_customers cc on cc.clinic_id = clinic.id and cc.customer_id = x.customer_id
      left join app_public.customers c on c.id = x.customer_id
      left join app_public.webhook_endpoints we on we.clinic_id = clinic.id and we.id = x.endpoint_id
      left join app_private.webhook_secrets ws on ws.clinic_id = clinic.id and ws.endpoint_id = x.endpoint_id
      left join app_private.webhook_bodies wb on wb.clinic_id = clinic.id and wb.notification_id = x.id and wb.generation = x.generation
    ), texts as materialized (
      select k.*, app_private.text_parts(t.subject) as subject, app_private.text_parts(t.body) as body
      from (select distinct w.kind, w.channel, w.language from wanted w where w.channel <> 'webhook') k
      cross join lateral app_private.notification_text(clinic.id, k.kind, k.channel, k.language) t
    )
    select w.*, t.subject, t.body
    from wanted w left join texts t on t.kind = w.kind and t.channel = w.channel and t.language = w.language
  loop
    id := n.id;
    channel := n.channel;
    idempotency_key := concat_ws('-', installation_id, clinic.id, n.id, n.generation);
    recipient := case n.channel when 'webhook' then n.url when 'sms' then n.sms_number else n.email end;
    secret := n.secret;
    sender_name := null;
    reply_to := null;
    calendar := null;
    error := null;
    -- What goes wrong with one is told of that one, and the others are sent.
    begin
      if n.channel = 'webhook' then
        subject := n.kind::text;
        body := n.webhook_body;
      else
        if n.body is null then
          raise exception 'there is no text for % by % in %', n.kind, n.channel, n.language;
        end if;
        the_values := app_private.text_values(clinic, n.customer_name, n.doctor_name, (n.booking).starts_at, n.language, (n.booking).id,
          (n.booking).cancelled_by, (n.booking).cancellation_reason);
        subject := app_private.fill_in(n.subject, the_values);
        body := app_private.fill_in(n.body, the_values);
        sender_name := coalesce(policy.sender_name, clinic.name);
        reply_to := clinic.email::text;
        if n.channel = 'email' and n.kind <> 'booking_reminder' then
          calendar := jsonb_build_object(
            'uid', app_public.calendar_uid(clinic.id, (n.booking).id),
            'sequence', n.booking_sequence,
            'isCancelled', n.kind in ('booking_cancelled', 'slot_withdrawn'),
            'startsAt', (n.booking).starts_at, 'endsAt', (n.booking).ends_at, 'stampedAt', n.created_at,
            'summary', format('%s, %s', n.doctor_name, clinic.name),
            'location', concat_ws(', ', clinic.name, clinic.address),
            'description', body,
            'organizer', sender_name, 'organizerEmail', reply_to, 'attendee', n.customer_name);
        end if;
      end if;
    exception when others then
      error := sqlerrm;
      subject := null;
      body := null;
      calendar := null;
    end;
    return next;
  end loop;
end
$$;

comment on function app_private.messages_of(bigint, bigint[]) is
'Notifications of a clinic as they are to be sent now: channel, recipient (null when the clinic knows no address), subject, body, the key under which a provider knows a second delivery, sender''s name, reply address, calendar entry (confirmation, update, cancellation by e-mail), and for a webhook the secret to sign with and the body of its first attempt; or, of one that cannot be worded, the error. Times in the clinic''s zone, words in the customer''s language. None for a notification that is gone.';

revoke all on function app_private.messages_of(bigint, bigint[]) from public;
--! EndIncluded notification/messages_of.sql
--! Included notification/claim_notifications.sql
create or replace function app_private.claim_notifications(
  batch int default 20, at timestamptz default now(), only_channel text default null) returns setof app_public.notifications
language plpgsql volatile
-- Walks the index of what is due in its order and looks each up by its key. The planner, who does not know how large a batch is, read all
-- bookings and customers for twenty.
set enable_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  the_clinic bigint;
  quiet_until timestamptz;
  claimed int;
begin
  if claim_notifications.only_channel is null then
    return query select n.* from app_private.claim_notifications(claim_notifications.batch, claim_notifications.at, 'email') n;
    if not found then
      return query select n.* from app_private.claim_notifications(claim_notifications.batch, claim_notifications.at, 'sms') n;
    end if;
    return;
  elsif claim_notifications.only_channel = 'webhook' then
    raise exception 'webhooks are claimed by claim_webhooks' using errcode = 'XX000';
  end if;
  loop
    -- One clinic at a time (its rows lie together, also on a shard): the one whose message has waited longest.
    select n.clinic_id into the_clinic from app_public.notifications n
    where n.state = 'pending' and greatest(least(n.send_after, n.due_at), n.retry_at) <= claim_notifications.at
      and n.channel = claim_notifications.only_channel
    order by greatest(least(n.send_after, n.due_at), n.retry_at) limit 1 for update skip locked;
    if the_clinic is null then
      return;
    end if;
    select upper(app_private.quiet_hours(claim_notifications.at, c.time_zone, p.quiet_from, p.quiet_until)) into quiet_until
    from app_public.clinics c join app_public.policies p on p.clinic_id = c.id
    where c.id = the_clinic;
    return query
      with due as materialized (
        select n.clinic_id, n.id, n.customer_id, n.booking_id, n.kind, n.answers_until, n.earlier_start from app_public.notifications n
        where n.clinic_id = the_clinic and n.state = 'pending'
          and greatest(least(n.send_after, n.due_at), n.retry_at) <= claim_notifications.at
          and n.channel = claim_notifications.only_channel
        order by greatest(least(n.send_after, n.due_at), n.retry_at)
        limit claim_notifications.batch for update skip locked
      ), judged as (
        -- Judged now and not when it was queued: an opt-out holds from the moment it is made, and so do quiet hours, whatever made the
        -- message due in them (a lead time that was added, a booking made at night, another attempt, a changed rule).
        select d.clinic_id, d.id, case
            when d.kind <> 'booking_reminder' then null
            when b.starts_at <= claim_notifications.at then 'too_late'
            when not (cc.wants_reminders and c.wants_reminders) then 'opted_out'
            -- A reminder that could only come when the appointment has begun.
            when q.has_to_wait and b.starts_at <= quiet_until then 'quiet_hours' end as unwanted,
          q.has_to_wait
        from due d
        join app_public.bookings b on b.clinic_id = d.clinic_id and b.id = d.booking_id
        join app_public.clinic_customers cc on cc.clinic_id = d.clinic_id and cc.customer_id = d.customer_id
        join app_public.customers c on c.id = d.customer_id
        cross join lateral (
          select quiet_until is not null
            -- The answer to what somebody has just done is no disturbance.
            and coalesce(claim_notifications.at >= d.answers_until, true)
            -- News that would come too late in the morning: of a visit that begins within two hours of the end of the quiet hours, or
            -- would have. The patient who comes for nothing is worse off than the one who is woken.
            and (d.kind = 'booking_reminder' or quiet_until <= least(b.starts_at, d.earlier_start) - interval '2 hours') as has_to_wait
        ) q
      ), dropped as (
        update app_public.notifications n set state = 'dropped', dropped_because = j.unwanted
        from judged j where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is not null
      ), put_off as (
        update app_public.notifications n set retry_at = quiet_until
        from judged j where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is null and j.has_to_wait
      ), taken as (
        -- The attempt is counted and the next one set before the message goes out: a worker that dies while sending has sent at most
        -- once too often, never too seldom, and a message that kills its worker does not do so for ever.
        update app_public.notifications n
        set attempts = n.attempts + 1,
            retry_at = claim_notifications.at + interval '30 seconds' * 2 ^ n.attempts
        from judged j
        where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is null and not j.has_to_wait
        returning n.*
      ), begun as (
        insert into app_private.delivery_attempts (clinic_id, notification_id, generation, attempt, channel, started_at)
        select t.clinic_id, t.id, t.generation, t.attempts, t.channel, claim_notifications.at from taken t
      )
      select t.* from taken t;
    get diagnostics claimed = row_count;
    -- A batch of which nothing is sent now is not the end of the work.
    exit when claimed > 0;
  end loop;
end
$$;

comment on function app_private.claim_notifications(int, timestamptz, text) is
'Takes up to `batch` messages of one clinic that are to be sent at `at` by e-mail or SMS (`only_channel`; null for either); none that another worker has. Each is due again after 30 s, doubling, unless recorded by record_deliveries; so a batch has to be sent within 30 s. Reminders that are not wanted any more are dropped. In the clinic''s quiet hours nothing is sent but answers to what somebody has just done (an hour from then) and news, not reminders, of a visit that begins within two hours of their end; what else is due waits for their end, and a reminder that this makes too late is dropped. Called by the job send_notifications.';

revoke all on function app_private.claim_notifications(int, timestamptz, text) from public;
--! EndIncluded notification/claim_notifications.sql
--! Included notification/claim_webhooks.sql
create or replace function app_private.claim_webhooks(
  batch int default 20, at timestamptz default now(), failing boolean default false) returns setof app_public.notifications
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- A receiver that never answers keeps a connection for ten seconds. However many messages it is owed, it has no more than these.
  most_of_endpoint constant int := case when claim_webhooks.failing then 1 else 4 end;
  most_of_clinic constant int := case when claim_webhooks.failing then 2 else 8 end;
begin
  -- One at a time, for the milliseconds this takes: those who count at the same time would exceed the limits together.
  perform pg_advisory_xact_lock(hashtextextended('medislot claim_webhooks', 0));
  return query
    with recursive waiting as (
      -- Endpoints with messages, by one look into the index each, however many messages there are.
      (select n.clinic_id, n.endpoint_id from app_public.notifications n
       where n.state = 'pending' and n.channel = 'webhook' order by n.clinic_id, n.endpoint_id limit 1)
      union all
      select x.clinic_id, x.endpoint_id
      from waiting w cross join lateral (
        select n.clinic_id, n.endpoint_id from app_public.notifications n
        where n.state = 'pending' and n.channel = 'webhook' and (n.clinic_id, n.endpoint_id) > (w.clinic_id, w.endpoint_id)
        order by n.clinic_id, n.endpoint_id limit 1) x
    ), under_way as (
      select n.clinic_id, n.endpoint_id, count(*) as messages
      from app_private.delivery_attempts da
      join app_public.notifications n on n.clinic_id = da.clinic_id and n.id = da.notification_id
      -- Older ones lost their worker: a message is claimed for half a minute.
      where da.channel = 'webhook' and da.ended_at is null and da.started_at > claim_webhooks.at - interval '30 seconds'
      group by 1, 2
    ), endpoints as (
      select w.clinic_id, w.endpoint_id, h.served_at, most_of_endpoint - coalesce(u.messages, 0) as room,
        coalesce(sum(u.messages) over (partition by w.clinic_id), 0) as of_clinic
      from waiting w
      left join app_private.webhook_health h on h.clinic_id = w.clinic_id and h.endpoint_id = w.endpoint_id
      left join under_way u on u.clinic_id = w.clinic_id and u.endpoint_id = w.endpoint_id
      where coalesce(h.failures > 0 or h.is_slow, false) = claim_webhooks.failing
        and coalesce(h.retry_at <= claim_webhooks.at, true)
        -- One that was switched off keeps nothing: its messages are dropped then. A booking that did not see it yet may still add one.
        and (select we.is_active from app_public.webhook_endpoints we where we.clinic_id = w.clinic_id and we.id = w.endpoint_id)
    ), candidates as (
      select m.clinic_id, m.id, e.endpoint_id, e.served_at, e.of_clinic, m.due_at,
        row_number() over (partition by e.clinic_id, e.endpoint_id order by m.due_at, m.id) as turn
      from endpoints e cross join lateral (
        select n.clinic_id, n.id, greatest(n.due_at, n.retry_at) as due_at from app_public.notifications n
        where n.clinic_id = e.clinic_id and n.endpoint_id = e.endpoint_id and n.state = 'pending' and n.channel = 'webhook'
          and greatest(n.due_at, n.retry_at) <= claim_webhooks.at
        order by greatest(n.due_at, n.retry_at) limit greatest(e.room, 0) for update skip locked) m
    ), in_turn as (
      -- The first message of each clinic before the second of any, and first whom it was longest since.
      select c.clinic_id, c.id, c.served_at, c.due_at, c.of_clinic,
        row_number() over (partition by c.clinic_id order by c.turn, c.due_at, c.id) as turn_of_clinic
      from candidates c
    ), chosen as materialized (
      select t.clinic_id, t.id from in_turn t
      where t.turn_of_clinic + t.of_clinic <= most_of_clinic
      order by t.turn_of_clinic, t.served_at nulls first, t.due_at, t.id
      limit claim_webhooks.batch
    ), taken as (
      -- As in claim_notifications: the attempt is counted and the next one set before the message goes out.
      update app_public.notifications n
      set attempts = n.attempts + 1, retry_at = claim_webhooks.at + interval '30 seconds' * 2 ^ n.attempts
      from chosen c where n.clinic_id = c.clinic_id and n.id = c.id
      returning n.*
    ), begun as (
      insert into app_private.delivery_attempts (clinic_id, notification_id, generation, attempt, channel, started_at)
      select t.clinic_id, t.id, t.generation, t.attempts, t.channel, claim_webhooks.at from taken t
    ), worded as (
      -- Once, so that each attempt posts the same bytes under the same key.
      insert into app_private.webhook_bodies (clinic_id, notification_id, generation, body)
      select t.clinic_id, t.id, t.generation, app_private.webhook_body(t) from taken t
      on conflict on constraint a_webhook_is_worded_once do nothing
    ), served as (
      insert into app_private.webhook_health as h (clinic_id, endpoint_id, served_at)
      select distinct t.clinic_id, t.endpoint_id, claim_webhooks.at from taken t
      on conflict on constraint an_endpoint_has_one_state_of_health do update set served_at = excluded.served_at
    )
    select t.* from taken t;
end
$$;

comment on function app_private.claim_webhooks(int, timestamptz, boolean) is
'Takes up to `batch` webhooks that are to be sent at `at`: of endpoints whose last attempt was answered in good time, or, with `failing`, of the others, which so have senders of their own. Fair between clinics: the first message of each before the second of any; four at a time to an endpoint and eight to those of a clinic, one and two of failing ones. An endpoint that failed has a pause first (record_webhook_deliveries). Each is due again after 30 s, doubling, unless its end is recorded. Called by the job send_webhooks.';

revoke all on function app_private.claim_webhooks(int, timestamptz, boolean) from public;
--! EndIncluded notification/claim_webhooks.sql
--! Included notification/record_webhook_deliveries.sql
create or replace function app_private.record_webhook_deliveries(outcomes jsonb)
returns table (clinic_id bigint, id bigint, state app_public.notification_state)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  heard record;
begin
  -- Those who record of one endpoint take turns, or one that switches it off would wait for a message the other has, and the other for it.
  perform from app_public.webhook_endpoints we
  where (we.clinic_id, we.id) in (
    select n.clinic_id, n.endpoint_id
    from jsonb_to_recordset(record_webhook_deliveries.outcomes) as o (clinic_id bigint, id bigint)
    join app_public.notifications n on n.clinic_id = o.clinic_id and n.id = o.id)
  order by we.clinic_id, we.id for no key update;
  return query select r.clinic_id, r.id, r.state from app_private.record_deliveries(record_webhook_deliveries.outcomes) r;

  delete from app_private.webhook_bodies wb
  using jsonb_to_recordset(record_webhook_deliveries.outcomes) as o (clinic_id bigint, id bigint), app_public.notifications n
  where n.clinic_id = o.clinic_id and n.id = o.id and n.state <> 'pending'
    and wb.clinic_id = n.clinic_id and wb.notification_id = n.id;

  for heard in
    select n.clinic_id, n.endpoint_id,
      -- A refusal is an answer; a receiver's own troubles, limits and missing configuration are not.
      bool_or(o.error is null
        or coalesce(o.code, '') ~ '^4\d\d$' and o.code not in ('401', '403', '404', '408', '410', '425', '429')) as answers,
      max(da.ended_at - da.started_at) > interval '2 seconds' as is_slow,
      case when bool_or(o.code = '410') then 'gone' when bool_or(o.code = 'not_public') then 'not_public' end as ends_because
    from jsonb_to_recordset(record_webhook_deliveries.outcomes) as o (clinic_id bigint, id bigint, error text, code text)
    join app_public.notifications n on n.clinic_id = o.clinic_id and n.id = o.id and n.channel = 'webhook'
    join app_private.delivery_attempts da
      on da.clinic_id = n.clinic_id and da.notification_id = n.id and da.generation = n.generation and da.attempt = n.attempts
    group by n.clinic_id, n.endpoint_id
    order by n.clinic_id, n.endpoint_id
  loop
    update app_private.webhook_health h
    set failures = case when heard.answers then 0 else h.failures + 1 end,
        is_slow = heard.is_slow,
        retry_at = case when not heard.answers then now() + least(interval '15 seconds' * 2 ^ least(h.failures, 10), interval '15 minutes') end
    where h.clinic_id = heard.clinic_id and h.endpoint_id = heard.endpoint_id;
    if heard.ends_because is not null then
      update app_public.webhook_endpoints we set is_active = false, disabled_because = heard.ends_because
      where we.clinic_id = heard.clinic_id and we.id = heard.endpoint_id and we.is_active;
    elsif not heard.answers then
      -- What waits for this endpoint longer than a day is news no more.
      update app_public.notifications n
      set state = 'dead', last_error = coalesce(n.last_error, 'the endpoint did not take it within a day')
      where n.clinic_id = heard.clinic_id and n.endpoint_id = heard.endpoint_id and n.state = 'pending' and n.channel = 'webhook'
        and n.due_at < now() - interval '1 day';
    end if;
  end loop;
end
$$;

comment on function app_private.record_webhook_deliveries(jsonb) is
'record_deliveries for webhooks, which also notes how their endpoints are. One that did not answer has a pause of 15 s, doubling to 15 minutes, before the next attempt with one message; messages older than a day die with it. One that answers 410 (gone), or whose name leads inside a network (code not_public), is switched off and its managers are written to.';

revoke all on function app_private.record_webhook_deliveries(jsonb) from public;
--! EndIncluded notification/record_webhook_deliveries.sql
--! Included notification/create_webhook_endpoint.sql
create or replace function app_public.create_webhook_endpoint(
  clinic_id bigint, url text, kinds app_public.notification_kind[] default null, wants_event_head boolean default false)
returns app_public.new_webhook_endpoint
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  made app_public.new_webhook_endpoint;
begin
  perform app_private.require_clinic_role(create_webhook_endpoint.clinic_id, 'manage');
  insert into app_public.webhook_endpoints as we (clinic_id, url, kinds, wants_event_head)
  values (create_webhook_endpoint.clinic_id, create_webhook_endpoint.url, coalesce(create_webhook_endpoint.kinds,
    '{booking_confirmed,booking_rescheduled,booking_cancelled,slot_withdrawn}'), coalesce(create_webhook_endpoint.wants_event_head, false))
  returning we.clinic_id, we.id, we.url into made.clinic_id, made.id, made.url;
  made.secret := 'whsec_' || translate(encode(public.gen_random_bytes(32), 'base64'), '+/=', '-_');
  insert into app_private.webhook_secrets (clinic_id, endpoint_id, secret) values (made.clinic_id, made.id, made.secret);
  return made;
end
$$;

comment on function app_public.create_webhook_endpoint(bigint, text, app_public.notification_kind[], boolean) is
'Registers an address of the clinic''s own system, which is told of bookings by POST, signed with the secret that is shown here once. Without `kinds`: of all but reminders. With `wants_event_head` it also gets the head of the clinic''s chain of events daily. To end it, set is_active to false. For managers. Refuses forbidden, webhook_url_refused, check_violation (reminders, a URL that is too long).';

revoke all on function app_public.create_webhook_endpoint(bigint, text, app_public.notification_kind[], boolean) from public;
grant execute on function app_public.create_webhook_endpoint(bigint, text, app_public.notification_kind[], boolean) to app_staff;
--! EndIncluded notification/create_webhook_endpoint.sql
--! Included notification/claim_manager_messages.sql
create or replace function app_private.claim_manager_messages(batch int default 20, at timestamptz default now())
returns table (clinic_id bigint, id bigint)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with due as materialized (
      select m.clinic_id, m.id from app_private.manager_messages m
      where m.state = 'pending' and m.send_after <= claim_manager_messages.at
      order by m.send_after limit claim_manager_messages.batch for update skip locked)
    -- As with claim_notifications: counted, and due again, before it goes out.
    update app_private.manager_messages m
    set attempts = m.attempts + 1, send_after = claim_manager_messages.at + interval '30 seconds' * 2 ^ m.attempts
    from due where m.clinic_id = due.clinic_id and m.id = due.id
    returning m.clinic_id, m.id;
end
$$;

comment on function app_private.claim_manager_messages(int, timestamptz) is
'Takes up to `batch` messages to managers that are to be sent at `at`, none that another worker has. Each is due again after 30 s, doubling, unless its end is recorded.';

revoke all on function app_private.claim_manager_messages(int, timestamptz) from public;
--! EndIncluded notification/claim_manager_messages.sql
--! Included notification/manager_message_of.sql
create or replace function app_private.manager_message_of(
  clinic_id bigint, message_id bigint, public_url text, out channel text, out recipient text, out subject text, out body text,
  out idempotency_key text, out secret text) returns setof record
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  m record;
begin
  select x.*, c.name as clinic_name, p.language, a.email, we.url, ws.secret into m
  from app_private.manager_messages x
  join app_public.clinics c on c.id = x.clinic_id
  join app_public.policies p on p.clinic_id = x.clinic_id
  -- Not to those who have left since.
  left join app_public.employees e on e.clinic_id = x.clinic_id and e.id = x.employee_id and e.is_active and e.role = 'manager'
  left join app_private.accounts a on a.id = e.account_id and a.is_active
  left join app_public.webhook_endpoints we on we.clinic_id = x.clinic_id and we.id = x.endpoint_id and we.is_active
  left join app_private.webhook_secrets ws on ws.clinic_id = we.clinic_id and ws.endpoint_id = we.id
  where x.clinic_id = manager_message_of.clinic_id and x.id = manager_message_of.message_id and x.state = 'pending';
  channel := case when m.endpoint_id is null then 'email' else 'webhook' end;
  recipient := case channel when 'email' then m.email else m.url end;
  if recipient is null then
    return;
  end if;
  secret := m.secret;
  idempotency_key := concat_ws('-', 'manager', app_private.installation_id(), m.clinic_id, m.id);
  if channel = 'webhook' then
    subject := m.kind;
    body := jsonb_build_object('id', idempotency_key, 'type', m.kind, 'occurredAt', m.created_at, 'eventHead', m.details)::text;
    return next;
    return;
  end if;
  case m.kind || ' ' || m.language
    when 'webhook_disabled en' then
      subject := format('A webhook of %s was switched off', m.clinic_name);
      body := format(E'Hello,\n\nthe webhook %s of %s was switched off, because %s. Your system is not told of bookings any more.\n\nIf that was not intended, correct its address and switch it on again: %s/manage/webhooks',
        m.details ->> 'url', m.clinic_name,
        case m.details ->> 'because' when 'gone' then 'the receiver answered that it is gone (410)' else 'its address does not lead to the public internet' end,
        btrim(public_url, '/'));
    when 'webhook_disabled de' then
      subject := format('Ein Webhook von %s wurde abgeschaltet', m.clinic_name);
      body := format(E'Guten Tag,\n\nder Webhook %s von %s wurde abgeschaltet, weil %s. Ihr System erfährt nichts mehr von Buchungen.\n\nWenn das nicht beabsichtigt war, berichtigen Sie die Adresse und schalten Sie ihn wieder ein: %s/manage/webhooks',
        m.details ->> 'url', m.clinic_name,
        case m.details ->> 'because' when 'gone' then 'der Empfänger geantwortet hat, dass es ihn nicht mehr gibt (410)' else 'seine Adresse nicht ins öffentliche Internet führt' end,
        btrim(public_url, '/'));
    when 'event_head en' then
      subject := format('Records of %s: checksum of %s', m.clinic_name, left(m.details ->> 'sealedAt', 10));
      body := format(E'Hello,\n\nplease keep this message. It holds a checksum of the records of %s. With it you can prove later that nothing recorded until then was changed:\n\n%s\n\n%s records, the last of them sealed at %s.\n\nTo compare, give the line above to verifyEvents as "head" (docs/events.md). You can switch these messages off in the booking rules: %s/manage/policy',
        m.clinic_name, m.details ->> 'head', m.details ->> 'position', m.details ->> 'sealedAt', btrim(public_url, '/'));
    when 'event_head de' then
      subject := format('Aufzeichnungen von %s: Prüfsumme vom %s', m.clinic_name, left(m.details ->> 'sealedAt', 10));
      body := format(E'Guten Tag,\n\nbitte bewahren Sie diese Nachricht auf. Sie enthält eine Prüfsumme der Aufzeichnungen von %s. Mit ihr lässt sich später beweisen, dass bis dahin nichts geändert wurde:\n\n%s\n\n%s Einträge, der letzte gesiegelt am %s.\n\nZum Vergleich geben Sie die Zeile oben als "head" an verifyEvents (docs/events.md). Abschalten können Sie diese Nachrichten in den Buchungsregeln: %s/manage/policy',
        m.clinic_name, m.details ->> 'head', m.details ->> 'position', m.details ->> 'sealedAt', btrim(public_url, '/'));
  end case;
  return next;
end
$$;

comment on function app_private.manager_message_of(bigint, bigint, text) is
'A claimed message to a manager, or to a clinic''s own system, as it is to be sent now, with links to the pages at `public_url`; no row when it is not to be sent any more, because the manager has left or the endpoint was switched off.';

revoke all on function app_private.manager_message_of(bigint, bigint, text) from public;
--! EndIncluded notification/manager_message_of.sql
--! Included notification/end_manager_message.sql
create or replace function app_private.end_manager_message(
  clinic_id bigint, message_id bigint, error text default null, code text default null, delivered_body text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_private.manager_messages m
  set last_error = left(end_manager_message.error, 1000),
      sent_at = case when end_manager_message.error is null then now() end,
      delivered_body = end_manager_message.delivered_body,
      state = case
        when end_manager_message.error is null then 'sent'
        when m.attempts >= ch.most_attempts or app_private.is_permanent_failure(ch.channel, end_manager_message.code) then 'dead'
        else m.state end
  from app_private.channels ch
  where m.clinic_id = end_manager_message.clinic_id and m.id = end_manager_message.message_id and m.state = 'pending'
    and ch.channel = case when m.endpoint_id is null then 'email' else 'webhook' end;
end
$$;

comment on function app_private.end_manager_message(bigint, bigint, text, text, text) is
'Records that a claimed message to a manager was sent (no error), or why not: it is tried again until the channel''s last attempt, or not at all when the code says never. `delivered_body` keeps what the development transport would have sent.';

revoke all on function app_private.end_manager_message(bigint, bigint, text, text, text) from public;
--! EndIncluded notification/end_manager_message.sql
--! Included booking/head_text.sql
create or replace function app_private.head_text(head app_private.event_heads) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return head.position || ':' || encode(head.hash, 'hex');
end
$$;

comment on function app_private.head_text(app_private.event_heads) is
'The head of a chain as one text: its position and its hash. verify_events takes it.';

revoke all on function app_private.head_text(app_private.event_heads) from public;
--! EndIncluded booking/head_text.sql
--! Included booking/event_heads_to_store.sql
create or replace function app_private.event_heads_to_store()
returns table (clinic_id bigint, "position" bigint, hash text, sealed_at timestamptz, head text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select h.clinic_id, h.position, encode(h.hash, 'hex'), h.sealed_at, app_private.head_text(h)
    from app_private.event_heads h order by h.clinic_id;
end
$$;

comment on function app_private.event_heads_to_store() is
'The head of each clinic''s chain of events, for the job store_event_heads. `head` is what verify_events takes.';

revoke all on function app_private.event_heads_to_store() from public;
--! EndIncluded booking/event_heads_to_store.sql
--! Included booking/queue_event_heads.sql
create or replace function app_private.queue_event_heads() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  h app_private.event_heads;
  details jsonb;
  queued int := 0;
begin
  -- Once for each head: a clinic in which nothing happened since gets no second message.
  for h in
    select x.* from app_private.event_heads x
    left join app_private.told_event_heads t on t.clinic_id = x.clinic_id
    where x.position > coalesce(t.position, 0)
    order by x.clinic_id
  loop
    details := jsonb_build_object('clinicId', h.clinic_id::text, 'head', app_private.head_text(h), 'position', h.position::text,
      'hash', encode(h.hash, 'hex'), 'sealedAt', to_char(h.sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
    if exists (select from app_public.policies p where p.clinic_id = h.clinic_id and p.mails_event_head) then
      perform app_private.queue_manager_emails(h.clinic_id, 'event_head', details);
    end if;
    insert into app_private.manager_messages (clinic_id, kind, endpoint_id, details)
    select we.clinic_id, 'event_head', we.id, details
    from app_public.webhook_endpoints we
    where we.clinic_id = h.clinic_id and we.is_active and we.wants_event_head;
    insert into app_private.told_event_heads as t (clinic_id, position, told_at) values (h.clinic_id, h.position, now())
    on conflict on constraint a_clinic_has_one_told_head do update set position = excluded.position, told_at = excluded.told_at;
    queued := queued + 1;
  end loop;
  return queued;
end
$$;

comment on function app_private.queue_event_heads() is
'Queues the head of each clinic''s chain of events that has grown since the last time, to the managers (policies.mails_event_head) and endpoints (wants_event_head) that keep it. Returns for how many clinics. Called daily by the job store_event_heads.';

revoke all on function app_private.queue_event_heads() from public;
--! EndIncluded booking/queue_event_heads.sql
--! Included booking/verify_events.sql
create or replace function app_public.verify_events(
  clinic_id bigint, since_position bigint default 0, since_hash text default null, head text default null)
returns app_public.event_verification
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  told app_public.event_verification;
  last app_private.event_heads;
  kept text[] := regexp_match(btrim(verify_events.head), '^(\d{1,18}):([0-9a-f]{64})$');
  sealing app_private.event_sealing;
  next_transaction xid8 := pg_snapshot_xmax(pg_current_snapshot());
  last_position bigint;
  inserted app_public.events;
begin
  perform app_private.require_clinic_role(verify_events.clinic_id, 'manage');
  if since_position is null or since_position < 0 then
    perform app_hidden.refuse('invalid_argument', 'A position is a number from 0 on.', '{"argument": "sincePosition"}');
  elsif verify_events.head is not null and kept is null then
    perform app_hidden.refuse('invalid_argument', 'A head is a position, a colon and a hash of 64 digits, as it was stored.', '{"argument": "head"}');
  end if;
  -- One snapshot for all of this, since the function is stable: what is sealed meanwhile does not disturb.
  select h.* into last from app_private.event_heads h where h.clinic_id = verify_events.clinic_id;
  select s.* into sealing from app_private.event_sealing s;
  told.clinic_id := verify_events.clinic_id;
  told.position := coalesce(last.position, 0);
  told.hash := encode(last.hash, 'hex');
  told.sealed_at := last.sealed_at;
  select count(*) into told.unsealed from app_public.events e
  where e.clinic_id = verify_events.clinic_id and (e.transaction_id, e.id) > (sealing.transaction_id, sealing.event_id)
    and not exists (select from app_private.event_seals s where s.clinic_id = e.clinic_id and s.event_id = e.id);

  if kept is not null and kept[2] is distinct from (
       select encode(s.hash, 'hex') from app_private.event_seals s
       where s.clinic_id = verify_events.clinic_id and s.position = kept[1]::bigint) then
    told.fault := 'rewritten';
    told.fault_position := kept[1]::bigint;
    return told;
  elsif since_hash is not null and since_hash is distinct from coalesce((
       select encode(s.hash, 'hex') from app_private.event_seals s
       where s.clinic_id = verify_events.clinic_id and s.position = since_position), '') then
    told.fault := 'rewritten';
    told.fault_position := since_position;
    return told;
  end if;

  select c.fault, case c.fault when 'seal_missing' then c.expected else c.position end, case when c.fault <> 'seal_missing' then c.event_id end
    into told.fault, told.fault_position, told.fault_event_id
  from (
    select l.position, l.event_id, l.expected, (case
      when l.position <> l.expected then 'seal_missing'
      when e.id is null then 'missing'
      when l.hash <> app_private.hash_event(l.previous, e, l.reason_digest)
        or (e.reason is null) <> (l.reason_salt is null)
        or e.reason is not null and sha256(l.reason_salt || convert_to(e.reason, 'utf8')) is distinct from l.reason_digest
        -- A reason that is gone with its salt was erased with the person that it was about, or it was not erased at all.
        or e.reason is null and l.reason_digest is not null and not exists (
          select from app_public.events about join app_private.erasures er on er.customer_id = about.customer_id
          where about.clinic_id = e.clinic_id and about.booking_slot_id = e.booking_slot_id and about.transaction_id = e.transaction_id) then 'changed'
    end)::app_public.event_fault as fault
    from (
      select s.*, coalesce(lag(s.position) over chain, 0) + 1 as expected, coalesce(lag(s.hash) over chain, '') as previous
      from app_private.event_seals s
      where s.clinic_id = verify_events.clinic_id and s.position >= since_position
      window chain as (order by s.position)
    ) l
    left join app_public.events e on e.clinic_id = l.clinic_id and e.id = l.event_id
    where l.position > since_position
  ) c
  where c.fault is not null order by c.position limit 1;

  if told.fault is null then
    -- The end: as long as its head says, and leading to it.
    select max(s.position) into last_position from app_private.event_seals s where s.clinic_id = verify_events.clinic_id;
    if coalesce(last_position, 0) < told.position then
      told.fault := 'seal_missing';
      told.fault_position := coalesce(last_position, 0) + 1;
    elsif last_position > told.position or last.hash <> (
        select s.hash from app_private.event_seals s where s.clinic_id = verify_events.clinic_id and s.position = last.position) then
      told.fault := 'rewritten';
      told.fault_position := told.position;
    end if;
  end if;

  -- What was put in behind the sealer's back has no seal, and never gets one: the sealer has been there, or its number is none yet.
  -- (Ours may be: this transaction's own.)
  select e.* into inserted from app_public.events e
  where e.clinic_id = verify_events.clinic_id
    and ((e.transaction_id, e.id) <= (sealing.transaction_id, sealing.event_id)
         or e.transaction_id >= next_transaction and sealing.transaction_id < next_transaction and e.transaction_id is distinct from pg_current_xact_id_if_assigned())
    and not exists (select from app_private.event_seals s where s.clinic_id = e.clinic_id and s.event_id = e.id)
  order by e.transaction_id, e.id limit 1;
  if inserted.id is not null then
    -- It lies before the first sealed event that is younger.
    select coalesce(min(s.position), told.position + 1) into last_position
    from app_public.events e join app_private.event_seals s on s.clinic_id = e.clinic_id and s.event_id = e.id
    where e.clinic_id = inserted.clinic_id and (e.transaction_id, e.id) > (inserted.transaction_id, inserted.id);
    if told.fault is null or last_position <= told.fault_position then
      told.fault := 'inserted';
      told.fault_position := last_position;
      told.fault_event_id := inserted.id;
    end if;
  end if;
  return told;
end
$$;

comment on function app_public.verify_events(bigint, bigint, text, text) is
$c$Whether the sealed events of a clinic are as they were sealed: `fault` is null, or says what is wrong with the first row at fault. `position` and `hash` are the head of the chain: note them elsewhere, and give them as `since_position` and `since_hash` to prove later that the chain still contains them, and to look only at what came after. `head` is one as medislot stored it elsewhere (position:hash): the chain has to contain it (else `rewritten`), and all of it is verified.
Reads every sealed event of the clinic from there on. For managers, administrators and DBAs. Refuses forbidden, unauthenticated, invalid_argument.$c$;

revoke all on function app_public.verify_events(bigint, bigint, text, text) from public;
grant execute on function app_public.verify_events(bigint, bigint, text, text) to app_staff;
--! EndIncluded booking/verify_events.sql
drop trigger if exists webhooks_go_to_public_addresses on app_public.webhook_endpoints;
create trigger webhooks_go_to_public_addresses before insert or update of url, is_active on app_public.webhook_endpoints
  for each row when (NEW.is_active) execute function app_private.check_webhook_url();
drop trigger if exists active_endpoints_have_no_reason_to_be_off on app_public.webhook_endpoints;
create trigger active_endpoints_have_no_reason_to_be_off before update of is_active on app_public.webhook_endpoints
  for each row execute function app_private.clear_reason_of_active_endpoint();
drop trigger if exists messages_follow_their_endpoint on app_public.webhook_endpoints;
create trigger messages_follow_their_endpoint after update of is_active, url on app_public.webhook_endpoints
  for each row when ((NEW.is_active, NEW.url) is distinct from (OLD.is_active, OLD.url)) execute function app_private.follow_endpoint();
-- What an import tells: specializations that are new. Files with faults are judged in time that grows with their length.
do $$
begin
  if not exists (select from pg_attribute where attrelid = 'app_private.imported_roster'::regclass and attname = 'new_specializations') then
    alter type app_private.imported_roster add attribute new_specializations text[];
  end if;
end
$$;
drop function if exists app_private.unread_roster_text(jsonb, text);
drop function if exists app_private.parse_roster_time_slots(text, app_private.roster_time_slot[], int, text);
drop function if exists app_private.find_roster_time_slots(text, app_private.roster_time_slot[], int, text);
drop function if exists app_private.unknown_roster_time_slot(text[], app_private.roster_time_slot[], int, text);
--! Included roster/roster_text.sql
create or replace function app_private.roster_text(value text) returns text
language sql immutable parallel safe
-- Spreadsheets bring no-break spaces (before AM, say), from a Mac letters in two parts, and from web pages characters that take no
-- room (soft hyphens, zero-width spaces, direction marks): what looks the same has to be the same.
return nullif(btrim(regexp_replace(
  regexp_replace(normalize(value, nfc), '[\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff]', '', 'g'),
  '[\s\u00a0\u2000-\u200a\u202f\u3000]+', ' ', 'g')), '');

comment on function app_private.roster_text(text) is
'A cell of a roster as it is judged and stored: no white space around it, single spaces within and no characters without width, null when nothing is left.';

revoke all on function app_private.roster_text(text) from public;
--! EndIncluded roster/roster_text.sql
--! Included roster/roster_column.sql
create or replace function app_private.roster_column(file text, header text) returns text
language sql immutable parallel safe
begin atomic
  select rc."column" from app_private.roster_columns() rc
  where rc.file = roster_column.file
    -- "E-Mail", "email" and "valid_from" are how people write it; characters that take no room come with what they copied.
    and regexp_replace(rc."column", '[^a-z]', '', 'g') =
      regexp_replace(lower(roster_column.header), '[-_.\s\u00a0\u00ad\u061c\u180e\u2000-\u200f\u202a-\u202f\u2060-\u2069\ufeff]', '', 'g');
end;

comment on function app_private.roster_column(text, text) is
'The column of a roster''s file that a header names, without regard to case, spaces, hyphens, underscores and invisible characters; null when there is none.';

revoke all on function app_private.roster_column(text, text) from public;
--! EndIncluded roster/roster_column.sql
--! Included roster/roster_records.sql
create or replace function app_private.roster_records(roster jsonb)
returns table (file text, line int, fields text[], field_count int, header_count int, is_header boolean, fits boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    with filled as materialized (
      select f.file, (r.record ->> 'line')::int as line, c.fields, jsonb_array_length(r.record -> 'fields') as field_count
      from jsonb_each(roster) as f (file, sheet)
      cross join lateral jsonb_array_elements(f.sheet -> 'records') as r (record)
      cross join lateral (
        -- Cut behind the last field with something in it: spreadsheets leave empty columns at the end, and empty lines.
        select array_agg(e.value order by e.n) filter (where e.n <= e.last_filled) as fields
        from (
          select t.value, t.n, max(t.n) filter (where app_private.roster_text(t.value) is not null) over () as last_filled
          from jsonb_array_elements_text(r.record -> 'fields') with ordinality as t (value, n)
        ) e
      ) c
      where c.fields is not null
    ), headers as materialized (
      -- The first line of each file. A line has to reach to the last column that needs a value: spreadsheets omit empty cells at
      -- the end.
      select h.file, h.line, cardinality(h.fields) as header_count, (
          select coalesce(max(t.n), 0)
          from unnest(h.fields) with ordinality as t (header, n)
          join app_private.roster_columns() rc on rc.file = h.file and rc."column" = app_private.roster_column(h.file, t.header)
          where rc.is_required) as least_count
      from (select distinct on (fi.file) fi.file, fi.line, fi.fields from filled fi order by fi.file, fi.line) h
      -- Without a header that could be read, nothing says what the values of a line are.
      where not exists (
        select from jsonb_array_elements(roster -> h.file -> 'faults') as fault where (fault ->> 'line')::int < h.line)
    )
    select fi.file, fi.line, fi.fields, fi.field_count, h.header_count, fi.line = h.line,
      fi.field_count >= h.least_count and cardinality(fi.fields) <= h.header_count
    from filled fi
    join headers h on h.file = fi.file;
end
$$;

comment on function app_private.roster_records(jsonb) is
'The lines of a roster''s files that have something in them; the first of each file is its header, and `fits` says whether the others have fields for all columns that need a value, and no more than there are columns. Nothing of a file whose header could not be read.';

revoke all on function app_private.roster_records(jsonb) from public;
--! EndIncluded roster/roster_records.sql
--! Included roster/roster_headers.sql
create or replace function app_private.roster_headers(roster jsonb)
returns table (file text, line int, "position" int, header text, "column" text, is_repeated boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select r.file, r.line, h.n::int, app_private.roster_text(h.header), named."column",
      named."column" is not null and row_number() over (partition by r.file, named."column" order by h.n) > 1
    from app_private.roster_records(roster) r
    cross join lateral unnest(r.fields) with ordinality as h (header, n)
    cross join lateral (select app_private.roster_column(r.file, h.header) as "column") named
    where r.is_header;
end
$$;

comment on function app_private.roster_headers(jsonb) is
'The headers of a roster''s files as they are written, with the column each names, or null when there is no such column.';

revoke all on function app_private.roster_headers(jsonb) from public;
--! EndIncluded roster/roster_headers.sql
--! Included roster/roster_shape_faults.sql
create or replace function app_private.roster_shape_faults(roster jsonb) returns setof app_private.roster_fault
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- What the reader of the files could not make sense of.
  return query
    select f.file, (fault ->> 'line')::int, h.header, null::text, fault ->> 'reason'
    from jsonb_each(roster) as f (file, sheet)
    cross join lateral jsonb_array_elements(f.sheet -> 'faults') as fault
    left join app_private.roster_headers(roster) h on h.file = f.file and h.position = (fault ->> 'field')::int;

  -- Files with nothing in them. Where the reader has a fault to tell, it may be why there is nothing.
  return query
    select f.file, f.line, null::text, null::text, f.reason
    from (
      select rc.file, case when roster ? rc.file then 1 end as line, case
        when not roster ? rc.file then 'the file is missing'
        when roster #> array[rc.file, 'faults'] <> '[]' then null
        when not exists (select from app_private.roster_records(roster) r where r.file = rc.file) then
          'the file is empty: its first line names the columns ' || string_agg(rc."column", ', ' order by rc.position)
        when not exists (select from app_private.roster_records(roster) r where r.file = rc.file and not r.is_header) then
          'there is nothing below the column names'
      end as reason
      from app_private.roster_columns() rc
      group by rc.file
    ) f
    where f.reason is not null;

  return query
    select h.file, h.line, coalesce(h.header, 'column ' || h.position), h.header, case
      when h.is_repeated then format('there are two columns "%s"', h."column")
      when h.header is null then 'the column has no name'
      else format('"%s" is no column of this file; they are %s', h.header,
        (select string_agg(rc."column", ', ' order by rc.position) from app_private.roster_columns() rc where rc.file = h.file))
    end
    from app_private.roster_headers(roster) h
    where h."column" is null or h.is_repeated;

  return query
    select rc.file, h.line, rc."column", null::text, 'the column is missing'
    from app_private.roster_columns() rc
    join app_private.roster_headers(roster) h on h.file = rc.file and h.position = 1
    where rc.is_required
      and not exists (select from app_private.roster_headers(roster) same where same.file = rc.file and same."column" = rc."column");

  return query
    select r.file, r.line, null::text, null::text,
      format('the line has %s, but there are %s columns', case n.fields when 1 then '1 field' else n.fields || ' fields' end, r.header_count)
    from app_private.roster_records(roster) r
    cross join lateral (select case when r.field_count < r.header_count then r.field_count else cardinality(r.fields) end as fields) n
    where not r.fits;
end
$$;

comment on function app_private.roster_shape_faults(jsonb) is
'The faults of a roster''s files as such: what the reader refused, missing and empty files, columns that are missing, unknown, nameless or there twice, lines with a wrong number of fields.';

revoke all on function app_private.roster_shape_faults(jsonb) from public;
--! EndIncluded roster/roster_shape_faults.sql
--! Included roster/unread_roster_names.sql
create or replace function app_private.unread_roster_names(roster jsonb, file text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from app_private.roster_headers(roster) h where h.file = unread_roster_names.file and h."column" = 'name') then
    return null;
  end if;
  return (
    select coalesce(jsonb_object_agg(app_private.roster_key(u.text), true) filter (where app_private.roster_key(u.text) <> ''), '{}')
    from (
      -- Where its fields end cannot be known: between delimiters, between quotes or between both.
      select piece as text
      from jsonb_array_elements(roster -> unread_roster_names.file -> 'faults') as fault
      cross join unnest(array['[,;\t]', '"', '[,;\t"]']) as separator
      cross join lateral regexp_split_to_table(fault ->> 'text', separator) as piece
      union all
      select field
      from app_private.roster_records(roster) r cross join lateral unnest(r.fields) as field
      where r.file = unread_roster_names.file and not r.is_header and not r.fits
    ) u);
end
$$;

comment on function app_private.unread_roster_names(jsonb, text) is
'What stands in the lines of a file that could not be judged, as {key: true} by app_private.roster_key; null when none of its names is known. A name in there is not called unknown: the fault is the line''s, and is told once.';

revoke all on function app_private.unread_roster_names(jsonb, text) from public;
--! EndIncluded roster/unread_roster_names.sql
--! Included roster/parse_roster_time.sql
create or replace function app_private.parse_roster_time(value text, clock int, is_end boolean, out local_time time, out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  parts text[] := regexp_match(value, '^(\d{1,2})(?:[:.](\d{2}))?(?:[:.]00)? ?(?:([AaPp])\.?[Mm]\.?)?$');
  hour int := parts[1];
  minute int := coalesce(parts[2], '0');
  half text := lower(parts[3]);
begin
  if value is null or clock is null then
    return;
  end if;
  -- How the day's end is written, on either clock: 12:00 AM is its beginning.
  if is_end and hour = 24 and minute = 0 and parts[2] is not null and half is null then
    local_time := '24:00';
    return;
  end if;
  if parts is null or (parts[2] is null and half is null) then
    reason := format('"%s" is no clock time such as %s', value, case clock when 12 then '9:30 AM' else '9:30' end);
  elsif clock = 24 and half is not null then
    reason := format('"%s" has AM or PM, but the clinic''s time format is of the 24-hour clock', value);
  elsif clock = 12 and half is null then
    reason := format('"%s" lacks AM or PM', value);
  elsif minute > 59 or (clock = 24 and hour > 23) or (clock = 12 and hour not between 1 and 12) then
    reason := format('"%s" is no time of the %s-hour clock', value, clock);
  else
    local_time := make_time(case clock when 12 then hour % 12 + case half when 'p' then 12 else 0 end else hour end, minute, 0);
  end if;
end
$$;

comment on function app_private.parse_roster_time(text, int, boolean) is
'Reads a clock time of a roster (9:00, 09:00, 9.30, 09:00:00; with a 12-hour clock 9:00 AM, 9 a.m.), or says why not. An end may be 24:00, on either clock.';

revoke all on function app_private.parse_roster_time(text, int, boolean) from public;
--! EndIncluded roster/parse_roster_time.sql
--! Included roster/roster_slots_by_hours.sql
create or replace function app_private.roster_slots_by_hours(
  from_time time, to_time time, time_slots app_private.roster_time_slot[], out names text[], out problem text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- In minutes from a Monday on, so that hours across midnight are one range.
  hours int4multirange := app_hidden.week_minutes(1, from_time, to_time);
  next_day text;
begin
  names := array(
    select s.name from unnest(time_slots) s
    where hours @> app_hidden.week_minutes(1, s.start_time, s.end_time)
    order by s.line);
  select s.name into next_day from unnest(time_slots) s
  where hours @> app_hidden.week_minutes(2, s.start_time, s.end_time)
  order by s.line limit 1;

  -- Hours that fit no time slot are mistyped more often than meant.
  if not exists (select from unnest(time_slots) s where s.name = any (names) and s.start_time = from_time) then
    problem := 'no time slot starts when these hours do';
  elsif next_day is not null then
    problem := format('"%s" starts after midnight: give it a line of its own, with the weekday it starts on', next_day);
  elsif not exists (select from unnest(time_slots) s where s.name = any (names) and (s.end_time = to_time or least(s.end_time, to_time) = '0:00' and greatest(s.end_time, to_time) = '24:00')) then
    problem := 'no time slot ends when these hours do';
  end if;
end
$$;

comment on function app_private.roster_slots_by_hours(time, time, app_private.roster_time_slot[]) is
'The time slots that lie within working hours such as 9:00 - 12:30, by name, and what is wrong with the hours: they begin and end with a time slot, and none of theirs starts on the next day.';

revoke all on function app_private.roster_slots_by_hours(time, time, app_private.roster_time_slot[]) from public;
--! EndIncluded roster/roster_slots_by_hours.sql
--! Included roster/unknown_roster_time_slot.sql
create or replace function app_private.unknown_roster_time_slot(
  parts text[], time_slots app_private.roster_time_slot[], clock int, unread jsonb) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  unknown text[] := array(
    select p from unnest(parts) p
    where not exists (select from unnest(time_slots) s where app_private.roster_key(s.name) = app_private.roster_key(p)));
  -- Of a range with one end known, the other is to blame.
  blamed text := case when cardinality(unknown) = 1 then unknown[1] else array_to_string(parts, ' - ') end;
begin
  -- Without a time format nobody knows what a time is, and that is the clinic's fault, told once.
  if clock is null and blamed ~ '^\d' then
    return null;
  elsif unread is null or exists (select from unnest(unknown) u where unread ? app_private.roster_key(u)) then
    return null;
  elsif blamed ~ '^\d{1,2}[:.]' then
    return coalesce((app_private.parse_roster_time(blamed, clock, true)).reason, format('"%s" is no time slot in time_slots.csv', blamed));
  end if;
  return format('"%s" is no time slot in time_slots.csv', blamed);
end
$$;

comment on function app_private.unknown_roster_time_slot(text[], app_private.roster_time_slot[], int, jsonb) is
'Why a name or range, split at its hyphens, is none of time_slots.csv; null when it may stand in a line there that could not be read.';

revoke all on function app_private.unknown_roster_time_slot(text[], app_private.roster_time_slot[], int, jsonb) from public;
--! EndIncluded roster/unknown_roster_time_slot.sql
--! Included roster/find_roster_time_slots.sql
create or replace function app_private.find_roster_time_slots(
  value text, time_slots app_private.roster_time_slot[], clock int, unread jsonb, out names text[], out reason text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  parts text[] := string_to_array(regexp_replace(value, '\s*[-‐‑‒–—]\s*|\s+(to|bis)\s+', '-', 'gi'), '-');
  from_time time := (app_private.parse_roster_time(parts[1], clock, false)).local_time;
  to_time time := (app_private.parse_roster_time(parts[2], clock, true)).local_time;
  is_name boolean := exists (select from unnest(time_slots) s where app_private.roster_key(s.name) = app_private.roster_key(value));
  problem text;
begin
  if cardinality(parts) = 2 and from_time is not null and to_time is not null and not is_name then
    -- Two clock times are hours of work, also where time slots are named by the time they start at.
    select h.names, h.problem into names, problem from app_private.roster_slots_by_hours(from_time, to_time, time_slots) h;
    -- A line of time_slots.csv with a fault of its own must not make the hours look wrong as well.
    if unread is null or unread <> '{}' or exists (select from unnest(time_slots) s where s.start_time is null or s.end_time is null) then
      problem := null;
    end if;
  else
    select n.names, n.problem into names, problem from app_private.roster_slots_by_name(parts, time_slots) n;
    if names = '{}' and problem is null then
      reason := app_private.unknown_roster_time_slot(parts, time_slots, clock, unread);
    end if;
  end if;
  reason := coalesce(reason, format('"%s": ', value) || problem);
end
$$;

comment on function app_private.find_roster_time_slots(text, app_private.roster_time_slot[], int, jsonb) is
'The names of the time slots meant by Morning 1, Morning 1 - Morning 8 or 9:00 - 12:30, or why it means none.';

revoke all on function app_private.find_roster_time_slots(text, app_private.roster_time_slot[], int, jsonb) from public;
--! EndIncluded roster/find_roster_time_slots.sql
--! Included roster/parse_roster_time_slots.sql
create or replace function app_private.parse_roster_time_slots(
  value text, time_slots app_private.roster_time_slot[], clock int, unread jsonb, out names text[], out reasons text[])
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  with items as materialized (
    select f.names, f.reason
    from regexp_split_to_table(value, case
      -- A name may have commas of its own, and a cell that is only separators is judged as it stands.
      when value !~ '[^;, ]' or exists (select from unnest(time_slots) s where app_private.roster_key(s.name) = app_private.roster_key(value)) then '$'
      else ' ?[;,] ?'
    end) i
    cross join lateral app_private.find_roster_time_slots(i, time_slots, clock, unread) f
    where i <> ''
  )
  select array(select distinct n from items cross join lateral unnest(items.names) n),
         array(select items.reason from items where items.reason is not null)
    into names, reasons;
end
$$;

comment on function app_private.parse_roster_time_slots(text, app_private.roster_time_slot[], int, jsonb) is
'The names of the time slots of a cell such as "8:00 - 12:00; 13:00 - 16:30", each once, and why parts of it mean none.';

revoke all on function app_private.parse_roster_time_slots(text, app_private.roster_time_slot[], int, jsonb) from public;
--! EndIncluded roster/parse_roster_time_slots.sql
--! Included roster/read_roster_time_slots.sql
create or replace function app_private.read_roster_time_slots(
  lines app_private.roster_line[], clock int, out time_slots app_private.roster_time_slot[], out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  with given as materialized (
    select l.line, l.cells ->> 'name' as name, l.cells ->> 'start' as "start", l.cells ->> 'end' as "end",
      s.local_time as start_time, s.reason as start_reason, e.reason as end_reason,
      -- Only a whole day needs to tell its end from its beginning.
      case when e.local_time = '24:00' and s.local_time <> '0:00' then '0:00' else e.local_time end as end_time,
      first_value(l.line) over (partition by app_private.roster_key(l.cells ->> 'name') order by l.line) as first_line
    from unnest(lines) l
    cross join lateral app_private.parse_roster_time(l.cells ->> 'start', clock, false) s
    cross join lateral app_private.parse_roster_time(l.cells ->> 'end', clock, true) e
    where l.file = 'time_slots.csv'
  ), judged as (
    select g.line, 'name' as "column", g.name as value, format('"%s" stands in line %s already', g.name, g.first_line) as reason
    from given g where g.name is not null and g.first_line < g.line
    union all
    select g.line, 'start', g."start", g.start_reason from given g where g.start_reason is not null
    union all
    select g.line, 'end', g."end", g.end_reason from given g where g.end_reason is not null
    union all
    select g.line, 'end', g."end", format('the time slot ends at "%s", when it starts', g."end") from given g where g.start_time = g.end_time
  )
  select array(select row(g.line, g.name, g.start_time, nullif(g.end_time, g.start_time))::app_private.roster_time_slot from given g where g.first_line = g.line and g.name is not null order by g.line),
         array(select row('time_slots.csv', j.line, j."column", j.value, j.reason)::app_private.roster_fault from judged j)
    into time_slots, faults;
end
$$;

comment on function app_private.read_roster_time_slots(app_private.roster_line[], int) is
'Reads and judges a roster''s time_slots.csv: the time slots (of those with one name the first; a time that cannot be used is null), and the faults. `clock` is 24 or 12; null when the clinic does not say, and then no time is judged.';

revoke all on function app_private.read_roster_time_slots(app_private.roster_line[], int) from public;
--! EndIncluded roster/read_roster_time_slots.sql
--! Included roster/read_roster_templates.sql
create or replace function app_private.read_roster_templates(
  roster jsonb, lines app_private.roster_line[], clinic app_private.roster_clinic, doctors app_private.roster_doctor[],
  time_slots app_private.roster_time_slot[], out templates app_private.roster_template[], out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  unread_doctors jsonb := app_private.unread_roster_names(roster, 'doctors.csv');
  unread_slots jsonb := app_private.unread_roster_names(roster, 'time_slots.csv');
begin
  with given as materialized (
    select l.line, l.cells, d.name as doctor, w.weekdays, w.reasons as weekday_faults, s.names as slot_names, s.reasons as slot_faults,
      f.day as valid_from, f.reason as from_fault, u.day as valid_until, u.reason as until_fault
    from unnest(lines) l
    left join unnest(doctors) d on app_private.roster_key(d.name) = app_private.roster_key(l.cells ->> 'doctor')
    cross join lateral app_private.parse_roster_weekdays(l.cells ->> 'weekdays') w
    cross join lateral app_private.parse_roster_time_slots(l.cells ->> 'time slots', time_slots, clinic.clock, unread_slots) s
    cross join lateral app_private.parse_roster_date(l.cells ->> 'valid from', clinic.date_format) f
    cross join lateral app_private.parse_roster_date(l.cells ->> 'valid until', clinic.date_format) u
    where l.file = 'templates.csv'
  ), judged as (
    select g.line, 'doctor' as "column", format('"%s" is no doctor in doctors.csv', g.cells ->> 'doctor') as reason
    from given g
    where g.doctor is null and g.cells ->> 'doctor' is not null
      and not unread_doctors ? app_private.roster_key(g.cells ->> 'doctor')
    union all
    select g.line, 'weekdays', r from given g cross join lateral unnest(g.weekday_faults) r
    union all
    select g.line, 'time slots', r from given g cross join lateral unnest(g.slot_faults) r
    union all
    select g.line, 'valid from', g.from_fault from given g where g.from_fault is not null
    union all
    select g.line, 'valid until', g.until_fault from given g where g.until_fault is not null
    union all
    select g.line, 'valid until', format('"%s" is before the first day, "%s"', g.cells ->> 'valid until', g.cells ->> 'valid from')
    from given g where g.valid_until < g.valid_from
  )
  select
    -- One template for each weekday and time slot, of the lines of which nothing is missing.
    array(
      select row(g.line, g.doctor, w, n, g.valid_from, g.valid_until)::app_private.roster_template
      from given g
      cross join lateral unnest(g.weekdays) w
      cross join lateral unnest(g.slot_names) n
      where g.doctor is not null and (g.valid_until < g.valid_from) is not true
        and (g.valid_from is null) = (g.cells ->> 'valid from' is null)
        and (g.valid_until is null) = (g.cells ->> 'valid until' is null)
      order by g.line, w, n),
    array(select row('templates.csv', j.line, j."column", g.cells ->> j."column", j.reason)::app_private.roster_fault
      from judged j join given g on g.line = j.line)
    into templates, faults;
end
$$;

comment on function app_private.read_roster_templates(
  jsonb, app_private.roster_line[], app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[]) is
'Reads and judges a roster''s templates.csv, line by line: the templates of the lines that are whole, and the faults.';

revoke all on function app_private.read_roster_templates(
  jsonb, app_private.roster_line[], app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[]) from public;
--! EndIncluded roster/read_roster_templates.sql
--! Included roster/store_roster.sql
create or replace function app_private.store_roster(
  clinic app_private.roster_clinic, doctors app_private.roster_doctor[], time_slots app_private.roster_time_slot[],
  templates app_private.roster_template[]) returns app_private.imported_roster
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  stored app_private.imported_roster;
begin
  insert into app_public.clinics as c (name, time_zone, address, phone, email)
  values (clinic.name, clinic.time_zone, clinic.address, clinic.phone, app_hidden.canonical_address(clinic.email))
  returning c.id, c.name into stored.clinic_id, stored.clinic_name;

  with made as (
    insert into app_public.specializations (name)
    select distinct on (s::public.citext) s::public.citext from unnest(doctors) d cross join lateral unnest(d.specializations) s
    -- "Kardiologie" is Cardiology where that has this German name: no twin that half of the patients would not find.
    where not exists (
      select from app_public.specializations known cross join lateral jsonb_each_text(known.names) n
      where n.value::public.citext = s::public.citext)
    on conflict on constraint specializations_are_unique_by_name do nothing
    returning name::text
  )
  select coalesce(array_agg(made.name order by made.name), '{}') into stored.new_specializations from made;

  with made as (
    insert into app_public.doctors as d (clinic_id, full_name, about)
    select stored.clinic_id, given.name, given.about from unnest(doctors) given order by given.line
    returning d.clinic_id, d.id, d.full_name
  ), specialized as (
    insert into app_public.doctor_specializations (clinic_id, doctor_id, specialization_id)
    select distinct made.clinic_id, made.id, s.id
    from made
    join unnest(doctors) given on given.name = made.full_name
    join app_public.specializations s
      on s.name = any (given.specializations::public.citext[])
      or exists (select from jsonb_each_text(s.names) n where n.value::public.citext = any (given.specializations::public.citext[]))
  )
  select count(*) into stored.doctors from made;

  with made as (
    insert into app_public.time_slots as ts (clinic_id, name, start_time, end_time)
    select stored.clinic_id, given.name, given.start_time, given.end_time from unnest(time_slots) given order by given.line
    returning ts.id
  )
  select count(*) into stored.time_slots from made;

  with made as (
    insert into app_public.doctor_slot_templates as t (clinic_id, doctor_id, time_slot_id, weekday, valid_from, valid_until)
    select stored.clinic_id, d.id, ts.id, given.weekday, given.valid_from, given.valid_until
    from unnest(templates) given
    join app_public.doctors d on d.clinic_id = stored.clinic_id and d.full_name = given.doctor
    join app_public.time_slots ts on ts.clinic_id = stored.clinic_id and ts.name = given.time_slot
    order by given.line, given.weekday, ts.start_time
    returning t.id
  )
  select count(*) into stored.templates from made;
  return stored;
end
$$;

comment on function app_private.store_roster(
  app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[], app_private.roster_template[]) is
'Stores a roster that was judged: the clinic, its doctors with their specializations (new ones are added to the platform''s), time slots and templates.';

revoke all on function app_private.store_roster(
  app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[], app_private.roster_template[]) from public;
--! EndIncluded roster/store_roster.sql
--! Included roster/import_roster.sql
create or replace function app_private.import_roster(roster jsonb) returns app_private.imported_roster
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  lines app_private.roster_line[];
  clinic record;
  doctors record;
  time_slots record;
  templates record;
  faults app_private.roster_fault[];
begin
  -- One import at a time, so that two of the same folder cannot both find that there is no such clinic.
  perform pg_advisory_xact_lock(hashtextextended('medislot import', 0));

  lines := array(select l from app_private.roster_lines(roster) l);
  clinic := app_private.read_roster_clinic(lines);
  doctors := app_private.read_roster_doctors(lines);
  time_slots := app_private.read_roster_time_slots(lines, (clinic.clinic).clock);
  templates := app_private.read_roster_templates(roster, lines, clinic.clinic, doctors.doctors, time_slots.time_slots);
  faults := array(select f from app_private.roster_shape_faults(roster) f)
    || array(select f from app_private.roster_value_faults(lines) f)
    || clinic.faults || doctors.faults || time_slots.faults || templates.faults
    || array(select f from app_private.overlapping_roster_templates(templates.templates, time_slots.time_slots) f);

  if cardinality(faults) > 0 then
    perform app_private.refuse_roster(roster, faults);
  end if;
  return app_private.store_roster(clinic.clinic, doctors.doctors, time_slots.time_slots, templates.templates);
end
$$;

comment on function app_private.import_roster(jsonb) is
$c$For operators: stores a clinic's roster, all or nothing. Takes the files as the reader (npm run import) gives them: {"clinic.csv": {"records": [{"line": 1, "fields": ["name", …]}, …], "faults": [{"line", "field", "reason", "text"}]}, "doctors.csv": …, "time_slots.csv": …, "templates.csv": …}; formats are in docs/import.md.
Returns the clinic's id and what was stored, with the specializations that no clinic had before: a mistyped one is among them. Refuses import_refused, with every fault of every line: {"faults": [{"file", "line", "column", "reason", "value"}]}.$c$;

revoke all on function app_private.import_roster(jsonb) from public;
--! EndIncluded roster/import_roster.sql
