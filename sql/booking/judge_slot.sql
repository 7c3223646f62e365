create or replace function app_private.judge_slot(slot app_public.booking_slots, customer_id bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  case slot.status
    when 'open' then
      null;
    when 'held' then
      -- A hold ends by its time: whoever comes after finds the slot free, whether or not a job has tidied it up.
      if slot.held_until > now() and slot.customer_id is distinct from judge_slot.customer_id then
        perform app_hidden.refuse('slot_held', 'Somebody else is just booking this slot.',
          jsonb_build_object('bookingSlotId', slot.id::text, 'heldUntil', slot.held_until));
      end if;
    when 'booked' then
      perform app_hidden.refuse('slot_taken', 'This slot is taken.', jsonb_build_object('bookingSlotId', slot.id::text));
    when 'withdrawn' then
      perform app_hidden.refuse('slot_withdrawn', 'The clinic has withdrawn this slot.', jsonb_build_object('bookingSlotId', slot.id::text));
  end case;
end
$$;

comment on function app_private.judge_slot(app_public.booking_slots, bigint) is
'Whether this customer may claim the slot as it stands. Refuses slot_taken, slot_held (by another, not expired), slot_withdrawn.';

revoke all on function app_private.judge_slot(app_public.booking_slots, bigint) from public;
