create or replace function app_private.available_runs(
  service app_public.services, clinic_name text, time_zone text, doctor_ids bigint[],
  start_from timestamptz, after_id bigint, until timestamptz, from_date date, to_date date, page_size int)
returns setof app_public.available_slot
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- The doctors who offer it, and how much time the visit takes with each; null is one slot.
  doctors bigint[];
  lengths interval[];
  durations interval[];
  first_start timestamptz;
  step_until timestamptz;
  step interval;
  time_read interval := '0';
  all_found int := 0;
  found_runs int;
begin
  select array_agg(ds.doctor_id), array_agg(coalesce(ds.duration, service.duration)),
    array_agg(service.buffer_before + coalesce(ds.duration, service.duration) + service.buffer_after)
    into doctors, durations, lengths
  from app_public.doctor_services ds
  where ds.clinic_id = service.clinic_id and ds.service_id = service.id
    and (doctor_ids is null or ds.doctor_id = any (doctor_ids));
  -- The first step reads five days of twenty doctors, or more days of fewer doctors, which takes a millisecond or two.
  step := greatest(1, 100 / cardinality(doctors)) * interval '1 day';
  -- The arguments and results are times of visits; their slots begin earlier.
  start_from := start_from - service.buffer_before;
  until := until - service.buffer_before;
  while doctors is not null loop
    if found_runs is distinct from 0 then
      first_start := start_from;
    else
      -- Skip to the next free slot: however long nothing is free, this is one index lookup.
      select bs.starts_at into first_start from app_public.booking_slots bs
      where bs.clinic_id = service.clinic_id and bs.status in ('open', 'held') and bs.starts_at >= start_from
      order by bs.starts_at limit 1;
    end if;
    exit when first_start is null or first_start >= until;
    step_until := least(until, first_start + step);
    return query
      select a.* from app_private.free_runs(
        service, doctors, lengths, available_runs.time_zone, start_from, after_id, first_start, step_until,
        from_date, to_date, page_size) s
      cross join lateral app_private.as_available_slot(service.clinic_id,
        available_runs.clinic_name, available_runs.time_zone, s.doctor_id, s.id,
        s.slot_date, s.starts_at + service.buffer_before,
        coalesce(s.starts_at + service.buffer_before + durations[array_position(doctors, s.doctor_id)], s.ends_at),
        null) a
      order by s.starts_at, s.id;
    get diagnostics found_runs = row_count;
    page_size := page_size - found_runs;
    exit when page_size = 0 or step_until >= until;
    start_from := step_until;
    after_id := 0;
    -- The length of the next step follows from the number of runs that are missing and the rate at which they were
    -- found so far. It is a little longer than that, because another step for the last few runs would cost more.
    time_read := time_read + step;
    all_found := all_found + found_runs;
    step := least(8 * time_read,
      coalesce((page_size + sqrt(page_size) + 0.5) / nullif(all_found, 0) * time_read, 8 * time_read));
  end loop;
end
$$;

comment on function app_private.available_runs is
'app_public.available_slots for a visit of a service in one clinic, with all doctors who offer it or with some '
'(`doctor_ids`): up to `page_size` first slots of free runs whose visits begin after (`start_from`, `after_id`) and '
'before `until`. Reads some days at a time.';
