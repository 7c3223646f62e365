create or replace function app_public.release_hold(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, idempotency_key text default null,
  row_version int default null)
returns app_public.booking_slots
language plpgsql volatile security definer
-- Uses a generic plan, as hold_slot does.
set plan_cache_mode = force_generic_plan set jit = off
set search_path = pg_catalog, pg_temp as $$
declare
  customer app_public.customers;
  slot app_public.booking_slots;
  held_together bigint[];
begin
  customer := app_private.resolve_customer(release_hold.clinic_id, release_hold.customer_id);
  slot := app_private.begin_idempotent(release_hold.clinic_id, release_hold.idempotency_key, 'release_hold',
    jsonb_build_array(release_hold.booking_slot_id, customer.id), null::app_public.booking_slots);
  if slot.id is not null then
    return slot;
  end if;
  slot := app_private.lock_visit(release_hold.clinic_id, release_hold.booking_slot_id);
  perform app_private.require_version('booking_slots', release_hold.row_version, slot.row_version);
  if slot.status <> 'held' or slot.customer_id is distinct from customer.id then
    perform app_hidden.refuse('hold_not_found', 'There is no hold on this slot.',
      jsonb_build_object('bookingSlotId', slot.id::text));
  end if;
  held_together := app_private.slots_of_visit(slot.clinic_id, slot.id);
  perform billing_private.assert_not_being_paid(slot.clinic_id, customer.id, held_together);
  update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
  where bs.clinic_id = slot.clinic_id and bs.id = any (held_together);
  select bs.* into slot from app_public.booking_slots bs where bs.clinic_id = slot.clinic_id and bs.id = slot.id;
  perform app_private.finish_idempotent(slot.clinic_id, release_hold.idempotency_key, slot);
  return slot;
end
$$;

comment on function app_public.release_hold is
'Releases a hold before it ends, with all slots that are held together. Customers release their own holds, the desk '
'those of customers of its clinic. Refuses slot_not_found, hold_not_found, checkout_open (a visit that is being paid: '
'cancel its checkout), customer_not_found, forbidden, unauthenticated, idempotency_key_reused, invalid_argument, '
'stale_row_version.';

grant execute on function app_public.release_hold to app_customer;
