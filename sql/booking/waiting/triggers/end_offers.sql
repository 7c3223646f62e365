create or replace function app_private.end_offers() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  ids constant bigint[] := case NEW.status when 'booked' then app_private.ids_of_person(NEW.customer_id) end;
  ended bigint[];
begin
  if NEW.status = 'held' and NEW.customer_id is null then
    -- Still offered.
    return null;
  end if;
  with changed as (
    update app_public.slot_offers o
    set state = (case when o.customer_id = any (ids) then 'accepted' when NEW.status = 'open' then 'opened'
        else 'lost' end)::app_public.offer_state,
      ended_at = clock_timestamp()
    where o.clinic_id = NEW.clinic_id and o.slot_ids @> array[NEW.id] and o.state = 'offered'
    returning o.id, o.waiting_id, o.state
  ), got_one as (
    update app_public.waiting_list w set state = 'booked', ended_at = clock_timestamp()
    from changed c
    where c.state = 'accepted' and w.clinic_id = NEW.clinic_id and w.id = c.waiting_id and w.state = 'waiting'
  )
  select array_agg(c.id) into ended from changed c;
  perform app_private.drop_offer_messages(NEW.clinic_id, ended);
  return null;
end
$$;

comment on function app_private.end_offers is
'Trigger on booking_slots: ends the offers of a slot that was held for the waiting list and is not any more, whatever '
'changed it. The offer of the customer who booked it is accepted, and the entry on the waiting list has got its time; '
'the others are lost, or opened if anyone may book the slot now.';
