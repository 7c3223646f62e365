create or replace function app_private.free_runs(
  service app_public.services, doctor_ids bigint[], lengths interval[], time_zone text,
  start_from timestamptz, after_id bigint, first_start timestamptz, until timestamptz, from_date date, to_date date,
  page_size int)
returns setof app_private.free_slot
language plpgsql stable
-- Read from the index free_slots_of_a_doctor_by_time alone, except the slots that are found. In the order of another
-- index, each slot would be on another page of the table.
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = on
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  longest constant interval := coalesce((select max(l) from unnest(lengths) l), '0');
begin
  return query
    select service.clinic_id, null::text, null::text, s.doctor_id, s.id, s.slot_date, s.starts_at, s.ends_at
    from (
      -- Free times that are long enough, each with the last moment at which a visit can begin; without a length, a
      -- visit can begin with any of its slots.
      select f.doctor_id, lower(u) as starts_at, upper(u) - coalesce(d.length, '1 microsecond') as last_start,
        d.length - service.buffer_before - service.buffer_after as duration
      from (
        -- When each doctor is free without a gap. Computed from ranges, this takes half the time of window functions.
        select bs.doctor_id, range_agg(tstzrange(bs.starts_at, bs.ends_at)) as free
        from app_public.booking_slots bs
        where bs.clinic_id = service.clinic_id and bs.doctor_id = any (doctor_ids)
          and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
          and (bs.service_id is null or bs.service_id = service.id)
          -- Also what follows the last start.
          and bs.starts_at >= first_start and bs.starts_at < until + longest
        group by bs.doctor_id
      ) f
      join unnest(doctor_ids, lengths) d (id, length) on d.id = f.doctor_id
      cross join lateral unnest(f.free) u
      where upper(u) - lower(u) >= coalesce(d.length, '0') and lower(u) < until
      order by lower(u)
      -- A visit can begin at the start of each of these times, unless the page begins inside it or visits may start at
      -- certain times only. Times that begin at the same moment are all included (with ties), since the slots' ids, by
      -- which they are ordered, are not known here.
      fetch first (case when service.start_every is null and not service.takes_resources and from_date is null
          and to_date is null
        then page_size + case when first_start = start_from and after_id > 0 then cardinality(doctor_ids) else 0 end
        else 2147483647 end) rows with ties
    ) whole
    cross join lateral (
      select bs.* from app_public.booking_slots bs
      where bs.clinic_id = service.clinic_id and bs.doctor_id = whole.doctor_id
        and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
        and (bs.service_id is null or bs.service_id = service.id)
        and bs.starts_at >= whole.starts_at and bs.starts_at <= whole.last_start
        and bs.starts_at < until and (bs.starts_at, bs.id) > (start_from, after_id)
        and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
        and (service.start_every is null or mod(
          extract(epoch from ((bs.starts_at + service.buffer_before) at time zone free_runs.time_zone)::time)::int,
          extract(epoch from service.start_every)::int) = 0)
        and (not service.takes_resources or app_private.has_free_resources(row(service.clinic_id, service.id,
          bs.starts_at + service.buffer_before,
          coalesce(bs.starts_at + service.buffer_before + whole.duration, bs.ends_at))))
      order by bs.starts_at limit page_size
    ) s
    order by s.starts_at, s.id limit page_size;
end
$$;

comment on function app_private.free_runs is
'A step of app_private.available_runs: the first slots, after (`start_from`, `after_id`) and before `until`, of runs '
'that are free for a visit of the service. `lengths` are the times that it takes with each of the doctors '
'(`doctor_ids`), null for one slot. No free slot of the clinic begins between `start_from` and `first_start`.';
