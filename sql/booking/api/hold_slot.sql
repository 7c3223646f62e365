create or replace function app_public.hold_slot(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, idempotency_key text default null,
  row_version int default null, service_id bigint default null)
returns app_public.booking_slots
language plpgsql volatile security definer
-- Uses a generic plan. Otherwise PostgreSQL plans the statement in each call, since its estimate depends on the length
-- of the list of slots.
set plan_cache_mode = force_generic_plan set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  customer app_public.customers;
  slot app_public.booking_slots;
  policy app_public.policies;
  by_desk boolean;
  until timestamptz;
  service app_public.services;
  run bigint[];
begin
  customer := app_private.resolve_customer(hold_slot.clinic_id, hold_slot.customer_id);
  by_desk := customer.id <> all (app_hidden.current_customer_ids());
  if by_desk then
    perform app_private.assert_desk_may_book_for(customer);
  end if;
  slot := app_private.begin_idempotent(hold_slot.clinic_id, hold_slot.idempotency_key, 'hold_slot',
    app_private.with_service(jsonb_build_array(hold_slot.booking_slot_id, customer.id), hold_slot.service_id),
    null::app_public.booking_slots);
  if slot.id is not null then
    return slot;
  end if;

  -- Checked before it is locked, as in book_slot.
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = hold_slot.clinic_id and bs.id = hold_slot.booking_slot_id;
  if slot.id is not null then
    perform app_private.assert_claimable(slot, customer.id, hold_slot.service_id);
    if hold_slot.service_id is not null then
      service := app_private.offered_service(slot.clinic_id, hold_slot.service_id, slot.doctor_id);
      if not by_desk then
        perform app_private.assert_may_book_service(service, customer.id);
        perform app_private.assert_starts_as_offered(service, slot.starts_at + service.buffer_before);
      end if;
      run := app_private.claim_run(slot, service, customer.id);
    end if;
  end if;
  slot := app_private.lock_slot(hold_slot.clinic_id, hold_slot.booking_slot_id);
  perform app_private.require_version('booking_slots', hold_slot.row_version, slot.row_version);
  perform app_private.assert_claimable(slot, customer.id, hold_slot.service_id);

  if slot.status = 'held' and slot.customer_id is null and slot.held_until > now() then
    -- A hold would end the head starts of the others, even if it is never booked.
    perform app_hidden.refuse('slot_offered', 'This time is offered to the waiting list. Accept the offer.',
      jsonb_build_object('bookingSlotId', slot.id::text, 'offeredUntil', slot.held_until));
  end if;
  run := coalesce(run, array[slot.id]);
  if slot.status = 'held' or cardinality(run) > 1 then
    perform billing_private.assert_not_being_paid(slot.clinic_id, customer.id, run);
  end if;
  -- If the customer's own hold has expired, release it, so that the history shows a second hold.
  update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
  where bs.clinic_id = slot.clinic_id and bs.id = any (run)
    and bs.status = 'held' and bs.held_until <= now() and bs.customer_id = customer.id;
  select p.* into strict policy from app_public.policies p where p.clinic_id = slot.clinic_id;
  if service.id is not null then
    policy := app_private.policy_of_service(policy, service);
    slot.starts_at := slot.starts_at + service.buffer_before;
  end if;
  perform app_private.assert_in_booking_window(slot, policy, by_desk);
  perform app_private.ensure_clinic_customer(slot.clinic_id, customer);
  until := now() + policy.hold_time;
  if not by_desk then
    perform app_private.assert_below_limit(policy, customer.id, run);
    perform app_private.count_taken_slot(slot, customer.id, cardinality(run));
    for slot in
      select bs.* from app_public.booking_slots bs where bs.clinic_id = slot.clinic_id and bs.id = any (run)
    loop
      until := least(until, app_private.hold_deadline(slot, policy, customer.id));
    end loop;
  end if;
  until := app_private.unique_hold_end(slot.clinic_id, customer.id, run, until);

  update app_public.booking_slots bs
  set status = 'held', customer_id = customer.id, held_until = until
  where bs.clinic_id = slot.clinic_id and bs.id = any (run);
  select bs.* into slot from app_public.booking_slots bs where bs.clinic_id = slot.clinic_id and bs.id = run[1];
  if service.takes_resources then
    perform app_private.hold_resources(slot, service);
  end if;
  perform app_private.finish_idempotent(slot.clinic_id, hold_slot.idempotency_key, slot);
  return slot;
end
$$;

comment on function app_public.hold_slot is
'Holds a slot for a customer who is filling in a form, for the clinic''s hold_time. Holding it again prolongs the '
'hold, up to three times the hold_time in all. The hold ends by itself at held_until: from then on the slot counts as '
'free. Customers hold slots for themselves, the desk for customers of its clinic. With `service_id` it holds all '
'slots of the visit, as book_slot would book them, and returns the first. Refuses slot_not_found, slot_taken, '
'slot_held, slot_offered, checkout_open (the customer is paying for this visit), slot_withdrawn, slot_reserved, '
'service_not_found, service_not_offered, service_not_for_customer, start_not_offered, run_not_free, no_resource_free, '
'booking_too_late, booking_too_far_ahead, slot_in_the_past, too_many_bookings, email_not_confirmed, '
'network_takes_too_many, held_too_often, customer_not_found, customer_not_confirmed, forbidden, unauthenticated, '
'idempotency_key_reused, invalid_argument, stale_row_version; in a shard also '
'global_database_first, shard_behind.';

grant execute on function app_public.hold_slot to app_customer;
