create or replace function app_private.free_slots_by_doctor(
  specialization_id bigint, zones text[], first_date date, next_date date,
  start_from timestamptz, after_id bigint, until timestamptz, page_size int)
returns setof app_private.free_slot
language sql stable
begin atomic
  select s.clinic_id, c.name, c.time_zone, s.doctor_id, s.id, s.slot_date, s.starts_at, s.ends_at
  from app_public.doctor_specializations ds
  join app_public.policies p on p.clinic_id = ds.clinic_id
  join app_public.clinics c on c.id = ds.clinic_id
  cross join lateral (
    select
      greatest(now() + p.lead_time, first_date::timestamp at time zone c.time_zone - interval '3 hours') as earliest,
      least(now() + p.horizon + interval '1 microsecond', next_date::timestamp at time zone c.time_zone) as latest
  ) own
  cross join lateral (
    -- These columns only: the global database has no copies of the others.
    select bs.clinic_id, bs.doctor_id, bs.id, bs.slot_date, bs.starts_at, bs.ends_at
    from app_public.booking_slots bs
    where bs.clinic_id = ds.clinic_id and bs.doctor_id = ds.doctor_id
      and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
      and bs.service_id is null
      -- One lower and one upper bound. With more bounds the planner estimates that they leave no more rows of a clinic
      -- than of a doctor, and takes the clinic's index.
      and (bs.starts_at, bs.id)
        > (greatest(start_from, own.earliest), case when start_from >= own.earliest then after_id else 0 end)
      and bs.starts_at < least(until, own.latest)
      and bs.slot_date >= first_date and bs.slot_date < next_date
    order by bs.starts_at, bs.id limit page_size
  ) s
  where ds.specialization_id = free_slots_by_doctor.specialization_id and (zones is null or c.time_zone = any (zones))
  order by s.starts_at, s.id limit page_size;
end;

comment on function app_private.free_slots_by_doctor is
'An access path of app_public.available_slots across clinics: looks at each doctor of a specialization in turn, '
'through the index free_slots_of_a_doctor_by_time. For the dates from `first_date` until before `next_date`, in the '
'clinics of these time zones (null for all). Inlined by the planner.';
