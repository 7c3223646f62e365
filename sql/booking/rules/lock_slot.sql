create or replace function app_private.lock_slot(clinic_id bigint, booking_slot_id bigint)
returns app_public.booking_slots
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  slot app_public.booking_slots;
begin
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = lock_slot.clinic_id and bs.id = lock_slot.booking_slot_id
  for update;
  if slot.id is null then
    perform app_hidden.refuse('slot_not_found', 'No such slot in this clinic.',
      jsonb_build_object('bookingSlotId', lock_slot.booking_slot_id::text));
  end if;
  return slot;
end
$$;

comment on function app_private.lock_slot is
'Locks the slot until the transaction ends and returns it. Everything that changes a booking locks in the same '
'order: the customer, slots by id, the booking, the clinic''s record of the customer, invoices, messages, and last the '
'locks that offer_freed_slots takes. Refuses slot_not_found.';
