create or replace function app_private.count_taken_slot(slot app_public.booking_slots, customer_id bigint, slots int)
returns void
language plpgsql volatile
-- Uses a generic plan, because planning takes longer than counting.
set plan_cache_mode = force_generic_plan set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  here cidr := app_private.client_network();
  limits record;
  seen record;
begin
  if here is null then
    return;
  elsif slot.status = 'held' and slot.customer_id = count_taken_slot.customer_id and slot.held_until > now() then
    -- Counted when it was held.
    return;
  end if;
  for limits in
    select cn.network,
      set_masklen(broadcast(cn.network), case family(cn.network) when 4 then 32 else 128 end) as last,
      nl.burst * cn.growth as burst,
      now() - interval '1 hour' * nl.burst / nl.per_hour as since
    from app_private.client_networks() cn, app_private.network_limits nl where nl.kind = 'booking'
  loop
    select coalesce(sum(ns.slots) filter (where ns.taken_at > limits.since), 0) as lately,
      min(ns.taken_at) filter (where ns.taken_at > limits.since) as first,
      coalesce(sum(ns.slots) filter (where ns.in_clinic_id = slot.clinic_id and ns.slot_date = slot.slot_date), 0)
        as of_this_day
    into seen
    from app_private.network_slots ns
    -- The /64s of a larger network stand together in the index.
    where ns.network >= limits.network and ns.network <= limits.last and ns.taken_at > now() - interval '1 day';
    if seen.lately >= limits.burst then
      perform app_hidden.refuse('network_takes_too_many',
        'Many appointments were taken from your network. Wait and try again, or call the clinic.',
        jsonb_build_object('retryAfterSeconds',
          greatest(1, ceil(extract(epoch from seen.first - limits.since)))));
    end if;
  end loop;
  insert into app_private.network_slots (network, in_clinic_id, slot_date, slots)
  values (here, slot.clinic_id, slot.slot_date, count_taken_slot.slots);
  -- The last network is the largest one.
  if seen.of_this_day + count_taken_slot.slots >= (select al.slots_of_a_day from app_private.alert_limits al) then
    perform app_private.alert_about_network(
      slot.clinic_id, slot.slot_date, (seen.of_this_day + count_taken_slot.slots)::int);
  end if;
end
$$;

comment on function app_private.count_taken_slot is
'Counts a visit of so many slots that a customer holds or books for the network of the request, and alerts the clinic '
'when one network takes much of a day (alert_about_network). Refuses network_takes_too_many (detail: '
'retryAfterSeconds) when the network has taken as many slots as app_private.network_limits allows (kind booking). '
'Costs nothing for callers without a network address.';
