--! Previous: sha1:5bb64e08cf800d218117ff220b92c1a7f15896c2
--! Hash: sha1:09ca44b7e7aa2bc4db41ebac1c03bf682896f62a
--! Message: withdrawn times are rebooked, shorter rules, messages in batches, search by date

-- Bookings that the clinic took away are listed too, until their patient books again.
alter table app_public.rebooking_list drop constraint rebooking_reasons_are_known;
alter table app_public.rebooking_list add constraint rebooking_reasons_are_known
  check (reason in ('template_gone', 'time_moved', 'slot_withdrawn')) not valid;
alter table app_public.rebooking_list validate constraint rebooking_reasons_are_known;
comment on table app_public.rebooking_list is
$c$Whom the desk has to offer another time: bookings that no longer fit the clinic templates, and bookings that ended because the clinic took their time away. An entry of the first kind resolves itself when its booking is moved or ended, or fits again; one of the second when the patient books here again.
@foreignKey (clinic_id, booking_slot_id) references app_public.booking_slots (clinic_id, id)$c$;
comment on column app_public.rebooking_list.reason is 'template_gone: no template wants the slot any more. time_moved: its time slot has another time now. slot_withdrawn: the clinic withdrew the slot or the whole day, or its doctor left; the booking is cancelled.';

--! Included core/require_desk_or_own_doctor.sql
create or replace function app_private.require_desk_or_own_doctor(clinic_id bigint, doctor_id bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if require_desk_or_own_doctor.doctor_id = any (app_hidden.own_doctor_ids())
     and require_desk_or_own_doctor.clinic_id = any (app_hidden.staff_clinic_ids()) then
    return;
  end if;
  perform app_private.require_clinic_role(require_desk_or_own_doctor.clinic_id, 'desk');
end
$$;

comment on function app_private.require_desk_or_own_doctor(bigint, bigint) is
'Refuses (unauthenticated, forbidden) unless the caller is this doctor, at work in this clinic, or has the right of its desk.';

revoke all on function app_private.require_desk_or_own_doctor(bigint, bigint) from public;
--! EndIncluded core/require_desk_or_own_doctor.sql
--! Included schedule/list_withdrawn_booking.sql
create or replace function app_private.list_withdrawn_booking(booking app_public.bookings) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
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
--! Included schedule/resolve_withdrawn.sql
create or replace function app_private.resolve_withdrawn() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
--! Included schedule/withdraw_slot.sql
create or replace function app_public.withdraw_slot(
  clinic_id bigint, booking_slot_id bigint, "cascade" boolean default false, reason text default null,
  idempotency_key text default null, row_version int default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  slot app_public.booking_slots;
  live app_public.bookings;
  outcome jsonb;
begin
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
'Takes a slot out of the calendar; a hold on it ends. Refuses (still_in_use) a booked one; with `cascade` its booking is cancelled by the clinic, the customer told and put on the rebooking list. It stays withdrawn when slots are generated again. For the desk, and for a doctor the own slots. Refuses forbidden, slot_not_found, illegal_transition, stale_row_version, idempotency_key_reused, invalid_argument.';

revoke all on function app_public.withdraw_slot(bigint, bigint, boolean, text, text, int) from public;
grant execute on function app_public.withdraw_slot(bigint, bigint, boolean, text, text, int) to app_staff;
--! EndIncluded schedule/withdraw_slot.sql
--! Included schedule/withdraw_day.sql
create or replace function app_public.withdraw_day(
  clinic_id bigint, doctor_id bigint, slot_date date, "cascade" boolean default false, reason text default null,
  idempotency_key text default null)
returns setof app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  live bigint[];
  over app_public.bookings;
  ended app_public.bookings[];
  outcome jsonb;
begin
  outcome := app_private.replay(withdraw_day.clinic_id, withdraw_day.idempotency_key, 'withdraw_day',
    jsonb_build_array(withdraw_day.doctor_id, withdraw_day.slot_date, withdraw_day."cascade", withdraw_day.reason));
  if outcome is not null then
    return query select * from jsonb_populate_recordset(null::app_public.bookings, outcome);
    return;
  end if;
  perform app_private.require_desk_or_own_doctor(withdraw_day.clinic_id, withdraw_day.doctor_id);
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
--! Included schedule/clear_schedule.sql
create or replace function app_private.clear_schedule(clinic_id bigint, doctor_id bigint, "cascade" boolean, reason text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
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
          and b.status in ('booked', 'checked_in')), '[]')) into hanging;
    if hanging <> '{"openSlots": 0, "liveBookings": []}' then
      perform app_hidden.refuse('still_in_use',
        format('%s open slots and %s live bookings hang on this.', hanging -> 'openSlots', jsonb_array_length(hanging -> 'liveBookings')), hanging);
    end if;
  end if;

  for live in
    select b.id from app_public.bookings b
    where b.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or b.doctor_id = clear_schedule.doctor_id)
      and b.status in ('booked', 'checked_in')
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
  update app_public.booking_slots bs
  set status = 'withdrawn', customer_id = null, held_until = null
  where bs.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or bs.doctor_id = clear_schedule.doctor_id)
    and bs.status in ('open', 'held');
  perform set_config('medislot.reason', '', true);
