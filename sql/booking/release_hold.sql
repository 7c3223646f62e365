create or replace function app_public.release_hold(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, idempotency_key text default null,
  row_version int default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  customer app_public.customers;
  slot app_public.booking_slots;
  outcome jsonb;
begin
  customer := app_private.resolve_customer(release_hold.clinic_id, release_hold.customer_id);
  outcome := app_private.replay(release_hold.clinic_id, release_hold.idempotency_key, 'release_hold',
    jsonb_build_array(release_hold.booking_slot_id, customer.id));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.booking_slots, outcome);
  end if;
  slot := app_private.lock_slot(release_hold.clinic_id, release_hold.booking_slot_id);
  perform app_private.require_version('booking_slots', release_hold.row_version, slot.row_version);
  if slot.status <> 'held' or slot.customer_id is distinct from customer.id then
    perform app_hidden.refuse('hold_not_found', 'There is no hold on this slot.', jsonb_build_object('bookingSlotId', slot.id::text));
  end if;
  update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id
  returning bs.* into slot;
  perform app_private.remember(slot.clinic_id, release_hold.idempotency_key, to_jsonb(slot));
  return slot;
end
$$;

comment on function app_public.release_hold(bigint, bigint, bigint, text, int) is
'Gives a held slot back before its time. Customers their own, the desk those of its clinic''s customers. Refuses slot_not_found, hold_not_found, customer_not_found, forbidden, unauthenticated, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.release_hold(bigint, bigint, bigint, text, int) from public;
grant execute on function app_public.release_hold(bigint, bigint, bigint, text, int) to app_customer;
