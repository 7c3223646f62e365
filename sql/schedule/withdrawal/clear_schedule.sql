create or replace function app_private.clear_schedule(
  clinic_id bigint, doctor_id bigint, "cascade" boolean, reason text)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  hanging jsonb;
  live bigint;
  over app_public.bookings;
begin
  -- Slots by id, before bookings, before doctors: the common order of locks. All future slots, whatever their status:
  -- this waits for slots that are being booked, and the statements below then see their bookings.
  perform from app_public.booking_slots bs
  where bs.clinic_id = clear_schedule.clinic_id
    and (clear_schedule.doctor_id is null or bs.doctor_id = clear_schedule.doctor_id)
    and (bs.status in ('open', 'held') or bs.ends_at > now() or exists (
      select from app_public.bookings b
      where b.clinic_id = bs.clinic_id and b.active_booking_slot_id = bs.id and b.status in ('booked', 'checked_in')))
  order by bs.id
  for no key update;

  if not clear_schedule."cascade" then
    select jsonb_build_object(
      'openSlots', (select count(*) from app_public.booking_slots bs
        where bs.clinic_id = clear_schedule.clinic_id
          and (clear_schedule.doctor_id is null or bs.doctor_id = clear_schedule.doctor_id)
          and bs.status in ('open', 'held') and bs.ends_at > now()),
      'liveBookings', coalesce((select jsonb_agg(jsonb_build_object('bookingId', b.id::text, 'startsAt', b.starts_at)
        order by b.starts_at)
        from app_public.bookings b
        where b.clinic_id = clear_schedule.clinic_id
          and (clear_schedule.doctor_id is null or b.doctor_id = clear_schedule.doctor_id)
          and b.status in ('booked', 'checked_in') and b.starts_at > now()), '[]')) into hanging;
    if hanging <> '{"openSlots": 0, "liveBookings": []}' then
      perform app_hidden.refuse('still_in_use',
        format('%s open slots and %s live bookings hang on this.', hanging -> 'openSlots',
          jsonb_array_length(hanging -> 'liveBookings')), hanging);
    end if;
  end if;

  -- Bookings that have started stay, and the desk can still complete them: whether the patient came is not known here.
  update app_public.bookings b set active_doctor_id = null
  where b.clinic_id = clear_schedule.clinic_id
    and (clear_schedule.doctor_id is null or b.doctor_id = clear_schedule.doctor_id)
    and b.status in ('booked', 'checked_in') and b.active_doctor_id is not null and b.starts_at <= now();
  for live in
    select b.id from app_public.bookings b
    where b.clinic_id = clear_schedule.clinic_id
      and (clear_schedule.doctor_id is null or b.doctor_id = clear_schedule.doctor_id)
      and b.status in ('booked', 'checked_in') and b.starts_at > now()
    order by b.booking_slot_id
  loop
    over := app_private.end_booking(clear_schedule.clinic_id, live, 'clinic', clear_schedule.reason, 'slot_withdrawn');
    -- A clinic that closes cannot offer another time.
    if clear_schedule.doctor_id is not null then
      perform app_private.list_withdrawn_booking(over);
    end if;
  end loop;
  -- Also past slots without a booking: an inactive doctor must have no open slot.
  perform app_private.set_event_reason(clear_schedule.reason);
  -- Future slots are superseded, so that generation makes new ones if the doctor comes back. Slots that were withdrawn
  -- by hand stay withdrawn.
  update app_public.booking_slots bs
  set status = 'withdrawn', superseded = bs.ends_at > now(), customer_id = null, held_until = null
  where bs.clinic_id = clear_schedule.clinic_id
    and (clear_schedule.doctor_id is null or bs.doctor_id = clear_schedule.doctor_id)
    and bs.status in ('open', 'held');
  perform app_private.set_event_reason(null);
end
$$;

comment on function app_private.clear_schedule is
'Ends the future schedule of a doctor or, if `doctor_id` is null, of a clinic: open slots are withdrawn, and live '
'bookings that have not started are cancelled; their customers are notified and, unless the clinic closes, put on '
'the rebooking list. Without `cascade` it refuses (still_in_use, listing them) if there are any. Bookings that have '
'started stay as they are. The caller holds lock_schedule.';
