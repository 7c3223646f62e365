create or replace function app_private.assert_offered(
  slot app_public.booking_slots, customer_id bigint, service_id bigint)
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if not app_private.is_offered_to(
       slot.clinic_id, slot.id, assert_offered.customer_id, assert_offered.service_id) then
    perform app_hidden.refuse('slot_offered', 'This time is offered to patients on the waiting list first.',
      jsonb_build_object('bookingSlotId', slot.id::text, 'offeredUntil', slot.held_until));
  end if;
end
$$;

comment on function app_private.assert_offered is
'Checks that a slot that is held for the waiting list is offered to the customer, for the service or for none, '
'and that the head start has begun. '
'Refuses slot_offered; the detail says from when anyone can book the slot.';
