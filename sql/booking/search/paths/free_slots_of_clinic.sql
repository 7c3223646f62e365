create or replace function app_private.free_slots_of_clinic(
  clinic_id bigint, clinic_name text, time_zone text, doctor_ids bigint[],
  start_from timestamptz, after_id bigint, until timestamptz, from_date date, to_date date, page_size int)
returns setof app_private.free_slot
language sql stable
begin atomic
  select bs.clinic_id, free_slots_of_clinic.clinic_name, free_slots_of_clinic.time_zone,
    bs.doctor_id, bs.id, bs.slot_date, bs.starts_at, bs.ends_at
  from app_public.booking_slots bs
  where bs.clinic_id = free_slots_of_clinic.clinic_id
    and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
    and bs.service_id is null
    and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
    and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
    and (doctor_ids is null or bs.doctor_id = any (doctor_ids))
  order by bs.starts_at, bs.id limit page_size;
end;

comment on function app_private.free_slots_of_clinic is
'The access path of app_public.available_slots for one clinic, or for some of its doctors (`doctor_ids`, null for '
'all), through the index free_slots_of_a_clinic_by_time. Inlined by the planner.';
