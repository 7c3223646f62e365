create or replace function app_private.offer_freed_slots(
  clinic_id bigint, slot_ids bigint[], freed_by_customer_id bigint)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  visit bigint[];
begin
  if coalesce(cardinality(offer_freed_slots.slot_ids), 0) = 0 then
    return;
  end if;
  -- join_waiting_list takes this lock exclusively: an entry either is seen here, or was joined after the slots were
  -- freed.
  perform pg_advisory_xact_lock_shared(
    hashtextextended('medislot waiting list', offer_freed_slots.clinic_id));
  if not exists (
       select from app_public.waiting_list w
       where w.clinic_id = offer_freed_slots.clinic_id and w.state = 'waiting') then
    return;
  end if;
  -- Only one transaction at a time in each clinic, so that it sees the offers that others have just made, and no
  -- patient is offered two times at once.
  perform pg_advisory_xact_lock(hashtextextended('medislot slot offers', offer_freed_slots.clinic_id));
  -- Slots that adjoin were one visit. Those that are not open have been withdrawn.
  for visit in
    select array_agg(p.id order by p.starts_at)
    from (
      select f.*, count(*) filter (where f.begins_part) over (order by f.starts_at) as part
      from (
        select bs.id, bs.starts_at,
          bs.starts_at is distinct from lag(bs.ends_at) over (order by bs.starts_at) as begins_part
        from app_public.booking_slots bs
        where bs.clinic_id = offer_freed_slots.clinic_id and bs.id = any (offer_freed_slots.slot_ids)
          and bs.status = 'open' and bs.starts_at > now()) f) p
    group by p.part
    order by p.part
  loop
    perform app_private.offer_visit(offer_freed_slots.clinic_id, visit, offer_freed_slots.freed_by_customer_id);
  end loop;
end
$$;

comment on function app_private.offer_freed_slots is
'Offers slots that were just freed, and are locked by the caller, to those on the waiting list whom they match; slots '
'of one visit as a whole. Slots that match nobody stay open. Call it once for each visit that was freed, with the '
'customer who gave it up, and at the end of the transaction''s work: it takes the last of the locks in the common '
'order. A transaction that has this lock must not wait for another one.';
