create or replace function app_private.insert_slots(
  clinic_id bigint, doctor_ids bigint[], time_slot_ids bigint[], slot_dates date[], durings tstzrange[],
  service_ids bigint[])
returns table (doctor_id bigint, time_slot_id bigint, slot_date date)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- By the positions in the arrays.
  overlapping bigint[];
begin
  select array_agg(w.n) into overlapping
  from app_private.taken_times(insert_slots.clinic_id, insert_slots.doctor_ids, insert_slots.durings) t
  join unnest(doctor_ids, durings) with ordinality w (doctor_id, during, n)
    on w.doctor_id = t.doctor_id and w.during && t.taken;
  if overlapping is not null then
    return query
      select w.doctor_id, w.time_slot_id, w.slot_date
      from unnest(doctor_ids, time_slot_ids, slot_dates) with ordinality w (doctor_id, time_slot_id, slot_date, n)
      where w.n = any (overlapping);
    select array_agg(w.doctor_id), array_agg(w.time_slot_id), array_agg(w.slot_date), array_agg(w.during),
      array_agg(w.service_id)
    into doctor_ids, time_slot_ids, slot_dates, durings, service_ids
    from unnest(doctor_ids, time_slot_ids, slot_dates, durings, service_ids) with ordinality
      w (doctor_id, time_slot_id, slot_date, during, service_id, n)
    where w.n <> all (overlapping);
  end if;
  -- Slots of one call overlap each other where the clocks are set back between them. With ON CONFLICT each slot is
  -- looked up in every index first, which takes a sixth longer, so it is used only if the plain insert fails.
  begin
    insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template,
      service_id)
    select insert_slots.clinic_id, w.doctor_id, w.time_slot_id, w.slot_date, w.during, true, w.service_id
    from unnest(doctor_ids, time_slot_ids, slot_dates, durings, service_ids)
      w (doctor_id, time_slot_id, slot_date, during, service_id)
    order by w.doctor_id, w.during;
    return;
  exception when exclusion_violation or unique_violation then
    -- Not all do: below, one by one.
  end;
  return query
    with made as (
      insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template,
        service_id)
      select insert_slots.clinic_id, w.doctor_id, w.time_slot_id, w.slot_date, w.during, true, w.service_id
      from unnest(doctor_ids, time_slot_ids, slot_dates, durings, service_ids)
        w (doctor_id, time_slot_id, slot_date, during, service_id)
      order by w.doctor_id, w.during
      on conflict do nothing
      returning bs.doctor_id, bs.time_slot_id, bs.slot_date
    )
    -- Always a hash join, because the steps of a nested loop would be the square of the number of slots.
    select w.* from unnest(doctor_ids, time_slot_ids, slot_dates) w
    except
    select m.* from made m;
end
$$;

comment on function app_private.insert_slots is
'Inserts the slots of a clinic that make_booking_slots passes as arrays of doctors, time slots, dates, ranges '
'and the services for which they are reserved. Returns those that overlap another slot and were not inserted.';
