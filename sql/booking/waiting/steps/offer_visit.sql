create or replace function app_private.offer_visit(clinic_id bigint, slot_ids bigint[], freed_by_customer_id bigint)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- now() is when the transaction began: an offer that ended since then would still count.
  at constant timestamptz := clock_timestamp();
  matching app_public.waiting_list[];
  head_starts tstzrange[];
  said constant text := current_setting('medislot.reason', true);
begin
  matching := array(
    select w from app_private.matching_waiters(
      offer_visit.clinic_id, offer_visit.slot_ids, offer_visit.freed_by_customer_id, at) w);
  if matching = '{}' then
    return;
  end if;
  select array_agg(h order by h) into head_starts
  from app_public.booking_slots bs
  join app_public.policies p on p.clinic_id = bs.clinic_id
  left join app_public.services s on s.clinic_id = bs.clinic_id and s.id = (matching[1]).service_id
  cross join lateral app_private.place_head_starts(
    bs.clinic_id, now(), bs.starts_at - coalesce(s.lead_time, p.lead_time), cardinality(matching)) h
  where bs.clinic_id = offer_visit.clinic_id and bs.id = slot_ids[1];

  perform app_private.set_event_reason('offered to the waiting list');
  update app_public.booking_slots bs
  set status = 'held', customer_id = null, held_until = upper(head_starts[cardinality(head_starts)])
  where bs.clinic_id = offer_visit.clinic_id and bs.id = any (slot_ids);
  perform app_private.set_event_reason(said);
  with offers as (
    insert into app_public.slot_offers (clinic_id, waiting_id, customer_id, booking_slot_id, slot_ids, head_start,
      lasts_until, offered_at)
    select w.clinic_id, w.id, w.customer_id, offer_visit.slot_ids[1], offer_visit.slot_ids, h.head_start,
      upper(head_starts[cardinality(head_starts)]), at
    from unnest(matching) with ordinality w
    join unnest(head_starts) with ordinality h (head_start, turn) on h.turn = w.ordinality
    order by w.ordinality
    returning *
  )
  insert into app_public.notifications (clinic_id, slot_offer_id, customer_id, kind, channel, booking_sequence, due_at,
    state, last_error)
  select o.clinic_id, o.id, o.customer_id, 'slot_offered', ch.channel, 0, lower(o.head_start),
    (case when ch.has_address then 'pending' else 'dead' end)::app_public.notification_state,
    case when not ch.has_address then 'the clinic knows no address for ' || ch.channel end
  from offers o
  cross join lateral app_private.choose_channel(o.clinic_id, o.customer_id, 'slot_offered') ch
  where ch.channel is not null;
end
$$;

comment on function app_private.offer_visit is
'Offers the slots of one visit, open and locked by the caller, to the first of those on the waiting list whom it '
'matches: holds them until the last head start ends, and records the offers and their messages. Nothing changes if it '
'matches nobody.';
