create or replace view app_private.freed_slots_not_offered with (security_invoker = true) as
-- By visit: slots of a doctor that one customer gave up in one transaction, and that adjoin.
with freed as (
  select bs.clinic_id, bs.doctor_id, e.customer_id, e.transaction_id, e.recorded_at, bs.id, bs.during
  from app_public.booking_slots bs
  cross join lateral (
    select le.* from app_public.events le
    where le.clinic_id = bs.clinic_id and le.booking_slot_id = bs.id and le.entity = 'booking_slot'
    order by le.recorded_at desc nulls last, le.id desc limit 1) e
  where bs.status = 'open' and bs.starts_at > now() and e.from_state = 'booked'
), visits as (
  select f.clinic_id, f.doctor_id, f.customer_id, f.transaction_id, part.during,
    min(f.recorded_at) as freed_at, array_agg(f.id order by f.during) as slot_ids
  from (
    select clinic_id, doctor_id, customer_id, transaction_id, unnest(range_agg(during)) as during
    from freed group by 1, 2, 3, 4) part
  join freed f using (clinic_id, doctor_id, customer_id, transaction_id)
  where f.during <@ part.during
  group by 1, 2, 3, 4, 5
)
select v.clinic_id, v.slot_ids, v.freed_at, w.id as waiting_id, w.customer_id
from visits v
cross join lateral app_private.matching_waiters(v.clinic_id, v.slot_ids, v.customer_id, v.freed_at) w
where w.changed_at < v.freed_at
  -- Left out if the bookings of the customer have changed since: then it is not known whether the customer could have
  -- taken the time.
  and not exists (
    select from app_public.events since
    where since.customer_id = any (app_private.ids_of_person(w.customer_id))
      and app_private.became_visible_since(v.freed_at, since.transaction_id::xid, since.recorded_at))
  -- Also left out if an offer to the customer has ended since.
  and not exists (
    select from app_public.slot_offers o
    where o.clinic_id = w.clinic_id and o.waiting_id = w.id
      and app_private.became_visible_since(v.freed_at, o.xmin, o.ended_at))
  -- Also left out if the visit takes a room or equipment, and visits or holds around that time have changed since.
  and not exists (
    select from app_public.services s
    join app_public.booking_slots other on other.clinic_id = s.clinic_id
    where s.clinic_id = w.clinic_id and s.id = w.service_id and s.takes_resources
      and lower(other.during) - upper(v.during) < '4 hours' and lower(v.during) - upper(other.during) < '4 hours'
      and other.id <> all (v.slot_ids)
      and (other.status = 'held' or exists (
        select from app_public.events since
        where since.clinic_id = other.clinic_id and since.booking_slot_id = other.id
          and app_private.became_visible_since(v.freed_at, since.transaction_id::xid, since.recorded_at))))
  -- Also left out if a record of the customer, or of the one who gave up the time, was merged since or its merge was
  -- undone: then other visits count now than at that time. The time of a merge is the beginning of its transaction.
  and not exists (
    select from unnest(app_private.ids_of_person(w.customer_id) || app_private.ids_of_person(v.customer_id)) p (id)
    join app_public.customer_merges m on p.id in (m.from_customer_id, m.into_customer_id)
    where v.freed_at - greatest(m.merged_at, m.undone_at) <= '1 minute')
  -- Also left out if others have changed a part of its slots since: the visit was freed as a whole and would have been
  -- offered as a whole. Slots that were withdrawn at the same time do not belong to it.
  and not exists (
    select from app_public.booking_slots part
    join app_public.events e on e.clinic_id = part.clinic_id and e.booking_slot_id = part.id
    where part.clinic_id = v.clinic_id and part.doctor_id = v.doctor_id and part.during -|- v.during
      and e.entity = 'booking_slot' and e.transaction_id = v.transaction_id and e.customer_id = v.customer_id
      and e.from_state = 'booked' and e.to_state = 'open'
      and not exists (
        select from app_public.events later
        where later.clinic_id = e.clinic_id and later.booking_slot_id = e.booking_slot_id and later.id > e.id
          and later.transaction_id = e.transaction_id and later.to_state = 'withdrawn'))
  -- Two adjoining visits that one customer gave up together are two visits: before the change, each had its own slots.
  and 1 >= (
    select count(distinct e.booking_id)
    from app_public.events e
    cross join lateral (
      select le.booking_slot_id from app_public.events le
      where le.clinic_id = e.clinic_id and le.booking_id = e.booking_id and le.entity = 'booking' and le.id < e.id
      order by le.id desc limit 1) earlier
    where e.clinic_id = v.clinic_id and e.transaction_id = v.transaction_id and e.entity = 'booking'
      and e.customer_id = v.customer_id and earlier.booking_slot_id = any (v.slot_ids));

comment on view app_private.freed_slots_not_offered is
'Visits whose slots were freed while an entry of the waiting list matched, and that were offered to nobody: always '
'empty. It applies the present policies, services, doctors and rooms, so after one of these was changed it may list '
'visits that were handled correctly. It leaves out visits that were freed within a second after another change for '
'the same customer (became_visible_since); without the setting track_commit_timestamp, within 5 seconds.';
