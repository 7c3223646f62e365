--! Previous: sha1:83a178980b1422469baae61caa90f74e18b55b33
--! Hash: sha1:5322f550856381c08c9f3ab7a38fd0fe1116ddee
--! Message: search and reminders keep their plans

-- Enter migration here
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
set search_path = pg_catalog, pg_temp as $$
declare
  -- The search goes on behind this place in the order of starts_at and id. Behind now: what begins at this moment is not to be had.
  start_from timestamptz := now();
  after_id bigint := 9223372036854775807;
  last_seen timestamptz;
  last_id bigint;
  earliest timestamptz;
  latest timestamptz := 'infinity';
  until timestamptz;
  found_slots app_public.booking_slots[];
begin
  if page_size is null or page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 slots.', '{"argument": "pageSize"}');
  elsif available_slots.doctor_id is not null and available_slots.clinic_id is null then
    perform app_hidden.refuse('invalid_argument', 'A doctor is found within a clinic: give clinicId too.', '{"argument": "clinicId"}');
  elsif available_slots.after !~ '^[0-9]{1,16}\.[0-9]{1,18}$' then
    perform app_hidden.refuse('invalid_argument', 'This cursor was not made here.', '{"argument": "after"}');
  end if;
  -- A date is the clinic's own, which lies within these hours of the same date at UTC: so much less of the index is walked.
  from_time := greatest(from_time, from_date::timestamp at time zone 'UTC' - interval '14 hours');
  to_time := least(to_time, (to_date + 1)::timestamp at time zone 'UTC' + interval '12 hours');
  if available_slots.clinic_id is not null then
    -- Of one clinic the policy is read before, so that it bounds the walk through the index.
    select now() + p.lead_time, now() + p.horizon into earliest, latest
    from app_public.policies p where p.clinic_id = available_slots.clinic_id;
  end if;
  if greatest(from_time, earliest) > start_from then
    start_from := greatest(from_time, earliest);
    after_id := 0;
  end if;
  last_seen := to_timestamp(split_part(available_slots.after, '.', 1)::numeric / 1000000);
  last_id := split_part(available_slots.after, '.', 2)::bigint;
  if (last_seen, last_id) > (start_from, after_id) then
    start_from := last_seen;
    after_id := last_id;
  end if;

  until := least(to_time, latest + interval '1 microsecond');

  -- In each: an expired hold is free, whether or not a job has tidied it up. Keyset, not offset: a page costs the same however deep it
  -- lies, and nothing shows twice or is missed while others book.
  if available_slots.doctor_id is not null then
    found_slots := array(
      select bs from app_public.booking_slots bs
      where bs.clinic_id = available_slots.clinic_id and bs.doctor_id = available_slots.doctor_id
        and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
        and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
        and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
        and (available_slots.specialization_id is null or exists (
          select from app_public.doctor_specializations ds
          where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id and ds.specialization_id = available_slots.specialization_id))
      order by bs.starts_at, bs.id limit page_size);
  elsif available_slots.clinic_id is not null then
    found_slots := array(
      select bs from app_public.booking_slots bs
      where bs.clinic_id = available_slots.clinic_id
        and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
        and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
        and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
        and (available_slots.specialization_id is null or exists (
          select from app_public.doctor_specializations ds
          where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id and ds.specialization_id = available_slots.specialization_id))
      order by bs.starts_at, bs.id limit page_size);
  else
    -- Planned for what it is given: of a common specialization slots are found by time, of a rare one by its few doctors.
    perform set_config('plan_cache_mode', 'force_custom_plan', true);
    found_slots := array(
      select bs from app_public.booking_slots bs
      join app_public.policies p on p.clinic_id = bs.clinic_id
      where bs.starts_at >= now() + p.lead_time and bs.starts_at <= now() + p.horizon
        and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
        and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
        and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
        and (available_slots.specialization_id is null or exists (
          select from app_public.doctor_specializations ds
          where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id and ds.specialization_id = available_slots.specialization_id))
      order by bs.starts_at, bs.id limit page_size);
    perform set_config('plan_cache_mode', 'force_generic_plan', true);
  end if;

  return query
    select
      (extract(epoch from bs.starts_at) * 1000000)::bigint || '.' || bs.id,
      bs.clinic_id, c.name, c.time_zone, bs.doctor_id, d.full_name, bs.id, bs.slot_date, bs.starts_at, bs.ends_at,
      (bs.starts_at at time zone c.time_zone)::time, (bs.ends_at at time zone c.time_zone)::time
    from unnest(found_slots) bs
    join app_public.clinics c on c.id = bs.clinic_id
    join app_public.doctors d on d.clinic_id = bs.clinic_id and d.id = bs.doctor_id
    order by bs.starts_at, bs.id;
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
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
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
Refuses slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead, slot_in_the_past, too_many_bookings, customer_busy, customer_not_found, forbidden, unauthenticated, idempotency_key_reused, invalid_argument, stale_row_version.$c$;

revoke all on function app_public.book_slot(bigint, bigint, bigint, text, text, int) from public;
grant execute on function app_public.book_slot(bigint, bigint, bigint, text, text, int) to app_customer;
--! EndIncluded booking/book_slot.sql
--! Included notification/reconcile_reminders.sql
create or replace function app_private.reconcile_reminders(clinic_id bigint, booking_id bigint default null) returns void
language plpgsql volatile
-- One kept plan for a booking and for a whole clinic, as a range of ids: planned anew it cost a booking a tenth of its time.
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  policy app_public.policies;
  sends_reminders boolean;
begin
  select c.* into clinic from app_public.clinics c where c.id = reconcile_reminders.clinic_id;
  select p.* into policy from app_public.policies p where p.clinic_id = clinic.id;
  sends_reminders := exists (
    select from app_public.notification_rules nr where nr.clinic_id = clinic.id and nr.kind = 'booking_reminder');

  if reconcile_reminders.booking_id is null then
    update app_public.notifications n set state = 'dropped', dropped_because = 'rules_changed'
    where n.clinic_id = clinic.id and n.kind = 'booking_reminder' and n.state = 'pending'
      and (not sends_reminders or n.lead_time <> all (policy.reminder_lead_times));
  end if;
  if not sends_reminders then
    return;
  end if;

  insert into app_public.notifications as n (clinic_id, booking_id, customer_id, kind, channel, lead_time, booking_sequence, due_at)
  select b.clinic_id, b.id, b.customer_id, 'booking_reminder',
    app_private.choose_channel(b.clinic_id, b.customer_id, 'booking_reminder'), lead.lead_time, b.sequence,
    -- In the quiet hours nobody is reminded, but before.
    coalesce(lower(app_private.quiet_hours(b.starts_at - lead.lead_time, clinic.time_zone, policy.quiet_from, policy.quiet_until)),
             b.starts_at - lead.lead_time)
  from app_public.bookings b
  -- Distinct, or a policy that names a lead time twice ('1 day' and '24 hours') would stop all bookings of its clinic.
  cross join (select distinct unnest(policy.reminder_lead_times) as lead_time) lead
  where b.clinic_id = clinic.id
    and b.id between coalesce(reconcile_reminders.booking_id, 0) and coalesce(reconcile_reminders.booking_id, 9223372036854775807)
    and b.status = 'booked' and b.starts_at - lead.lead_time > now()
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
