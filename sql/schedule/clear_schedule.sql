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
