create or replace function app_public.hold_slot(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, idempotency_key text default null,
  row_version int default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  customer app_public.customers;
  slot app_public.booking_slots;
  policy app_public.policies;
  by_desk boolean;
  until timestamptz;
  outcome jsonb;
begin
  customer := app_private.resolve_customer(hold_slot.clinic_id, hold_slot.customer_id);
  by_desk := customer.id is distinct from app_hidden.current_customer_id();
  outcome := app_private.replay(hold_slot.clinic_id, hold_slot.idempotency_key, 'hold_slot',
    jsonb_build_array(hold_slot.booking_slot_id, customer.id));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.booking_slots, outcome);
  end if;

  -- Looking before locking, as in book_slot.
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = hold_slot.clinic_id and bs.id = hold_slot.booking_slot_id;
  if slot.id is not null then
    perform app_private.judge_slot(slot, customer.id);
  end if;
  slot := app_private.lock_slot(hold_slot.clinic_id, hold_slot.booking_slot_id);
  perform app_private.require_version('booking_slots', hold_slot.row_version, slot.row_version);
  perform app_private.judge_slot(slot, customer.id);

  if slot.status = 'held' and slot.held_until <= now() and slot.customer_id = customer.id then
    -- Their own, come to its end: what follows is another one, and the history says so.
    update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
    where bs.clinic_id = slot.clinic_id and bs.id = slot.id
    returning bs.* into slot;
  end if;
  select p.* into strict policy from app_public.policies p where p.clinic_id = slot.clinic_id;
  perform app_private.judge_time(slot, policy, by_desk);
  perform app_private.keep_clinic_customer(slot.clinic_id, customer);
  until := now() + policy.hold_time;
  if not by_desk then
    perform app_private.judge_count(policy, customer.id, slot.id);
    until := app_private.judge_hold(slot, policy, customer.id);
  end if;

  update app_public.booking_slots bs
  set status = 'held', customer_id = customer.id, held_until = until
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id
  returning bs.* into slot;
  perform app_private.remember(slot.clinic_id, hold_slot.idempotency_key, to_jsonb(slot));
  return slot;
end
$$;

comment on function app_public.hold_slot(bigint, bigint, bigint, text, int) is
$c$Keeps a slot for a customer while they fill in a form, for the hold_time of the clinic; holding again prolongs it, to three times that at most. It ends by itself at held_until (app_public.book_slot and others treat it as free from then on). Customers hold for themselves, the desk for customers of its clinic.
Refuses slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead, slot_in_the_past, too_many_bookings, held_too_often, customer_not_found, forbidden, unauthenticated, idempotency_key_reused, invalid_argument, stale_row_version.$c$;

revoke all on function app_public.hold_slot(bigint, bigint, bigint, text, int) from public;
grant execute on function app_public.hold_slot(bigint, bigint, bigint, text, int) to app_customer;
