create or replace function app_private.free_slots_by_date(
  specialization_id bigint, zones text[], first_date date, next_date date,
  start_from timestamptz, after_id bigint, until timestamptz, page_size int)
returns setof app_private.free_slot
language sql stable
begin atomic
  select s.clinic_id, c.name, c.time_zone, s.doctor_id, s.id, s.slot_date, s.starts_at, s.ends_at
  from (
    -- No joins in here: the planner may start with them, and then sorts all free slots.
    select of_day.* from generate_series(0, next_date - first_date - 1) day (n)
    cross join lateral (
      select bs.clinic_id, bs.doctor_id, bs.id, bs.slot_date, bs.starts_at, bs.ends_at
      from app_public.booking_slots bs
      where bs.slot_date = first_date + day.n
        and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
        and bs.service_id is null
        and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
        and (free_slots_by_date.specialization_id is null or exists (
          select from app_public.doctor_specializations ds
          where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id
            and ds.specialization_id = free_slots_by_date.specialization_id))
        and (zones is null or (select c.time_zone = any (zones) from app_public.clinics c where c.id = bs.clinic_id))
        and (
          select bs.starts_at between now() + p.lead_time and now() + p.horizon
          from app_public.policies p where p.clinic_id = bs.clinic_id)
      order by bs.starts_at, bs.id limit page_size
    ) of_day
    order by of_day.starts_at, of_day.id limit page_size
  ) s
  cross join lateral (select c.name, c.time_zone from app_public.clinics c where c.id = s.clinic_id limit 1) c
  order by s.starts_at, s.id;
end;

comment on function app_private.free_slots_by_date is
'An access path of app_public.available_slots across clinics: reads each date in turn, through the index '
'free_slots_of_a_date, and keeps the slots whose doctor has the specialization (null for any) and whose clinic is in '
'one of these time zones (null for any) and lets customers book them now. For the dates from `first_date` until '
'before `next_date`. Inlined by the planner.';