end
$$;

comment on function app_private.clear_schedule(bigint, bigint, boolean, text) is
'Ends what a doctor (or, with a null doctor, a whole clinic) has ahead: open slots are withdrawn, live bookings cancelled and their customers told, and, unless the clinic closes, put on the rebooking list. Without `cascade` it refuses (still_in_use, listing them) when there is any. The caller holds lock_schedule.';

revoke all on function app_private.clear_schedule(bigint, bigint, boolean, text) from public;
--! EndIncluded schedule/clear_schedule.sql
--! Included schedule/follow_templates.sql
create or replace function app_private.follow_templates(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics := app_private.lock_schedule(follow_templates.clinic_id);
  today date := (now() at time zone clinic.time_zone)::date;
  covered date;
  misfits bigint[];
  held_ones int;
  noted_at timestamptz := (select sc.changed_at from app_private.schedule_changes sc where sc.clinic_id = clinic.id);
  run app_public.slot_generation_runs;
begin
  select max(bs.slot_date) into covered from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.slot_date >= today and bs.from_template;
  select greatest(covered, max(r.to_date)) into covered from app_public.slot_generation_runs r
  where r.clinic_id = clinic.id and r.to_date >= today;
  if covered is null then
    -- Nothing has been made yet, so nothing has to follow.
    delete from app_private.schedule_changes sc where sc.clinic_id = clinic.id and sc.changed_at = noted_at;
    return null;
  end if;

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
  run := app_private.make_booking_slots(clinic.id, today, least(covered, today + 366), null);
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
'Makes a clinic''s slots ahead follow its templates, as far as slots have been made: a free slot that no template wants at its time any more is withdrawn, a booked one stays and its booking goes onto the rebooking list, and slots wanted now are made. Slots made or withdrawn by hand stay as they are. Returns the recorded generation, or null when nothing has been generated yet. Refuses clinic_not_found.';

revoke all on function app_private.follow_templates(bigint) from public;
--! EndIncluded schedule/follow_templates.sql
--! Included schedule/dismiss_rebooking.sql
create or replace function app_public.dismiss_rebooking(clinic_id bigint, rebooking_id bigint) returns app_public.rebooking_list
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
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
'Takes a doctor out of service. Refuses (still_in_use, with the list) while open slots ahead or live bookings hang on; with `cascade` it withdraws those slots and cancels those bookings, telling their customers and putting them on the rebooking list, all in one transaction. For managers. Refuses forbidden, clinic_not_found, doctor_not_found, stale_row_version.';

revoke all on function app_public.deactivate_doctor(bigint, bigint, boolean, int) from public;
grant execute on function app_public.deactivate_doctor(bigint, bigint, boolean, int) to app_staff;
--! EndIncluded clinic/deactivate_doctor.sql
--! Included identity/erase_answers.sql
create or replace function app_private.erase_answers(customer_id bigint, account_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Found by numbers, never by a name: whoever calls themselves `booked` would else erase what everybody was told.
  -- Stored for a week at most, so reading them all is bearable. A request repeated afterwards is judged anew, and finds no such customer.
  delete from app_private.idempotency_keys ik
  where ik.account_id = erase_answers.account_id or ik.outcome ->> 'customer_id' = erase_answers.customer_id::text
    or jsonb_typeof(ik.outcome) = 'array'
      and ik.outcome @> jsonb_build_array(jsonb_build_object('customer_id', erase_answers.customer_id))
    or ik.operation = 'withdraw_slot' and exists (
      select from app_public.events e
      where e.clinic_id = ik.clinic_id and e.customer_id = erase_answers.customer_id and e.booking_slot_id::text = ik.arguments ->> 0);
  delete from app_private.stored_responses sr
  where sr.account_id = erase_answers.account_id
    or strpos(sr.body, format('"customerId":"%s"', erase_answers.customer_id)) > 0
    or starts_with(sr.body, format('{"id":"%s","fullName":', erase_answers.customer_id));
end
$$;

comment on function app_private.erase_answers(bigint, bigint) is
'Removes answers that were stored for callers who may repeat themselves: all of the customer''s own account, and others about the customer.';

revoke all on function app_private.erase_answers(bigint, bigint) from public;
--! EndIncluded identity/erase_answers.sql
--! Included identity/remove_customer.sql
create or replace function app_public.remove_customer(customer_id bigint, "cascade" boolean default false, row_version int default null)
returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
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

create or replace trigger new_bookings_stand_for_withdrawn_ones after insert on app_public.bookings
  for each row execute function app_private.resolve_withdrawn();

-- What every booking's statements read anew: the text of each check, and of each trigger's condition. The rules are the same, in fewer words.
alter table app_public.booking_slots
  drop constraint booking_slots_have_a_beginning_and_an_end,
  -- An empty range, and one without a beginning, include no lower bound.
  add constraint booking_slots_have_a_beginning_and_an_end
    check (lower_inc(during) and not upper_inc(during) and not upper_inf(during)) not valid;
alter table app_public.booking_slots validate constraint booking_slots_have_a_beginning_and_an_end;
alter table app_public.bookings
  drop constraint cancelled_bookings_say_when_and_by_whom,
  add constraint cancelled_bookings_say_when_and_by_whom
    check (num_nonnulls(cancelled_at, cancelled_by) = case when status = 'cancelled' then 2 else 0 end) not valid;
alter table app_public.bookings validate constraint cancelled_bookings_say_when_and_by_whom;
alter table app_public.events
  drop constraint events_are_of_slots_and_bookings,
  add constraint events_are_of_slots_and_bookings
    check (entity = case when booking_id is null then 'booking_slot' else 'booking' end) not valid,
  drop constraint actors_are_known,
  add constraint actors_are_known check (actor = any ('{customer,staff,admin,system}')) not valid;
alter table app_public.events validate constraint events_are_of_slots_and_bookings;
alter table app_public.events validate constraint actors_are_known;
create or replace trigger booking_slots_stay_what_they_are
  before update of clinic_id, id, doctor_id, time_slot_id, slot_date, during on app_public.booking_slots
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'doctor_id', 'time_slot_id', 'slot_date', 'during');
--! Included notification/queue_notifications.sql
create or replace function app_private.queue_notifications(booking app_public.bookings, kind app_public.notification_kind) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  quiet record;
  told_at timestamptz := now();
  channel text := app_private.choose_channel(booking.clinic_id, booking.customer_id, kind);
begin
  -- Rows only, no job and no notify: either would take a lock that all commits share. The job send_notifications finds what is due.
  if channel is not null then
    if app_hidden.current_customer_id() is distinct from booking.customer_id then
      -- Nobody is woken for what the clinic did, unless it is about the very next hours.
      select p.quiet_from, p.quiet_until, c.time_zone into quiet
      from app_public.policies p join app_public.clinics c on c.id = p.clinic_id
      where p.clinic_id = booking.clinic_id;
      told_at := coalesce(upper(app_private.quiet_hours(told_at, quiet.time_zone, quiet.quiet_from, quiet.quiet_until)), told_at);
      if told_at > booking.starts_at - interval '2 hours' then
        told_at := now();
      end if;
    end if;
    insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, channel, booking_sequence, due_at)
    values (booking.clinic_id, booking.id, booking.customer_id, kind, channel, booking.sequence, told_at);
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

