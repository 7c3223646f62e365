create or replace function app_public.withdraw_day(
  clinic_id bigint, doctor_id bigint, slot_date date, "cascade" boolean default false, reason text default null,
  idempotency_key text default null)
returns setof app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  live bigint[];
  slot_ids bigint[];
  heads bigint[];
  over app_public.bookings;
  ended app_public.bookings[];
  -- The slots of each booking that is cancelled, and its customer.
  freed jsonb[] := '{}';
  outcome jsonb;
begin
  withdraw_day.reason := app_hidden.prose_or_null(withdraw_day.reason);
  perform app_private.require_desk_or_own_doctor(withdraw_day.clinic_id, withdraw_day.doctor_id);
  outcome := app_private.stored_outcome(withdraw_day.clinic_id, withdraw_day.idempotency_key, 'withdraw_day',
    jsonb_build_array(withdraw_day.doctor_id, withdraw_day.slot_date, withdraw_day."cascade", withdraw_day.reason));
  if outcome is not null then
    return query select * from jsonb_populate_recordset(null::app_public.bookings, outcome);
    return;
  end if;
  if withdraw_day.slot_date is null then
    perform app_hidden.refuse('invalid_argument', 'A date is needed.', '{"argument": "slotDate"}');
  end if;
  perform app_private.lock_schedule(withdraw_day.clinic_id);
  if not exists (select from app_public.doctors d
    where d.clinic_id = withdraw_day.clinic_id and d.id = withdraw_day.doctor_id) then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.',
      jsonb_build_object('doctorId', withdraw_day.doctor_id::text));
  end if;
  -- Slots before bookings, by id: the common order of locks. Bookings are read after that, so that the snapshot has all
  -- of them. A visit across midnight has slots of two days.
  select array_agg(distinct together.id) into slot_ids
  from app_public.booking_slots bs
  cross join lateral unnest(app_private.slots_of_visit(bs.clinic_id, bs.id)) together (id)
  where bs.clinic_id = withdraw_day.clinic_id and bs.doctor_id = withdraw_day.doctor_id
    and bs.slot_date = withdraw_day.slot_date
    and bs.ends_at > now();
  perform from app_public.booking_slots bs
  where bs.clinic_id = withdraw_day.clinic_id
    and (bs.id = any (slot_ids)
      or bs.doctor_id = withdraw_day.doctor_id and bs.slot_date = withdraw_day.slot_date and bs.ends_at > now())
  order by bs.id
  for no key update;
  -- Appointments that are over stay as they are.
  select array_agg(coalesce(bs.head_slot_id, bs.id)) into heads
  from app_public.booking_slots bs
  where bs.clinic_id = withdraw_day.clinic_id and bs.doctor_id = withdraw_day.doctor_id
    and bs.slot_date = withdraw_day.slot_date
    and bs.ends_at > now() and bs.status = 'booked';
  if exists (
       select from app_public.booking_slots bs
       where bs.clinic_id = withdraw_day.clinic_id and (bs.id = any (heads) or bs.head_slot_id = any (heads))
         and bs.slot_date <> withdraw_day.slot_date and bs.id <> all (coalesce(slot_ids, '{}')))
  then
    -- Locking those now would be in the wrong order.
    raise exception 'a visit across midnight was booked meanwhile' using errcode = 'serialization_failure';
  end if;

  select array_agg(b.id order by b.booking_slot_id) into live from app_public.bookings b
  where b.clinic_id = withdraw_day.clinic_id and b.active_booking_slot_id = any (heads)
    and b.status in ('booked', 'checked_in');
  if live is not null and not withdraw_day."cascade" then
    perform app_hidden.refuse('still_in_use', format('%s live bookings hang on this day.', cardinality(live)),
      jsonb_build_object('liveBookings', (
      select jsonb_agg(jsonb_build_object('bookingId', b.id::text, 'startsAt', b.starts_at) order by b.starts_at)
      from app_public.bookings b where b.clinic_id = withdraw_day.clinic_id and b.id = any (live))));
  end if;
  for i in 1 .. coalesce(cardinality(live), 0) loop
    select b.* into over from app_public.bookings b
    where b.clinic_id = withdraw_day.clinic_id and b.id = live[i];
    freed := freed || jsonb_build_object('by', over.customer_id, 'slots', app_private.slots_of_booking(over));
    over := app_private.end_booking(withdraw_day.clinic_id, live[i], 'clinic', withdraw_day.reason, 'slot_withdrawn');
    perform app_private.list_withdrawn_booking(over);
    ended := ended || over;
  end loop;
  perform app_private.set_event_reason(withdraw_day.reason);
  update app_public.booking_slots bs
  set status = 'withdrawn', customer_id = null, held_until = null
  where bs.clinic_id = withdraw_day.clinic_id and bs.doctor_id = withdraw_day.doctor_id
    and bs.slot_date = withdraw_day.slot_date
    and bs.status in ('open', 'held') and bs.ends_at > now();
  perform app_private.set_event_reason(null);
  -- They now stay withdrawn when the absence for which they were withdrawn is removed.
  update app_public.booking_slots bs set withdrawn_for_absence_id = null
  where bs.clinic_id = withdraw_day.clinic_id and bs.doctor_id = withdraw_day.doctor_id
    and bs.slot_date = withdraw_day.slot_date and bs.withdrawn_for_absence_id is not null and bs.ends_at > now();
  -- What is left of visits that reached into the day or out of it.
  perform app_private.offer_freed_slots(withdraw_day.clinic_id,
    array(select jsonb_array_elements_text(f -> 'slots')::bigint), (f ->> 'by')::bigint)
  from unnest(freed) f;
  perform app_private.finish_idempotent(withdraw_day.clinic_id, withdraw_day.idempotency_key, coalesce(ended, '{}'));
  return query select (e).* from unnest(ended) e;
end
$$;

comment on function app_public.withdraw_day is
'Takes the rest of a doctor''s day out of the calendar in one step: the slots of this local date that are not over, '
'and holds on them. While there are live bookings, also of visits that reach into the day or out of it, it refuses '
'(still_in_use, listing them) or, with `cascade`, the clinic cancels them: the customers are notified if an address '
'is known, and put on the rebooking list. Returns these bookings; the query bookingsToPhone lists those whose '
'patients have to be phoned. The slots stay withdrawn when slots are generated again. For the desk, and for doctors '
'on their own days. Refuses forbidden, clinic_not_found, doctor_not_found, idempotency_key_reused, invalid_argument.';

grant execute on function app_public.withdraw_day to app_staff;
