create or replace function app_public.withdraw_slot(
  clinic_id bigint, booking_slot_id bigint, "cascade" boolean default false, reason text default null,
  idempotency_key text default null, row_version int default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  slot app_public.booking_slots;
  live app_public.bookings;
  held_together bigint[];
  freed bigint[];
begin
  withdraw_slot.reason := app_hidden.prose_or_null(withdraw_slot.reason);
  if withdraw_slot.idempotency_key is not null then
    -- The caller's present right is checked before a stored outcome is read.
    select bs.* into slot from app_public.booking_slots bs
    where bs.clinic_id = withdraw_slot.clinic_id and bs.id = withdraw_slot.booking_slot_id;
    if slot.id is null then
      perform app_hidden.refuse('slot_not_found', 'No such slot in this clinic.',
        jsonb_build_object('bookingSlotId', withdraw_slot.booking_slot_id::text));
    end if;
    perform app_private.require_desk_or_own_doctor(slot.clinic_id, slot.doctor_id);
  end if;
  slot := app_private.begin_idempotent(withdraw_slot.clinic_id, withdraw_slot.idempotency_key, 'withdraw_slot',
    jsonb_build_array(withdraw_slot.booking_slot_id, withdraw_slot."cascade", withdraw_slot.reason),
      null::app_public.booking_slots);
  if slot.id is not null then
    return slot;
  end if;
  slot := app_private.lock_visit(withdraw_slot.clinic_id, withdraw_slot.booking_slot_id);
  perform app_private.require_desk_or_own_doctor(slot.clinic_id, slot.doctor_id);
  perform app_private.require_version('booking_slots', withdraw_slot.row_version, slot.row_version);
  if slot.status = 'withdrawn' then
    if slot.withdrawn_for_absence_id is not null then
      -- It now stays withdrawn when that absence is removed.
      update app_public.booking_slots bs set withdrawn_for_absence_id = null
      where bs.clinic_id = slot.clinic_id and bs.id = slot.id
      returning bs.* into slot;
    end if;
    perform app_private.finish_idempotent(slot.clinic_id, withdraw_slot.idempotency_key, slot);
    return slot;
  end if;
  if slot.status = 'booked' then
    select b.* into live from app_public.bookings b
    where b.clinic_id = slot.clinic_id and b.active_booking_slot_id = coalesce(slot.head_slot_id, slot.id);
    if live.status not in ('booked', 'checked_in') then
      perform app_hidden.refuse('illegal_transition', 'The appointment has taken place.',
        jsonb_build_object('status', live.status));
    elsif live.ends_at <= now() then
      -- The desk still has to record whether the patient came, so it is not cancelled with its slot.
      perform app_hidden.refuse('illegal_transition', 'The time of the appointment has passed.',
        jsonb_build_object('status', live.status));
    elsif not withdraw_slot."cascade" then
      perform app_hidden.refuse('still_in_use', 'The slot is booked.',
        jsonb_build_object('liveBookings', jsonb_build_array(
        jsonb_build_object('bookingId', live.id::text, 'startsAt', live.starts_at))));
    end if;
    freed := app_private.slots_of_booking(live);
    live := app_private.end_booking(live.clinic_id, live.id, 'clinic', withdraw_slot.reason, 'slot_withdrawn');
    perform app_private.list_withdrawn_booking(live);
  elsif slot.status = 'held' then
    -- Slots that were held together with it are of no use without it.
    held_together := app_private.slots_of_visit(slot.clinic_id, slot.id);
    update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
    where bs.clinic_id = slot.clinic_id and bs.id = any (held_together) and bs.id <> slot.id;
  end if;
  perform app_private.set_event_reason(withdraw_slot.reason);
  -- Ending a visit in an absence has withdrawn the slot for that absence.
  update app_public.booking_slots bs
  set status = 'withdrawn', customer_id = null, held_until = null, withdrawn_for_absence_id = null
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id
  returning bs.* into slot;
  perform app_private.set_event_reason(null);
  perform app_private.offer_freed_slots(slot.clinic_id, freed, live.customer_id);
  perform app_private.finish_idempotent(slot.clinic_id, withdraw_slot.idempotency_key, slot);
  return slot;
end
$$;

comment on function app_public.withdraw_slot is
'Takes a slot out of the calendar and ends a hold on it. If it is booked, also as a later slot of a visit, it refuses '
'(still_in_use) or, with `cascade`, the clinic cancels the booking and frees its other slots: the customer is '
'notified if an address is known, and put on the rebooking list; the query bookingsToPhone lists the booking if the '
'patient has to be phoned. A booking whose time has passed keeps its slot. The slot stays withdrawn when slots are '
'generated again. For the desk, and for doctors on their own slots. Refuses forbidden, slot_not_found, '
'illegal_transition, stale_row_version, idempotency_key_reused, invalid_argument.';

grant execute on function app_public.withdraw_slot to app_staff;
