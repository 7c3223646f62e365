create or replace function app_private.taken_times(clinic_id bigint, doctor_ids bigint[], durings tstzrange[])
returns table (doctor_id bigint, taken tstzmultirange)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select w.doctor_id, range_agg(bs.during)
    from (
      select u.doctor_id, range_agg(u.during) as times
      from unnest(taken_times.doctor_ids, taken_times.durings) u (doctor_id, during)
      group by u.doctor_id
    ) w
    join app_public.booking_slots bs
      on bs.clinic_id = taken_times.clinic_id and bs.doctor_id = w.doctor_id
        -- This line is for the index of booking_slots_of_a_doctor_never_overlap.
        and bs.during && range_merge(w.times) and bs.status <> 'withdrawn'
    where bs.during && w.times
    group by w.doctor_id;
end
$$;

comment on function app_private.taken_times is
'Which times within these ranges the live slots of these doctors take: a row for each doctor who has such slots. '
'Everything that makes slots live calls this first, under lock_schedule, and leaves out the times that it returns. '
'The exclusion constraint checks each row as it is written and waits for the rows of other transactions. So a slot '
'that is written while a visit of several slots is being booked at its time could wait for the visit, and the visit '
'for the slot: a deadlock.';
