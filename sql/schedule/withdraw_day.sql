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
