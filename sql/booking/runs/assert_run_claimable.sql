create or replace function app_private.assert_run_claimable(
  clinic_id bigint, run bigint[], service_id bigint, customer_id bigint, own_slot_ids bigint[] default '{}')
returns void
language plpgsql stable
-- Uses a generic plan. Otherwise PostgreSQL plans the statement in each call, since its estimate depends on the length
-- of the list of slots.
set plan_cache_mode = force_generic_plan set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  in_the_way app_public.booking_slots;
begin
  select bs.* into in_the_way from app_public.booking_slots bs
  where bs.clinic_id = assert_run_claimable.clinic_id and bs.id = any (run)
    and (bs.id <> all (own_slot_ids) and (
        bs.status in ('booked', 'withdrawn')
        or bs.status = 'held' and bs.held_until > now()
          and (bs.customer_id is null or bs.customer_id is distinct from assert_run_claimable.customer_id)
          and not (bs.customer_id is null
            and app_private.is_offered_to(
              bs.clinic_id, bs.id, assert_run_claimable.customer_id, assert_run_claimable.service_id)))
      or bs.service_id <> assert_run_claimable.service_id)
  order by bs.starts_at limit 1;
  if in_the_way.id is null then
    return;
  end if;
  if in_the_way.id = any (own_slot_ids) then
    -- A slot that is open but reserved for another service.
    in_the_way.status := 'open';
  end if;
  if in_the_way.id = run[1] then
    -- Refuses as it does for a booking of one slot.
    perform app_private.assert_claimable(in_the_way, assert_run_claimable.customer_id,
      assert_run_claimable.service_id);
  end if;
  perform app_hidden.refuse('run_not_free', 'A slot that the visit needs is not free.',
    jsonb_build_object('bookingSlotId', in_the_way.id::text, 'startsAt', in_the_way.starts_at, 'reason',
      case in_the_way.status when 'booked' then 'slot_taken' when 'withdrawn' then 'slot_withdrawn'
        else case when in_the_way.service_id <> assert_run_claimable.service_id then 'slot_reserved'
          when in_the_way.customer_id is null then 'slot_offered' else 'slot_held' end end));
end
$$;

comment on function app_private.assert_run_claimable is
'Checks that the customer may book or hold all slots of a run for the service. Slots that the booking has already '
'(`own_slot_ids`) count as free. Refuses slot_taken, slot_held, slot_offered, slot_withdrawn, slot_reserved if the '
'first slot is not free; run_not_free if another one is not, and the detail names it.';
