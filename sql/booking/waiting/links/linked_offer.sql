create or replace function app_private.linked_offer(clinic_id bigint, offer_id bigint) returns app_public.linked_offer
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  view app_public.linked_offer;
begin
  select o.clinic_id, o.id, o.state, v.starts_at,
    coalesce(v.starts_at + coalesce(ds.duration, s.duration), (
      select max(bs.ends_at) from app_public.booking_slots bs
      where bs.clinic_id = o.clinic_id and bs.id = any (o.slot_ids))),
    d.id, d.full_name, s.id, s.name, c.name, c.address, c.phone, c.time_zone, lower(o.head_start), upper(o.head_start),
    o.state in ('offered', 'opened') and lower(o.head_start) <= now() and not exists (
      select from app_public.booking_slots bs
      where bs.clinic_id = o.clinic_id and bs.id = any (o.slot_ids)
        and (bs.status not in ('open', 'held')
          or bs.status = 'held' and bs.customer_id <> o.customer_id and bs.held_until > now())),
    case when b.status = 'booked' and o.state <> 'accepted' then b.visit_starts_at end,
    w.state = 'waiting' and w.until_date >= (now() at time zone c.time_zone)::date, null
  into view
  from app_public.slot_offers o
  join app_public.waiting_list w on w.clinic_id = o.clinic_id and w.id = o.waiting_id
  join app_public.booking_slots head on head.clinic_id = o.clinic_id and head.id = o.booking_slot_id
  join app_public.doctors d on d.clinic_id = head.clinic_id and d.id = head.doctor_id
  join app_public.clinics c on c.id = o.clinic_id
  left join app_public.services s on s.clinic_id = w.clinic_id and s.id = w.service_id
  left join app_public.doctor_services ds
    on ds.clinic_id = s.clinic_id and ds.service_id = s.id and ds.doctor_id = head.doctor_id
  left join app_public.bookings b on b.clinic_id = w.clinic_id and b.id = w.booking_id
  cross join lateral (select head.starts_at + coalesce(s.buffer_before, '0') as starts_at) v
  where o.clinic_id = linked_offer.clinic_id and o.id = linked_offer.offer_id;
  return view;
end
$$;

comment on function app_private.linked_offer is
'An offer as the holder of its link sees it. The caller has verified the link.';
