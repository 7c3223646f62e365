create or replace function app_private.make_booking_slots(clinic_id bigint, dates datemultirange, due_at timestamptz)
returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  run app_public.slot_generation_runs;
begin
  clinic := app_private.lock_schedule(make_booking_slots.clinic_id);
  -- Checked under the lock: if two workers find the same run due, the second sees the run of the first.
  if make_booking_slots.due_at is not null and exists (
       select from app_public.slot_generation_runs r
       where r.clinic_id = make_booking_slots.clinic_id and r.due_at = make_booking_slots.due_at) then
    return null;
  end if;

  with times as materialized (
    -- Local time becomes instants once for each time slot and date, however many doctors share them: it is the
    -- expensive part.
    select used.time_slot_id, used.weekday, day.slot_date,
      app_hidden.local_range(day.slot_date, used.start_time, used.end_time, clinic.time_zone) as during
    from (
      select distinct t.time_slot_id, t.weekday, ts.start_time, ts.end_time
      from app_public.doctor_slot_templates t
      join app_public.time_slots ts on ts.clinic_id = t.clinic_id and ts.id = t.time_slot_id and ts.is_active
      where t.clinic_id = make_booking_slots.clinic_id
    ) used
    join (
      select lower(d) + n as slot_date, extract(isodow from lower(d) + n)::int as weekday
      from unnest(make_booking_slots.dates) d cross join lateral generate_series(0, upper(d) - lower(d) - 1) n
    ) day on day.weekday = used.weekday
  ), wanted as materialized (
    select t.doctor_id, t.time_slot_id, ti.slot_date, ti.during, t.service_id
    from times ti
    join app_public.doctor_slot_templates t
      on t.clinic_id = make_booking_slots.clinic_id and t.time_slot_id = ti.time_slot_id and t.weekday = ti.weekday
        and t.validity @> ti.slot_date
    join app_public.doctors d on d.clinic_id = t.clinic_id and d.id = t.doctor_id and d.is_active
  ), checked as materialized (
    select w.*, case
      when w.during is null then 'skipped_local_time'
      when exists (
        select from app_public.booking_slots bs
        where bs.clinic_id = make_booking_slots.clinic_id and bs.doctor_id = w.doctor_id
          and bs.current_time_slot_id = w.time_slot_id and bs.slot_date = w.slot_date) then 'slot_exists'
      when lower(w.during) <= now() then 'slot_in_the_past'
      when exists (
        select from app_public.absences a
        where a.clinic_id = make_booking_slots.clinic_id and a.during && w.during
          and (a.doctor_id is null or a.doctor_id = w.doctor_id)) then 'doctor_absent'
    end as reason
    from wanted w
  ), overlapping as materialized (
    select o.doctor_id, o.time_slot_id, o.slot_date
    from (
      select array_agg(j.doctor_id) as doctor_ids, array_agg(j.time_slot_id) as time_slot_ids,
        array_agg(j.slot_date) as slot_dates,
        array_agg(j.during) as durings, array_agg(j.service_id) as service_ids
      from checked j where j.reason is null
    ) w
    cross join lateral app_private.insert_slots(make_booking_slots.clinic_id, w.doctor_ids, w.time_slot_ids,
      w.slot_dates, w.durings, w.service_ids) o
  ), numbers as (
    select count(*) as of_templates, count(*) filter (where j.reason is null) as to_make,
      (select count(*) from overlapping) as overlapping,
      count(*) filter (where j.reason = 'slot_exists') as existing,
        count(*) filter (where j.reason = 'slot_in_the_past') as past,
      count(*) filter (where j.reason = 'skipped_local_time') as skipped,
      count(*) filter (where j.reason = 'doctor_absent') as absent
    from checked j
  ), worth_a_look as (
    -- Up to a hundred examples that may need attention. Existing slots are normal in a repeated run, and absences are
    -- intended.
    select j.reason, j.doctor_id, j.time_slot_id, j.slot_date from checked j
    where j.reason not in ('slot_exists', 'doctor_absent')
    union all
    select 'slot_overlaps', o.doctor_id, o.time_slot_id, o.slot_date from overlapping o
    order by slot_date, doctor_id, time_slot_id limit 100
  )
  insert into app_public.slot_generation_runs as r (
    clinic_id, from_date, to_date, dates, slots_made, templates_passed_over, already_existing, in_the_past,
      skipped_local_times, overlapping, doctor_absent, examples, due_at)
  select make_booking_slots.clinic_id, lower(make_booking_slots.dates), upper(make_booking_slots.dates) - 1,
    make_booking_slots.dates,
    n.to_make - n.overlapping, n.of_templates - n.to_make + n.overlapping, n.existing, n.past, n.skipped, n.overlapping,
    n.absent,
    coalesce((select jsonb_agg(jsonb_build_object('reason', w.reason, 'doctorId', w.doctor_id::text, 'timeSlotId',
      w.time_slot_id::text, 'slotDate', w.slot_date))
              from worth_a_look w), '[]'), make_booking_slots.due_at
  from numbers n
  returning r.* into run;
  return run;
end
$$;

comment on function app_private.make_booking_slots is
'Makes the slots that a clinic''s templates want on these local dates; records and returns the run. With `due_at`, '
'the scheduled time the run is for, it returns null when that run was made already. Used by generate_booking_slots, '
'generate_due_slots and follow_templates. Refuses clinic_not_found.';
