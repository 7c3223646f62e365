create or replace function app_private.as_available_slot(
  clinic_id bigint, clinic_name text, time_zone text, doctor_id bigint, id bigint, slot_date date,
  starts_at timestamptz, ends_at timestamptz, zone_distance int)
returns setof app_public.available_slot
language sql stable
begin atomic
  -- The cursor is the distance, if there is one, then sixteen hexadecimal digits of microseconds since 2000 and sixteen
  -- of the id. With decimal digits, making cursors took a tenth of a search. Doctors' names are looked up one by one,
  -- for the slots of a page only: with a join the planner read all doctors.
  select coalesce(zone_distance::text, '') || encode(timestamptz_send(starts_at) || int8send(id), 'hex'),
    as_available_slot.clinic_id, clinic_name, time_zone, as_available_slot.doctor_id,
    (select d.full_name from app_public.doctors d
     where d.clinic_id = as_available_slot.clinic_id and d.id = as_available_slot.doctor_id),
    as_available_slot.id, slot_date, starts_at, ends_at,
    (starts_at at time zone time_zone)::time, (ends_at at time zone time_zone)::time, zone_distance;
end;

comment on function app_private.as_available_slot is
'A free slot as app_public.available_slots returns it, with its cursor, the doctor''s name and local times. Inlined '
'by the planner.';
