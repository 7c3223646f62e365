create or replace function billing_private.prolong_hold(part billing.checkout_parts, hold_end timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  slots constant bigint[] := app_private.slots_of_visit(part.clinic_id, part.booking_slot_id);
begin
  hold_end := app_private.unique_hold_end(part.clinic_id, part.customer_id, slots, hold_end);
  update app_public.booking_slots bs set held_until = prolong_hold.hold_end
  where bs.clinic_id = part.clinic_id and bs.id = any (slots);
  -- The rooms and equipment that are kept for the hold.
  update app_public.resource_claims c set held_until = prolong_hold.hold_end
  where c.clinic_id = part.clinic_id and c.held_slot_id = part.booking_slot_id;
end
$$;

comment on function billing_private.prolong_hold is
'Holds the slots of a visit until its payment has arrived. hold_slot has locked them.';
