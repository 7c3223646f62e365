create or replace function app_private.decline(clinic_id bigint, offer_id bigint) returns app_public.slot_offers
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  offer app_public.slot_offers;
  slots app_public.booking_slots;
  later bigint[];
  moved tstzrange[];
begin
  select o.* into offer from app_public.slot_offers o
  where o.clinic_id = decline.clinic_id and o.id = decline.offer_id;
  perform from app_public.booking_slots bs
  where bs.clinic_id = offer.clinic_id and bs.id = any (offer.slot_ids)
  order by bs.id for update;
  update app_public.slot_offers o set state = 'declined', ended_at = clock_timestamp()
  where o.clinic_id = offer.clinic_id and o.id = offer.id and o.state = 'offered';
  if not found then
    -- Somebody took the time meanwhile.
    select o.* into offer from app_public.slot_offers o where o.clinic_id = offer.clinic_id and o.id = offer.id;
    return offer;
  end if;
  perform app_private.drop_offer_messages(offer.clinic_id, array[offer.id]);

  select bs.* into slots from app_public.booking_slots bs
  where bs.clinic_id = offer.clinic_id and bs.id = offer.booking_slot_id;
  -- Those whose head start has not begun move forward.
  select array_agg(o.id order by o.head_start) into later from app_public.slot_offers o
  where o.clinic_id = offer.clinic_id and o.booking_slot_id = offer.booking_slot_id and o.state = 'offered'
    and lower(o.head_start) > now();
  if later is not null then
    select array_agg(h order by h) into moved
    from app_private.place_head_starts(offer.clinic_id, greatest(now(), (
        select max(upper(o.head_start)) from app_public.slot_offers o
        where o.clinic_id = offer.clinic_id and o.booking_slot_id = offer.booking_slot_id and o.state = 'offered'
          and lower(o.head_start) <= now())),
      slots.held_until, cardinality(later)) h;
    -- All move or none, so that no two head starts overlap. None moves if one would begin later than before, because
    -- waiting_head_start was raised since.
    if cardinality(moved) = cardinality(later) and not exists (
         select from unnest(later, moved) m (id, head_start)
         join app_public.slot_offers o on o.clinic_id = offer.clinic_id and o.id = m.id
         where lower(m.head_start) > lower(o.head_start)) then
      update app_public.slot_offers o set head_start = m.head_start
      from unnest(later, moved) m (id, head_start)
      where o.clinic_id = offer.clinic_id and o.id = m.id;
    end if;
  end if;
  if exists (
       select from app_public.slot_offers o
       where o.clinic_id = offer.clinic_id and o.booking_slot_id = offer.booking_slot_id and o.state = 'offered') then
    with last_one as (
      select max(upper(o.head_start)) as ends from app_public.slot_offers o
      where o.clinic_id = offer.clinic_id and o.booking_slot_id = offer.booking_slot_id and o.state = 'offered'
    ), shortened as (
      update app_public.slot_offers o set lasts_until = l.ends from last_one l
      where o.clinic_id = offer.clinic_id and o.booking_slot_id = offer.booking_slot_id and o.state = 'offered'
      returning o.id, o.head_start
    ), sooner as (
      update app_public.notifications n set due_at = lower(s.head_start)
      from shortened s
      where n.clinic_id = offer.clinic_id and n.slot_offer_id = s.id and n.state = 'pending' and n.attempts = 0
    )
    update app_public.booking_slots bs set held_until = l.ends from last_one l
    where bs.clinic_id = offer.clinic_id and bs.id = any (offer.slot_ids);
  else
    perform app_private.set_event_reason('declined by the waiting list');
    update app_public.booking_slots bs set status = 'open', held_until = null
    where bs.clinic_id = offer.clinic_id and bs.id = any (offer.slot_ids)
      and bs.status = 'held' and bs.customer_id is null;
    perform app_private.set_event_reason(null);
  end if;
  select o.* into offer from app_public.slot_offers o where o.clinic_id = offer.clinic_id and o.id = offer.id;
  return offer;
end
$$;

comment on function app_private.decline is
'Declines an offer, moves the head starts that have not begun forward, and returns the offer. After the last one the '
'slots are open. An offer that has ended is returned as it is. The caller has checked its right.';
