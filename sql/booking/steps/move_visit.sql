create or replace function app_private.move_visit(
  booking app_public.bookings, slot app_public.booking_slots, run bigint[], service app_public.services,
  audience text default 'everybody')
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  old_slot_ids constant bigint[] := app_private.slots_of_booking(booking);
  old_start constant timestamptz := booking.visit_starts_at;
begin
  -- Slots after the first one that the visit no longer takes are freed first: a shorter visit at the same slot would
  -- count them. The first one stays booked until the booking has left it.
  perform app_private.free_slots(booking.clinic_id, array(select unnest(old_slot_ids[2:]) except select unnest(run)));
  if service.id is null then
    update app_public.booking_slots bs
    set status = 'booked', customer_id = booking.customer_id, held_until = null, head_slot_id = null
    where bs.clinic_id = booking.clinic_id and bs.id = slot.id;
  else
    perform app_private.take_run(booking.clinic_id, run, booking.customer_id);
  end if;
  begin
    -- The same booking moves: its reference, its history and its entry in the customer's calendar stay one.
    update app_public.bookings b
    set booking_slot_id = slot.id, sequence = b.sequence + 1, service_id = service.id
    where b.clinic_id = booking.clinic_id and b.id = booking.id
    returning b.* into booking;
  exception when exclusion_violation then
    perform app_hidden.refuse('customer_busy', 'The customer has another booking here at this time.',
      jsonb_build_object('bookingSlotId', slot.id::text, 'startsAt', slot.starts_at, 'endsAt', slot.ends_at));
  end;
  if old_slot_ids[1] <> all (run) then
    perform app_private.free_slots(booking.clinic_id, old_slot_ids[:1]);
  end if;
  perform app_private.drop_notifications(booking);
  perform app_private.queue_notifications(booking, 'booking_rescheduled', old_start, move_visit.audience);
  return booking;
end
$$;

comment on function app_private.move_visit is
'Moves a booking to the slots of `run`, of which `slot` is the first, and frees those that it leaves; the caller has '
'locked and checked all of them, and offers the freed ones to the waiting list afterwards. `service` is what the '
'visit is for then, as app_private.claim_move returns it, or a null. `audience` is that of queue_notifications. '
'Refuses customer_busy.';
