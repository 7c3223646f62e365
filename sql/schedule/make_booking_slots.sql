create or replace function app_private.make_booking_slots(clinic_id bigint, from_date date, to_date date, due_at timestamptz)
returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  run app_public.slot_generation_runs;
begin
  if from_date is null or to_date is null or to_date < from_date or to_date - from_date > 366 then
    perform app_hidden.refuse('invalid_argument', 'Give a from and a to date, in this order, at most 366 days apart.',
      jsonb_build_object('argument', 'toDate', 'fromDate', from_date, 'toDate', to_date));
  end if;
  clinic := app_private.lock_schedule(make_booking_slots.clinic_id);
  -- Asked under the lock: of two workers that found the same run due, the second finds it made.
  if make_booking_slots.due_at is not null and exists (
       select from app_public.slot_generation_runs r
       where r.clinic_id = make_booking_slots.clinic_id and r.due_at = make_booking_slots.due_at) then
    return null;
  end if;

  with wanted as materialized (
    select t.doctor_id, t.time_slot_id, day.slot_date, app_hidden.local_range(day.slot_date, ts.start_time, ts.end_time, clinic.time_zone) as during
    from app_public.doctor_slot_templates t
    join app_public.doctors d on d.clinic_id = t.clinic_id and d.id = t.doctor_id and d.is_active
    join app_public.time_slots ts on ts.clinic_id = t.clinic_id and ts.id = t.time_slot_id and ts.is_active
    -- Only the template's own weekday is enumerated, from its first occurrence in the range.
    cross join lateral (
      select s::date as slot_date
      from generate_series(
        from_date + (t.weekday - extract(isodow from from_date)::int + 7) % 7, to_date, interval '7 days') s
    ) day
    where t.clinic_id = make_booking_slots.clinic_id and t.validity @> day.slot_date
  ), judged as materialized (
    select w.*, case
      when w.during is null then 'skipped_local_time'
      when exists (
        select from app_public.booking_slots bs
        where bs.clinic_id = make_booking_slots.clinic_id and bs.doctor_id = w.doctor_id
          and bs.current_time_slot_id = w.time_slot_id and bs.slot_date = w.slot_date) then 'slot_exists'
      when lower(w.during) <= now() then 'slot_in_the_past'
    end as reason
    from wanted w
  ), made as (
    -- The exclusion constraint is the judge of overlaps, also against what others commit meanwhile.
    insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template)
    select make_booking_slots.clinic_id, j.doctor_id, j.time_slot_id, j.slot_date, j.during, true
    from judged j where j.reason is null
    order by j.doctor_id, j.during
    on conflict do nothing
    returning bs.doctor_id, bs.time_slot_id, bs.slot_date
  ), passed_over as (
    select coalesce(j.reason, 'slot_overlaps') as reason, j.doctor_id, j.time_slot_id, j.slot_date
    from judged j
    left join made m on m.doctor_id = j.doctor_id and m.time_slot_id = j.time_slot_id and m.slot_date = j.slot_date
    where m.doctor_id is null
  ), worth_a_look as (
    -- What exists already is the normal case of a second run; the rest somebody may have to mend, so it is named, up to a hundred.
    select po.* from passed_over po where po.reason <> 'slot_exists' order by po.slot_date, po.doctor_id, po.time_slot_id limit 100
  )
  insert into app_public.slot_generation_runs as r (
    clinic_id, from_date, to_date, slots_made, templates_passed_over, already_existing, in_the_past, skipped_local_times, overlapping, examples, due_at)
  select make_booking_slots.clinic_id, make_booking_slots.from_date, make_booking_slots.to_date,
    (select count(*) from made), count(*),
    count(*) filter (where po.reason = 'slot_exists'), count(*) filter (where po.reason = 'slot_in_the_past'),
    count(*) filter (where po.reason = 'skipped_local_time'), count(*) filter (where po.reason = 'slot_overlaps'),
    coalesce((select jsonb_agg(jsonb_build_object('reason', w.reason, 'doctorId', w.doctor_id::text, 'timeSlotId', w.time_slot_id::text, 'slotDate', w.slot_date))
              from worth_a_look w), '[]'), make_booking_slots.due_at
  from passed_over po
  returning r.* into run;
  return run;
end
$$;

comment on function app_private.make_booking_slots(bigint, date, date, timestamptz) is
'The work of generate_booking_slots and generate_due_slots: makes the slots, records and returns the run. With `due_at`, the scheduled time it is for, it returns null when that run was made already. Refuses clinic_not_found, invalid_argument.';

revoke all on function app_private.make_booking_slots(bigint, date, date, timestamptz) from public;
