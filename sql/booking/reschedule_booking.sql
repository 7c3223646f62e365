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
