create or replace function app_private.why_not_booked(
  slot app_public.booking_slots, service app_public.services, customer_id bigint, own_slot_ids bigint[])
returns text
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  run bigint[] := array[slot.id];
  state text;
begin
  if slot.id = any (own_slot_ids) then
    slot.status := 'open';
  end if;
  perform app_private.assert_claimable(slot, why_not_booked.customer_id, service.id);
  if service.id is not null then
    run := app_private.run_of(slot, service);
    perform app_private.assert_run_claimable(slot.clinic_id, run, service.id, why_not_booked.customer_id,
      why_not_booked.own_slot_ids);
    if cardinality(own_slot_ids) = 0 then
      perform app_private.assert_resources_free(slot, service);
      if service.is_priced then
        perform billing_private.visit_to_charge(slot, service, why_not_booked.customer_id, by_desk => true,
          in_series => true);
      end if;
    end if;
  end if;
  perform app_private.assert_in_booking_window(slot, null::app_public.policies, by_desk => true);
  if exists (
    select from app_public.booking_slots bs
    join app_public.bookings b on b.clinic_id = bs.clinic_id and b.customer_id = why_not_booked.customer_id
      and b.status in ('booked', 'checked_in') and b.during && bs.during
      and b.booking_slot_id <> all (why_not_booked.own_slot_ids)
    where bs.clinic_id = slot.clinic_id and bs.id = any (run))
  then
    return 'customer_busy';
  end if;
  return null;
exception when others then
  get stacked diagnostics state = returned_sqlstate;
  -- Only refusals of these checks. Any other error is a bug.
  if state !~ '^MS(5|606|65|68|82)' then
    raise;
  end if;
  return (select ec.name from app_hidden.error_codes ec where ec.sqlstate = state);
end
$$;

comment on function app_private.why_not_booked is
'The name of the refusal that the desk would get if it booked a visit for the service (null: without a service) from '
'this slot on for the customer; null if the booking would be accepted. `service` is a result of '
'app_private.offered_service. Slots of visits that are about to be moved (`own_slot_ids`) count as free. Such a visit '
'is not charged again, and its rooms are not looked for: those that it has may be free then.';
