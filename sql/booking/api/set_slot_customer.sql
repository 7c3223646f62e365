create or replace function app_public.set_slot_customer(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, row_version int default null,
  status app_public.slot_status default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  slot app_public.booking_slots;
  live bigint;
begin
  if app_hidden.current_account_id() is null and not app_private.caller_is_operator() then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  slot := app_private.lock_visit(set_slot_customer.clinic_id, set_slot_customer.booking_slot_id);
  perform app_private.require_version('booking_slots', set_slot_customer.row_version, slot.row_version);
  if set_slot_customer.status <> slot.status then
    perform app_hidden.refuse('invalid_argument',
      'The status follows from who has the slot: book, cancel, hold, release or withdraw it.',
      jsonb_build_object('argument', 'status', 'status', slot.status));
  end if;
  -- A held or withdrawn slot that is sent back as it was read stays as it is.
  if set_slot_customer.status = 'held' and slot.customer_id = set_slot_customer.customer_id then
    perform app_private.resolve_customer(slot.clinic_id, set_slot_customer.customer_id);
    return slot;
  elsif set_slot_customer.status = 'withdrawn' and set_slot_customer.customer_id is null
    and (slot.clinic_id = any (app_hidden.staff_clinic_ids()) or app_private.caller_is_operator()) then
    return slot;
  end if;
  -- If the slot already has this customer, nothing changes. Only callers who may see the customer get this answer.
  if slot.status = 'booked' and slot.customer_id = set_slot_customer.customer_id then
    perform app_private.resolve_customer(slot.clinic_id, set_slot_customer.customer_id);
    return slot;
  elsif slot.status = 'open' and set_slot_customer.customer_id is null then
    return slot;
  elsif set_slot_customer.customer_id is not null then
    perform app_public.book_slot(slot.clinic_id, slot.id, set_slot_customer.customer_id);
  elsif slot.status = 'held' then
    -- The desk may end any hold, other callers only their own.
    perform app_public.release_hold(slot.clinic_id, slot.id,
      case when slot.clinic_id = any (app_hidden.desk_clinic_ids()) or app_private.caller_is_operator()
        then slot.customer_id end);
  else
    select b.id into live from app_public.bookings b
    where b.clinic_id = slot.clinic_id and b.active_booking_slot_id = coalesce(slot.head_slot_id, slot.id);
    if live is null then
      perform app_hidden.refuse('slot_withdrawn', 'The clinic has withdrawn this slot.',
        jsonb_build_object('bookingSlotId', slot.id::text));
    end if;
    perform app_public.cancel_booking(slot.clinic_id, live);
  end if;
  select bs.* into slot from app_public.booking_slots bs where bs.clinic_id = slot.clinic_id and bs.id = slot.id;
  return slot;
end
$$;

comment on function app_public.set_slot_customer is
'Sets the customer of a slot, for clients that edit slots instead of calling functions: a customer books the slot '
'(book_slot), null frees it (cancel_booking of the whole visit, or release_hold of a held slot). Setting the present '
'customer changes nothing. `status` must be the slot''s present status (otherwise invalid_argument). A held or '
'withdrawn slot does not change if it is sent back as it was read. Refuses what those functions refuse: '
'slot_not_found, slot_taken, slot_held, slot_offered, slot_withdrawn, slot_reserved, booking_too_late, '
'booking_too_far_ahead, slot_in_the_past, too_many_bookings, email_not_confirmed, network_takes_too_many, '
'customer_busy, customer_not_found, customer_not_confirmed, booking_not_found, hold_not_found, checkout_open, '
'cancellation_too_late, illegal_transition, forbidden, unauthenticated, invalid_argument, stale_row_version; in a '
'shard also global_database_first, shard_behind.';

grant execute on function app_public.set_slot_customer to app_customer;
