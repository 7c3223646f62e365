create or replace function app_public.book_slot(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, note text default null,
  idempotency_key text default null,
  row_version int default null, service_id bigint default null,
  answers jsonb default null, online boolean default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  customer app_public.customers;
  slot app_public.booking_slots;
  policy app_public.policies;
  booking app_public.bookings;
  by_desk boolean;
  service app_public.services;
  run bigint[];
  price_id bigint;
  is_paid boolean := false;
begin
  -- Locks the customer, before any slot is locked.
  customer := app_private.resolve_customer(book_slot.clinic_id, book_slot.customer_id);
  by_desk := customer.id <> all (app_hidden.current_customer_ids());
  if by_desk then
    perform app_private.assert_desk_may_book_for(customer);
  end if;
  if book_slot.idempotency_key is not null then
    booking := app_private.begin_idempotent(book_slot.clinic_id, book_slot.idempotency_key, 'book_slot',
      app_private.with_service(jsonb_build_array(book_slot.booking_slot_id, customer.id, book_slot.note),
        book_slot.service_id, book_slot.answers, book_slot.online),
      null::app_public.bookings);
    if booking.id is not null then
      return booking;
    end if;
  end if;

  -- Checked without a lock first: when many callers want the same slot, the late ones are refused at once and do not
  -- queue for its lock (500 callers: 0.13 s at the median instead of 1 to 2 s).
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = book_slot.clinic_id and bs.id = book_slot.booking_slot_id;
  if slot.id is not null then
    perform app_private.assert_claimable(slot, customer.id, book_slot.service_id);
    if book_slot.service_id is not null then
      service := app_private.offered_service(slot.clinic_id, book_slot.service_id, slot.doctor_id);
      if service.is_priced then
        select c.price_id, c.is_paid into price_id, is_paid
        from billing_private.visit_to_charge(slot, service, customer.id, by_desk) c;
      end if;
      -- A visit that is paid was checked when its checkout began.
      if not (by_desk or is_paid) then
        perform app_private.assert_may_book_service(service, customer.id);
        perform app_private.assert_starts_as_offered(service, slot.starts_at + service.buffer_before);
      end if;
      run := app_private.claim_run(slot, service, customer.id);
    end if;
    if book_slot.online is not null then
      perform app_private.assert_place_offered(service, book_slot.online);
    end if;
  end if;
  -- Checked again under the lock: from here on no other transaction changes the slot.
  slot := app_private.lock_slot(book_slot.clinic_id, book_slot.booking_slot_id);
  perform app_private.require_version('booking_slots', book_slot.row_version, slot.row_version);
  perform app_private.assert_claimable(slot, customer.id, book_slot.service_id);

  select p.* into strict policy from app_public.policies p where p.clinic_id = slot.clinic_id;
  if run is not null then
    policy := app_private.policy_of_service(policy, service);
    slot.starts_at := slot.starts_at + service.buffer_before;
  end if;
  perform app_private.assert_in_booking_window(slot, policy, by_desk or is_paid);
  perform app_private.ensure_clinic_customer(slot.clinic_id, customer);
  if not (by_desk or is_paid) then
    perform app_private.assert_below_limit(policy, customer.id, coalesce(run, array[slot.id]));
    perform app_private.count_taken_slot(slot, customer.id, coalesce(cardinality(run), 1));
  end if;

  booking := app_private.book_visit(slot, run, customer.id, book_slot.service_id, book_slot.note, book_slot.answers,
    book_slot.online, price_id);
  perform app_private.queue_notifications(booking, 'booking_confirmed');
  if book_slot.idempotency_key is not null then
    perform app_private.finish_idempotent(booking.clinic_id, book_slot.idempotency_key, booking);
  end if;
  return booking;
end
$$;

comment on function app_public.book_slot is
'Books a slot that is free or that the customer holds, and queues the confirmation and the reminders in the same '
'transaction. If several callers try at the same time, exactly one succeeds. Customers book for themselves (without '
'customer_id), the desk books for customers of its clinic. With `service_id` the visit takes the fewest adjoining '
'slots of the doctor, from this one on, that cover the service''s duration and buffers; all or none are booked. '
'`answers` has the answers to the questions of the service: [{"questionId": "12", "answer": "Since Monday"}, '
'{"questionId": "13", "answer": true}]. `online` says where the visit takes place if the service allows both; the '
'default is the clinic. If the service has a price, a draft of an invoice is made; patients book visits that are paid '
'in advance with begin_checkout. Refuses payment_required, slot_not_found, slot_taken, slot_held, slot_offered, '
'slot_withdrawn, slot_reserved, service_not_found, service_not_offered, place_not_offered, service_not_for_customer, '
'start_not_offered, run_not_free, no_resource_free, question_not_found, answer_missing, answer_not_accepted, '
'booking_too_late, booking_too_far_ahead, slot_in_the_past, too_many_bookings, email_not_confirmed, '
'network_takes_too_many, customer_busy, customer_not_found, customer_not_confirmed, forbidden, unauthenticated, '
'idempotency_key_reused, invalid_argument, text_too_long, text_not_accepted, stale_row_version; in a shard also '
'global_database_first, shard_behind.';

grant execute on function app_public.book_slot to app_customer;
