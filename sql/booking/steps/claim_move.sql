create or replace function app_private.claim_move(
  booking app_public.bookings, slot app_public.booking_slots, run bigint[], new_service_id bigint,
  by_desk boolean)
returns app_public.services
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  own_slots constant bigint[] := app_private.slots_of_booking(booking);
  service app_public.services;
  absence_id bigint;
begin
  -- A visit in an absence of its doctor keeps its slots until it is moved; it cannot be moved to slots in the absence.
  if slot.id <> booking.booking_slot_id and own_slots && run then
    select app_private.absence_covering(bs.clinic_id, bs.doctor_id, bs.during) into absence_id
    from app_public.booking_slots bs
    where bs.clinic_id = booking.clinic_id and bs.id = any (own_slots) and bs.id = any (run)
      and app_private.absence_covering(bs.clinic_id, bs.doctor_id, bs.during) is not null
    limit 1;
    if found then
      perform app_hidden.refuse('doctor_absent', 'The doctor is absent at this time.',
        jsonb_build_object('bookingSlotId', slot.id::text, 'absenceId', absence_id::text));
    end if;
  end if;
  if new_service_id is null then
    if slot.id = any (own_slots) then
      -- The booking keeps its own slot, now without a service: possible unless the slot is reserved.
      slot.status := 'open';
    end if;
    perform app_private.assert_claimable(slot, booking.customer_id);
    if booking.service_id is not null then
      perform billing_private.move_visit_charges(booking, null, slot, claim_move.by_desk);
    end if;
    return null;
  end if;
  -- Computed again under the lock, since the booking, its service or the slots may have changed after the run was
  -- computed.
  service := app_private.service_to_move(booking, new_service_id, slot, claim_move.by_desk);
  if app_private.run_of(slot, service) is distinct from run then
    raise exception 'booking % or its service was changed meanwhile', booking.id
      using errcode = 'serialization_failure';
  end if;
  perform app_private.assert_run_claimable(booking.clinic_id, run, service.id, booking.customer_id, own_slots);
  perform billing_private.move_visit_charges(booking, service, slot, claim_move.by_desk);
  return service;
end
$$;

comment on function app_private.claim_move is
'Checks that a booking may be moved to the slots of `run`, which the caller has locked and of which `slot` is the '
'first, and charges the difference in price. Returns the service that it has then (`new_service_id`), or a null. '
'Refuses slot_taken, slot_held, slot_offered, slot_withdrawn, slot_reserved, doctor_absent, run_not_free, '
'service_not_found, service_not_offered, service_not_for_customer, start_not_offered, payment_required; fails '
'with 40001 if the booking or the service was changed at the same moment: repeat the call.';
