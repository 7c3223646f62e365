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