comment on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind) is
'Records what is to be sent about a booking, in the booking''s own transaction: the message itself, over the channel that clinic and customer chose; the clinic''s webhooks; and, for a new time, the reminders.';

revoke all on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind) from public;
--! EndIncluded notification/queue_notifications.sql

-- What was claimed is worded, and what became of it recorded, a batch at a time.
drop function if exists app_private.message_of(bigint, bigint);
drop function if exists app_private.notification_sent(bigint, bigint, text);
drop function if exists app_private.notification_failed(bigint, bigint, text, text);
drop function if exists app_private.count_delivery(text, text);
drop function if exists app_private.fill_in(text, jsonb);
drop function if exists app_private.say_time(timestamptz, text, text, text);
-- An attempt is written once more, with its outcome: beside itself where there is room, without its indexes.
alter table app_private.delivery_attempts set (fillfactor = 50);
--! Included notification/reconcile_reminders.sql
create or replace function app_private.reconcile_reminders(clinic_id bigint, booking_id bigint default null) returns void
language plpgsql volatile
-- One kept plan for a booking and for a whole clinic, as a range of ids: planned anew it cost a booking a tenth of its time.
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp as $$
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
  end if;
  if not clinic.sends_reminders then
    return;
  end if;

  insert into app_public.notifications as n (clinic_id, booking_id, customer_id, kind, channel, lead_time, booking_sequence, due_at)
  select b.clinic_id, b.id, b.customer_id, 'booking_reminder',
    app_private.choose_channel(b.clinic_id, b.customer_id, 'booking_reminder'), lead.lead_time, b.sequence,
    -- In the quiet hours nobody is reminded, but before.
    coalesce(lower(app_private.quiet_hours(b.starts_at - lead.lead_time, clinic.time_zone, clinic.quiet_from, clinic.quiet_until)),
             b.starts_at - lead.lead_time)
  from app_public.bookings b
  cross join unnest(clinic.lead_times) with ordinality as lead (lead_time, place)
  where b.clinic_id = clinic.id
    and b.id between coalesce(reconcile_reminders.booking_id, 0) and coalesce(reconcile_reminders.booking_id, 9223372036854775807)
    and b.status = 'booked' and b.starts_at - lead.lead_time > now()
    -- Once, or a policy that names a lead time twice ('1 day' and '24 hours') would stop all bookings of its clinic.
    and array_position(clinic.lead_times, lead.lead_time) = lead.place
  -- A lead time that was taken out of the policy and comes back.
  on conflict on constraint a_booking_is_told_each_thing_once do update
    set state = 'pending', dropped_because = null, due_at = excluded.due_at, send_after = null
    where n.state = 'dropped' and n.dropped_because = 'rules_changed';
