create or replace function app_private.assert_in_booking_window(
  slot app_public.booking_slots, policy app_public.policies, by_desk boolean)
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if by_desk then
    -- The desk takes walk-ins into a slot that has begun, and books as far ahead as there are slots.
    if slot.ends_at <= now() then
      perform app_hidden.refuse('slot_in_the_past', 'This slot is over.', jsonb_build_object('endsAt', slot.ends_at));
    end if;
  elsif slot.starts_at < now() + policy.lead_time or slot.starts_at <= now() then
    perform app_hidden.refuse('booking_too_late', 'It is too late to book this slot. Call the clinic.',
      jsonb_build_object('bookableUntil', slot.starts_at - policy.lead_time));
  elsif slot.starts_at > now() + policy.horizon then
    perform app_hidden.refuse('booking_too_far_ahead', 'This slot cannot be booked yet.',
      jsonb_build_object('bookableFrom', slot.starts_at - policy.horizon));
  end if;
end
$$;

comment on function app_private.assert_in_booking_window is
'Checks that the clinic''s policy allows booking or holding the slot now: lead time and horizon apply to customers; '
'the desk may book until the slot ends. Refuses booking_too_late, booking_too_far_ahead, slot_in_the_past.';
