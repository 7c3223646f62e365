create or replace function app_private.assert_claimable(
  slot app_public.booking_slots, customer_id bigint, service_id bigint default null)
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  case slot.status
    when 'open' then
      null;
    when 'held' then
      -- A hold ends at held_until: after that the slot is free, whether or not the job has released it.
      if slot.held_until <= now() then
        null;
      elsif slot.customer_id is null then
        perform app_private.assert_offered(slot, assert_claimable.customer_id, assert_claimable.service_id);
      elsif slot.customer_id is distinct from assert_claimable.customer_id then
        perform app_hidden.refuse('slot_held', 'Somebody else is just booking this slot.',
          jsonb_build_object('bookingSlotId', slot.id::text, 'heldUntil', slot.held_until));
      end if;
    when 'booked' then
      perform app_hidden.refuse('slot_taken', 'This slot is taken.',
        jsonb_build_object('bookingSlotId', slot.id::text));
    when 'withdrawn' then
      perform app_hidden.refuse('slot_withdrawn', 'The clinic has withdrawn this slot.',
        jsonb_build_object('bookingSlotId', slot.id::text));
  end case;
  if slot.service_id is not null and slot.service_id is distinct from assert_claimable.service_id then
    perform app_hidden.refuse('slot_reserved', 'This slot is reserved for another kind of visit.',
      jsonb_build_object('bookingSlotId', slot.id::text, 'serviceId', slot.service_id::text));
  end if;
end
$$;

comment on function app_private.assert_claimable is
'Checks that the customer may book or hold the slot, for the service or for none, in its present state. Refuses '
'slot_taken, slot_held (by another customer and not expired), slot_offered (to others on the waiting list), '
'slot_withdrawn, slot_reserved (for another service).';