end
$$;

comment on function app_private.reconcile_reminders(bigint, bigint) is
'Gives a booking (or, with null, every booking ahead of a clinic) the reminders that the policy wants: one per lead time that still lies ahead. In a whole clinic also drops those it no longer wants.';

revoke all on function app_private.reconcile_reminders(bigint, bigint) from public;
--! EndIncluded notification/reconcile_reminders.sql
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
set search_path = pg_catalog, pg_temp as $$
declare
  the_clinic bigint;
  claimed int;
begin
  loop
    -- One clinic at a time (its rows lie together, also on a shard): the one whose message has waited longest.
    select n.clinic_id into the_clinic from app_public.notifications n
    where n.state = 'pending' and greatest(least(n.send_after, n.due_at), n.retry_at) <= claim_notifications.at
      and (claim_notifications.only_channel is null or n.channel = claim_notifications.only_channel)
    order by greatest(least(n.send_after, n.due_at), n.retry_at) limit 1 for update skip locked;
    if the_clinic is null then
      return;
    end if;
    return query
      with due as materialized (
        select n.clinic_id, n.id, n.customer_id, n.booking_id, n.kind from app_public.notifications n
        where n.clinic_id = the_clinic and n.state = 'pending'
          and greatest(least(n.send_after, n.due_at), n.retry_at) <= claim_notifications.at
          and (claim_notifications.only_channel is null or n.channel = claim_notifications.only_channel)
        order by greatest(least(n.send_after, n.due_at), n.retry_at)
        limit claim_notifications.batch for update skip locked
      ), judged as (
        -- Judged now and not when it was queued: an opt-out holds from the moment it is made.
        select d.clinic_id, d.id, case
          when d.kind <> 'booking_reminder' then null
          when b.starts_at <= claim_notifications.at then 'too_late'
          when not (cc.wants_reminders and c.wants_reminders) then 'opted_out' end as unwanted
        from due d
        join app_public.bookings b on b.clinic_id = d.clinic_id and b.id = d.booking_id
        join app_public.clinic_customers cc on cc.clinic_id = d.clinic_id and cc.customer_id = d.customer_id
        join app_public.customers c on c.id = d.customer_id
      ), dropped as (
        update app_public.notifications n set state = 'dropped', dropped_because = j.unwanted
        from judged j where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is not null
      ), taken as (
        -- The attempt is counted and the next one set before the message goes out: a worker that dies while sending has sent at most
        -- once too often, never too seldom, and a message that kills its worker does not do so for ever.
        update app_public.notifications n
        set attempts = n.attempts + 1,
            retry_at = claim_notifications.at + interval '30 seconds' * 2 ^ n.attempts
        from judged j
        where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is null
        returning n.*
      ), begun as (
        insert into app_private.delivery_attempts (clinic_id, notification_id, generation, attempt, channel, started_at)
        select t.clinic_id, t.id, t.generation, t.attempts, t.channel, claim_notifications.at from taken t
      )
      select t.* from taken t;
    get diagnostics claimed = row_count;
    -- A batch of nothing but unwanted ones is not the end of the work.
    exit when claimed > 0;
  end loop;
