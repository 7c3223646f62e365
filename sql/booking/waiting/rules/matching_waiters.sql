create or replace function app_private.matching_waiters(
  clinic_id bigint, slot_ids bigint[], except_customer_id bigint, at timestamptz)
returns setof app_public.waiting_list
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  most constant int := 3;
  policy app_public.policies;
  clinic app_public.clinics;
  freed record;
  candidate record;
  -- The time at which the first of them would get the message.
  heard_at timestamptz;
  chosen bigint[] := app_private.ids_of_person(except_customer_id);
  matches int := 0;
begin
  select p.* into policy from app_public.policies p where p.clinic_id = matching_waiters.clinic_id;
  select c.* into clinic from app_public.clinics c where c.id = matching_waiters.clinic_id;
  heard_at := coalesce(
    upper(app_private.quiet_hours(at, clinic.time_zone, policy.quiet_from, policy.quiet_until)), at);
  select min(bs.doctor_id) as doctor_id, min(bs.starts_at) as starts_at, max(bs.ends_at) as ends_at,
    max(bs.starts_at) as last_start, count(*) as number, min(bs.slot_date) as slot_date,
    array_agg(distinct bs.service_id) filter (where bs.service_id is not null) as reserved_for
  into freed
  from app_public.booking_slots bs
  where bs.clinic_id = matching_waiters.clinic_id and bs.id = any (slot_ids);

  for candidate in
    select w as entry, s as service, freed.starts_at + coalesce(s.buffer_before, '0') as visit_starts_at
    from app_public.waiting_list w
    join app_public.customers c on c.id = w.customer_id and c.is_active
    left join app_public.services s on s.clinic_id = w.clinic_id and s.id = w.service_id
    left join app_public.doctor_services ds
      on ds.clinic_id = s.clinic_id and ds.service_id = s.id and ds.doctor_id = freed.doctor_id
    left join app_public.bookings b on b.clinic_id = w.clinic_id and b.id = w.booking_id
    cross join lateral (
      select s.buffer_before + coalesce(ds.duration, s.duration) + s.buffer_after as length,
        (freed.starts_at + coalesce(s.buffer_before, '0')) at time zone clinic.time_zone as local_start) v
    where w.clinic_id = matching_waiters.clinic_id and w.state = 'waiting'
      and freed.slot_date between w.from_date and w.until_date
      and (w.doctor_id is null or w.doctor_id = freed.doctor_id)
      and (w.specialization_id is null or exists (
        select from app_public.doctor_specializations sp
        where sp.clinic_id = w.clinic_id and sp.doctor_id = freed.doctor_id
          and sp.specialization_id = w.specialization_id))
      -- The visit takes all slots that were freed, no fewer and no more.
      and case
        when w.service_id is null then freed.number = 1 and freed.reserved_for is null
        else ds.service_id is not null and (s.is_active or b.id is not null)
          and (freed.reserved_for is null or freed.reserved_for = array[w.service_id])
          and case when v.length is null then freed.number = 1
            else freed.starts_at + v.length <= freed.ends_at
              and (freed.number = 1 or freed.starts_at + v.length > freed.last_start) end
        end
      and (w.weekdays is null or extract(isodow from v.local_start) = any (w.weekdays))
      and (w.not_before is null or v.local_start::time >= w.not_before)
      and (w.not_after is null or v.local_start::time <= w.not_after)
      and freed.starts_at - heard_at >= greatest(w.min_notice, policy.waiting_notice,
        coalesce(s.lead_time, policy.lead_time) + interval '5 minutes')
      and freed.starts_at <= at + coalesce(s.horizon, policy.horizon)
      -- What is paid in advance cannot be taken by a link. A visit keeps its price with the same doctor.
      and (b.doctor_id is not distinct from freed.doctor_id or s.is_priced is not true or coalesce((
        billing_private.price_of(w.clinic_id, s.id, freed.doctor_id, freed.slot_date)).payment_rule = 'none', true))
      and case
        when w.booking_id is null then (
          select count(*) from app_public.bookings live
          where live.clinic_id = w.clinic_id and live.customer_id = any (app_private.ids_of_person(w.customer_id))
            and live.status in ('booked', 'checked_in') and live.ends_at > at) < policy.max_live_bookings
        else b.status = 'booked' and b.starts_at > freed.starts_at and b.service_id is not distinct from w.service_id
          and b.visit_starts_at >= at + coalesce(s.cancellation_cutoff, policy.cancellation_cutoff)
        end
      and not exists (
        select from app_public.bookings other
        where other.clinic_id = w.clinic_id and other.customer_id = any (app_private.ids_of_person(w.customer_id))
          and other.status in ('booked', 'checked_in') and other.id is distinct from w.booking_id
          and other.during && tstzrange(freed.starts_at, freed.ends_at))
      and (s.takes_resources is not true or s.mode = 'online' or app_private.has_free_resources(
        row(s.clinic_id, s.id, freed.starts_at + s.buffer_before, coalesce(
          freed.starts_at + s.buffer_before + coalesce(ds.duration, s.duration), freed.ends_at)),
        own_booking_id => w.booking_id))
      and not exists (
        select from app_public.slot_offers o
        where o.clinic_id = w.clinic_id and o.waiting_id = w.id and least(o.ended_at, o.lasts_until) > at)
    order by w.priority desc, w.joined_at, w.id
  loop
    -- A person with several entries is offered a time once.
    continue when (candidate.entry).customer_id = any (chosen)
      or not app_private.suits_customer(candidate.entry, candidate.service, candidate.visit_starts_at);
    return next candidate.entry;
    chosen := chosen || app_private.ids_of_person((candidate.entry).customer_id);
    matches := matches + 1;
    exit when matches = most;
  end loop;
end
$$;

comment on function app_private.matching_waiters is
'The first three entries of the waiting list, in their order, that match a visit which takes exactly these slots of '
'one doctor, freed `at` this time: by service, doctor, specialization, local weekday and time, and dates; An entry '
'matches only if there is enough notice, rooms and equipment are free, and the customer may book the visit, has no '
'visit at that time and no other offer. A customer who waits with a booking is offered only times before it. '
'`except_customer_id` is the customer who gave up the time.';
