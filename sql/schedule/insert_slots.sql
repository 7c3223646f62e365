create or replace function app_private.insert_slots(
  clinic_id bigint, doctor_ids bigint[], time_slot_ids bigint[], slot_dates date[], durings tstzrange[])
returns table (doctor_id bigint, time_slot_id bigint, slot_date date)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- The constraints are the judge of overlaps, also against what others commit meanwhile. That each slot is looked for in every index
  -- before it is written (on conflict) makes it a sixth dearer: for nothing, where all find their place.
  begin
    insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template)
    select insert_slots.clinic_id, w.doctor_id, w.time_slot_id, w.slot_date, w.during, true
    from unnest(doctor_ids, time_slot_ids, slot_dates, durings) w (doctor_id, time_slot_id, slot_date, during)
    order by w.doctor_id, w.during;
    return;
  exception when exclusion_violation or unique_violation then
    -- Not all do: below, one by one.
  end;
  return query
    with made as (
      insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template)
      select insert_slots.clinic_id, w.doctor_id, w.time_slot_id, w.slot_date, w.during, true
      from unnest(doctor_ids, time_slot_ids, slot_dates, durings) w (doctor_id, time_slot_id, slot_date, during)
      order by w.doctor_id, w.during
      on conflict do nothing
      returning bs.doctor_id, bs.time_slot_id, bs.slot_date
    )
    -- By hashing, whatever the planner guesses: a join in loops would take as many steps as slots squared.
    select w.* from unnest(doctor_ids, time_slot_ids, slot_dates) w
    except
    select m.* from made m;
end
$$;

comment on function app_private.insert_slots(bigint, bigint[], bigint[], date[], tstzrange[]) is
'Of make_booking_slots: makes the slots of a clinic whose doctors, time slots, dates and times the arrays have, and gives back those that found their time taken.';

revoke all on function app_private.insert_slots(bigint, bigint[], bigint[], date[], tstzrange[]) from public;