end
$$;

comment on function app_private.claim_notifications(int, timestamptz, text) is
'Takes up to `batch` messages of one clinic that are to be sent at `at` (over one channel, or null for all); none that another worker has. Each is due again after 30 s, doubling, unless recorded by record_deliveries; so a batch has to be sent within 30 s. Reminders that are not wanted any more are dropped. Called by the job send_notifications.';

revoke all on function app_private.claim_notifications(int, timestamptz, text) from public;
--! EndIncluded notification/claim_notifications.sql
--! Included notification/say_time.sql
create or replace function app_private.say_time(at timestamptz, time_zone text, language text, out date text, out "time" text, out "when" text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
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
--! Included notification/text_values.sql
create or replace function app_private.text_values(
  clinic app_public.clinics, customer_name text, doctor_name text, starts_at timestamptz, language text, booking_id bigint,
  cancelled_by app_public.booking_party, reason text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
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
--! Included notification/text_parts.sql
create or replace function app_private.text_parts(text text) returns text[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return regexp_split_to_array(text, '\{\{(?=[#/]?[a-z_]+\}\})');
end
$$;

comment on function app_private.text_parts(text) is
'A text cut in front of its {{words}}, as fill_in takes it: what comes before the first, then each word with what follows it. Apart from fill_in, since a text is cut once and filled in for many.';

revoke all on function app_private.text_parts(text) from public;
--! EndIncluded notification/text_parts.sql
--! Included notification/fill_in.sql
create or replace function app_private.fill_in(parts text[], "values" jsonb) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  part text;
  word text;
  -- How many sections around this place are left out. They nest.
  left_out int := 0;
  open_sections boolean[] := '{}';
  result text := parts[1];
begin
  -- In one pass, so that a patient who is called {{doctor}} stays who they are.
  foreach part in array parts[2:] loop
    word := split_part(part, '}}', 1);
    if starts_with(word, '#') then
      open_sections := (coalesce("values" ->> substr(word, 2), '') <> '') || open_sections;
      left_out := left_out + (not open_sections[1])::int;
    elsif starts_with(word, '/') then
      left_out := left_out - (not open_sections[1])::int;
      open_sections := open_sections[2:];
    elsif left_out = 0 then
      result := result || coalesce("values" ->> word, '');
    end if;
    if left_out = 0 then
      result := result || substr(part, length(word) + 3);
    end if;
  end loop;
  return result;
end
$$;

comment on function app_private.fill_in(text[], jsonb) is
'A text, cut by text_parts, with its {{words}} replaced by values; {{#word}}…{{/word}} stays only when the word has a value. check_notification_text has seen that words are known and sections closed.';

revoke all on function app_private.fill_in(text[], jsonb) from public;
--! EndIncluded notification/fill_in.sql
--! Included notification/preview_notification.sql
create or replace function app_public.preview_notification(
  clinic_id bigint, kind app_public.notification_kind, channel text, language text, subject text default null, body text default null)
returns app_public.notification_preview
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
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
set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  policy app_public.policies;
  n record;
  the_values jsonb;
  is_off boolean;
begin
  select x.* into clinic from app_public.clinics x where x.id = messages_of.clinic_id;
  select x.* into policy from app_public.policies x where x.clinic_id = clinic.id;
  for n in
    with wanted as materialized (
      select x.id, x.kind, x.channel, x.generation, x.created_at, x.booking_sequence, b as booking, we.url, ws.secret,
        d.full_name as doctor_name, cc.full_name as customer_name, cc.email::text, cc.phone,
        coalesce(c.preferred_language, cc.preferred_language, policy.language) as language
      from unnest(messages_of.notification_ids) as asked (id)
      join app_public.notifications x on x.clinic_id = clinic.id and x.id = asked.id
      join app_public.bookings b on b.clinic_id = clinic.id and b.id = x.booking_id
      left join app_public.doctors d on d.clinic_id = clinic.id and d.id = b.doctor_id
      left join app_public.clinic_customers cc on cc.clinic_id = clinic.id and cc.customer_id = x.customer_id
      left join app_public.customers c on c.id = x.customer_id
      left join app_public.webhook_endpoints we on we.clinic_id = clinic.id and we.id = x.endpoint_id
      left join app_private.webhook_secrets ws on ws.clinic_id = clinic.id and ws.endpoint_id = x.endpoint_id
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
    idempotency_key := concat_ws('-', clinic.id, n.id, n.generation);
    recipient := case n.channel when 'webhook' then n.url when 'sms' then n.phone else n.email end;
    secret := n.secret;
    sender_name := null;
    reply_to := null;
    calendar := null;
    error := null;
    -- What goes wrong with one is told of that one, and the others are sent.
    begin
      if n.channel = 'webhook' then
        subject := n.kind::text;
        -- Ids and times, nothing about the person: the receiver asks the API for the rest, with its own rights.
        body := jsonb_build_object('id', idempotency_key, 'type', n.kind, 'occurredAt', n.created_at, 'booking', jsonb_build_object(
          'clinicId', (n.booking).clinic_id::text, 'id', (n.booking).id::text, 'bookingSlotId', (n.booking).booking_slot_id::text,
          'doctorId', (n.booking).doctor_id::text, 'customerId', (n.booking).customer_id::text, 'status', (n.booking).status,
          'cancelledBy', (n.booking).cancelled_by, 'sequence', (n.booking).sequence,
          'startsAt', (n.booking).starts_at, 'endsAt', (n.booking).ends_at))::text;
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
          is_off := n.kind in ('booking_cancelled', 'slot_withdrawn');
          calendar := jsonb_build_object(
            'uid', format('booking-%s-%s@medislot', clinic.id, (n.booking).id),
            -- Each reschedule counts one; the cancellation comes after the last of them.
            'sequence', n.booking_sequence + is_off::int,
            'isCancelled', is_off,
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
'Notifications of a clinic as they are to be sent now: channel, recipient (null when the clinic knows no address), subject, body, the key under which a provider knows a second delivery, sender''s name, reply address, calendar entry (confirmation, update, cancellation by e-mail), and for a webhook the secret to sign with; or, of one that cannot be worded, the error. Times in the clinic''s zone, words in the customer''s language. None for a notification that is gone.';

revoke all on function app_private.messages_of(bigint, bigint[]) from public;
--! EndIncluded notification/messages_of.sql
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
set search_path = pg_catalog, pg_temp as $$
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

-- Everybody's next free slots by the clinics' local date, in place of those by time alone: a date begins at another moment in each zone. Writing
-- waits while it is built; who has millions of free slots builds it concurrently before, by this statement.
create index if not exists free_slots_of_a_date on app_public.booking_slots (slot_date, starts_at, id) where status in ('open', 'held');
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
  clinic record;
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
  elsif available_slots.after !~ '^[0-9]{1,16}\.[0-9]{1,18}$' then
    perform app_hidden.refuse('invalid_argument', 'This cursor was not made here.', '{"argument": "after"}');
  end if;
  if available_slots.clinic_id is not null then
    -- Read before, so that it bounds the walk through the index. The dates are the clinic's: from three hours before, as a clock that is put
    -- back may make midnight twice. What they are for good is slot_date.
    select c.name, c.time_zone, now() + p.lead_time as earliest, now() + p.horizon + interval '1 microsecond' as latest,
      from_date::timestamp at time zone c.time_zone - interval '3 hours' as first_day, (to_date + 1)::timestamp at time zone c.time_zone as last_day
    into clinic
    from app_public.policies p
    join app_public.clinics c on c.id = p.clinic_id
    where p.clinic_id = available_slots.clinic_id;
    from_time := greatest(from_time, clinic.earliest, clinic.first_day);
    until := least(until, clinic.latest, clinic.last_day);
  end if;
  if from_time > start_from then
    start_from := from_time;
    after_id := 0;
  end if;
  if available_slots.after is not null then
    last_seen := to_timestamp(split_part(available_slots.after, '.', 1)::numeric / 1000000);
    last_id := split_part(available_slots.after, '.', 2)::bigint;
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
      select (extract(epoch from bs.starts_at) * 1000000)::bigint || '.' || bs.id,
        available_slots.clinic_id, clinic.name, clinic.time_zone, available_slots.doctor_id,
        (select d.full_name from app_public.doctors d where d.clinic_id = available_slots.clinic_id and d.id = available_slots.doctor_id),
        bs.id, bs.slot_date, bs.starts_at, bs.ends_at,
        (bs.starts_at at time zone clinic.time_zone)::time, (bs.ends_at at time zone clinic.time_zone)::time
      from (
        select bs.id, bs.slot_date, bs.starts_at, bs.ends_at from app_public.booking_slots bs
        where bs.clinic_id = available_slots.clinic_id and bs.doctor_id = available_slots.doctor_id
          and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
          and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
          and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
          and (available_slots.specialization_id is null or exists (
            select from app_public.doctor_specializations ds
            where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id and ds.specialization_id = available_slots.specialization_id))
        order by bs.starts_at, bs.id limit page_size
      ) bs
      order by bs.starts_at, bs.id;
    return;
  elsif available_slots.clinic_id is not null then
    return query
      select (extract(epoch from bs.starts_at) * 1000000)::bigint || '.' || bs.id,
        available_slots.clinic_id, clinic.name, clinic.time_zone, bs.doctor_id,
        (select d.full_name from app_public.doctors d where d.clinic_id = available_slots.clinic_id and d.id = bs.doctor_id),
        bs.id, bs.slot_date, bs.starts_at, bs.ends_at,
        (bs.starts_at at time zone clinic.time_zone)::time, (bs.ends_at at time zone clinic.time_zone)::time
      from (
        select bs.id, bs.doctor_id, bs.slot_date, bs.starts_at, bs.ends_at from app_public.booking_slots bs
        where bs.clinic_id = available_slots.clinic_id
          and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
          and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
          and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
          and (available_slots.specialization_id is null or exists (
            select from app_public.doctor_specializations ds
            where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id and ds.specialization_id = available_slots.specialization_id))
        order by bs.starts_at, bs.id limit page_size
      ) bs
      order by bs.starts_at, bs.id;
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
        select (extract(epoch from bs.starts_at) * 1000000)::bigint || '.' || bs.id,
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
        select (extract(epoch from bs.starts_at) * 1000000)::bigint || '.' || bs.id,
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
drop index if exists app_public.free_slots_by_time;
--! Included schedule/insert_slots.sql
create or replace function app_private.insert_slots(
  clinic_id bigint, doctor_ids bigint[], time_slot_ids bigint[], slot_dates date[], durings tstzrange[])
returns table (doctor_id bigint, time_slot_id bigint, slot_date date)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
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
--! Included schedule/make_booking_slots.sql
create or replace function app_private.make_booking_slots(clinic_id bigint, from_date date, to_date date, due_at timestamptz)
returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  run app_public.slot_generation_runs;
begin
  if from_date is null or to_date is null or to_date < from_date or to_date - from_date > 366 then
    perform app_hidden.refuse('invalid_argument', 'Give a from and a to date, in this order, at most 366 days apart.',
      jsonb_build_object('argument', 'toDate', 'fromDate', from_date, 'toDate', to_date));
  end if;
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
      select from_date + n as slot_date, extract(isodow from from_date + n)::int as weekday from generate_series(0, to_date - from_date) n
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
    clinic_id, from_date, to_date, slots_made, templates_passed_over, already_existing, in_the_past, skipped_local_times, overlapping, examples, due_at)
  select make_booking_slots.clinic_id, make_booking_slots.from_date, make_booking_slots.to_date,
    n.to_make - n.overlapping, n.of_templates - n.to_make + n.overlapping, n.existing, n.past, n.skipped, n.overlapping,
    coalesce((select jsonb_agg(jsonb_build_object('reason', w.reason, 'doctorId', w.doctor_id::text, 'timeSlotId', w.time_slot_id::text, 'slotDate', w.slot_date))
              from worth_a_look w), '[]'), make_booking_slots.due_at
  from numbers n
  returning r.* into run;
  return run;
end
$$;

comment on function app_private.make_booking_slots(bigint, date, date, timestamptz) is
'The work of generate_booking_slots and generate_due_slots: makes the slots, records and returns the run. With `due_at`, the scheduled time it is for, it returns null when that run was made already. Refuses clinic_not_found, invalid_argument.';

revoke all on function app_private.make_booking_slots(bigint, date, date, timestamptz) from public;
--! EndIncluded schedule/make_booking_slots.sql
