create or replace function app_private.lock_times_of_customers(customer_ids bigint[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  offers constant bigint[] := array(
    select o.id from app_public.slot_offers o where o.customer_id = any (customer_ids) and o.state = 'offered');
  clinic_ids bigint[];
begin
  perform from app_public.booking_slots bs
  where (bs.clinic_id, bs.id) in (
    select h.clinic_id, h.id from app_public.booking_slots h
    where h.customer_id = any (customer_ids) and h.status = 'held'
    union all
    select b.clinic_id, unnest(app_private.slots_of_booking(b)) from app_public.bookings b
    where b.customer_id = any (customer_ids) and b.status in ('booked', 'checked_in') and b.ends_at > now()
    union all
    select o.clinic_id, unnest(o.slot_ids) from app_public.slot_offers o where o.id = any (offers))
  order by bs.clinic_id, bs.id for update;
  perform from app_public.bookings b
  where b.customer_id = any (customer_ids) and b.status in ('booked', 'checked_in') and b.ends_at > now()
  order by b.clinic_id, b.id for no key update;
  clinic_ids := array(
    select w.clinic_id from app_public.waiting_list w
    where w.customer_id = any (customer_ids) and w.state = 'waiting'
    union
    select b.clinic_id from app_public.bookings b
    where b.customer_id = any (customer_ids) and b.status in ('booked', 'checked_in') and b.ends_at > now()
    order by 1);
  perform from app_public.clinic_customers cc
  where cc.clinic_id = any (clinic_ids) and cc.customer_id = any (customer_ids)
  order by cc.clinic_id, cc.customer_id for no key update;
  -- Waits for transactions that are offering times to these customers; later ones see that the customers have left. The
  -- exclusive lock is taken at once, because the visits that end are offered to others under it: two transactions that
  -- both had a shared lock first would deadlock.
  perform pg_advisory_xact_lock(hashtextextended('medislot waiting list', c.id))
  from unnest(clinic_ids) with ordinality c (id, turn)
  order by c.turn;
  if exists (
       select from app_public.slot_offers o
       where o.customer_id = any (customer_ids) and o.state = 'offered' and o.id <> all (offers)) then
    -- Locking the slots of these now would be in the wrong order.
    raise exception 'a time was offered to a customer who is being removed' using errcode = 'serialization_failure';
  end if;
end
$$;

comment on function app_private.lock_times_of_customers is
'Locks the slots that customers have or are offered, their bookings, the records that clinics keep of them, and the '
'waiting lists of these clinics. Until the transaction ends, these customers are offered no other time. The caller has '
'locked the customers. Fails with 40001 if they are offered a time at the same moment.';
