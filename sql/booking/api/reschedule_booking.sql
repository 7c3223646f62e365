create or replace function app_public.reschedule_booking(
  clinic_id bigint, booking_id bigint, booking_slot_id bigint, idempotency_key text default null,
  row_version int default null, service_id bigint default null, answers jsonb default null,
  without_service boolean default false)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  old_slot_ids bigint[];
  slot app_public.booking_slots;
  policy app_public.policies;
  by_desk boolean;
  service app_public.services;
  run bigint[];
  loses_service constant boolean := coalesce(reschedule_booking.without_service, false);
  new_service_id bigint;
  keeps_service boolean;
begin
  booking := app_private.begin_idempotent_on_booking(reschedule_booking.clinic_id, reschedule_booking.booking_id,
    reschedule_booking.idempotency_key, 'reschedule_booking',
    app_private.with_service(jsonb_build_array(reschedule_booking.booking_id, reschedule_booking.booking_slot_id),
      reschedule_booking.service_id, reschedule_booking.answers, without_service => loses_service));
  if booking.id is not null then
    return booking;
  end if;
  run := app_private.run_to_move_to(reschedule_booking.clinic_id, reschedule_booking.booking_id,
    reschedule_booking.booking_slot_id, reschedule_booking.service_id, loses_service);
  booking := app_private.lock_booking(reschedule_booking.clinic_id, reschedule_booking.booking_id, run);
  by_desk := app_private.acts_as_desk(booking);
  perform app_private.require_version('bookings', reschedule_booking.row_version, booking.row_version);
  slot := app_private.lock_slot(reschedule_booking.clinic_id, reschedule_booking.booking_slot_id);
  if booking.status <> 'booked' then
    perform app_hidden.refuse('illegal_transition',
      format('A booking that is %s cannot be rescheduled.', booking.status),
      jsonb_build_object('status', booking.status));
  end if;
  if loses_service and reschedule_booking.service_id is not null then
    perform app_hidden.refuse('invalid_argument', 'A booking gets a service or loses its service, not both.',
      '{"argument": "withoutService"}');
  end if;
  new_service_id := case when not loses_service then coalesce(reschedule_booking.service_id, booking.service_id) end;
  keeps_service := new_service_id is not distinct from booking.service_id;
  if not (keeps_service or by_desk) and loses_service then
    perform app_hidden.refuse('forbidden', 'Only the clinic can book your visit without its service.');
  end if;
  if (keeps_service or loses_service) and reschedule_booking.answers is not null then
    perform app_hidden.refuse('invalid_argument', 'Answers are given when a booking gets another service.',
      '{"argument": "answers"}');
  elsif keeps_service and slot.id = booking.booking_slot_id then
    booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
    perform app_private.finish_idempotent(booking.clinic_id, reschedule_booking.idempotency_key, booking);
    return booking;
  end if;
  -- Serializes changes of a customer's bookings in this clinic: two whose times overlap could deadlock in the exclusion
  -- constraint.
  perform app_private.lock_records_of_person(booking.clinic_id, booking.customer_id);

  if not by_desk then
    perform app_private.assert_cancellable(booking);
  end if;
  select p.* into strict policy from app_public.policies p where p.clinic_id = booking.clinic_id;
  old_slot_ids := app_private.slots_of_booking(booking);
  service := app_private.claim_move(booking, slot, run, new_service_id, by_desk);
  if service.id is not null then
    policy := app_private.policy_of_service(policy, service);
    slot.starts_at := slot.starts_at + service.buffer_before;
  end if;
  perform app_private.assert_in_booking_window(slot, policy, by_desk);

  perform app_private.set_event_reason('rescheduled');
  booking := app_private.move_visit(booking, slot, run, service);
  perform app_private.offer_freed_slots(booking.clinic_id,
    array(select unnest(old_slot_ids) except select unnest(run)), booking.customer_id);
  perform app_private.set_event_reason(null);
  if not keeps_service then
    perform app_private.store_answers(booking, reschedule_booking.answers);
  end if;
  -- Column privileges do not apply to a function's result, and customers may not see which employee booked.
  booking.booked_by_account_id := case when by_desk then booking.booked_by_account_id end;
  perform app_private.finish_idempotent(booking.clinic_id, reschedule_booking.idempotency_key, booking);
  return booking;
end
$$;

comment on function app_public.reschedule_booking is
'Moves a booking to another slot of the same clinic, also of another doctor. The new slot is booked and the old one '
'freed, or neither; reminders are adjusted. Customers move their own bookings until the cancellation cut-off of the '
'old time, the desk any booking of its clinic. A booking with a service keeps it, or gets `service_id` instead: it '
'takes all slots of the visit from the new slot on, which may be slots of its own. If it gets another service, '
'`answers` has the answers to the questions of that service, as in book_slot; customers have to answer the required '
'ones, and earlier answers stay. If it gets another service or doctor, their price is charged. With '
'`without_service`, for the desk only, the booking loses its service and takes only the new slot, and the charge for '
'the service is removed. Refuses payment_required (patients pay in advance for the new visit), booking_not_found, '
'illegal_transition, cancellation_too_late, customer_busy, slot_not_found, slot_taken, slot_held, slot_offered, '
'slot_withdrawn, slot_reserved, doctor_absent, service_not_found, service_not_offered, service_not_for_customer, '
'start_not_offered, run_not_free, no_resource_free, question_not_found, answer_missing, answer_not_accepted, '
'booking_too_late, booking_too_far_ahead, slot_in_the_past, forbidden, unauthenticated, idempotency_key_reused, '
'invalid_argument, text_too_long, text_not_accepted, stale_row_version.';

grant execute on function app_public.reschedule_booking to app_customer;
