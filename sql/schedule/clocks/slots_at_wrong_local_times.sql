create or replace function app_private.slots_at_wrong_local_times(clinic_id bigint)
returns table (
  booking_slot_id bigint, booking_id bigint, doctor_id bigint, status app_public.slot_status, slot_date date,
    local_start time,
  during tstzrange, new_during tstzrange)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  zone text;
  rules app_private.time_zone_rules;
  instants timestamptz[];
  seconds int[];
begin
  select c.time_zone into zone from app_public.clinics c where c.id = slots_at_wrong_local_times.clinic_id;
  select r.* into rules from app_private.time_zone_rules r where r.time_zone = zone;
  if rules.time_zone is null or rules.offsets = app_private.utc_offsets_of(zone, rules.from_time, rules.to_time) then
    return;
  end if;
  select array_agg(o.since order by o.since), array_agg(o.seconds order by o.since) into instants, seconds
  from unnest(rules.offsets) o;
  return query
    select s.id, b.id, s.doctor_id, s.status, s.slot_date, s.meant_start::time, s.during,
      case when n.starts_at < n.ends_at then tstzrange(n.starts_at, n.ends_at) end
    from (
      -- What the clinic's clock showed by the rules under which the slot was made.
      select bs.*,
        bs.starts_at at time zone 'UTC' + seconds[width_bucket(bs.starts_at,
          instants)] * interval '1 second' as meant_start,
        bs.ends_at at time zone 'UTC' + seconds[width_bucket(bs.ends_at, instants)] * interval '1 second' as meant_end
      from app_public.booking_slots bs
      where bs.clinic_id = slots_at_wrong_local_times.clinic_id and bs.starts_at > now() and bs.status <> 'withdrawn'
        -- By the new rules, also those that have been moved.
        and (rules.changed_at is null or bs.created_at < rules.changed_at)
    ) s
    cross join lateral (
      select app_hidden.local_instant(s.meant_start, zone) as starts_at,
        app_hidden.local_instant(s.meant_end, zone) as ends_at) n
    join app_public.time_slots ts on ts.clinic_id = s.clinic_id and ts.id = s.time_slot_id
    left join app_public.bookings b
      on b.clinic_id = s.clinic_id and b.active_booking_slot_id = coalesce(s.head_slot_id, s.id)
    where (s.meant_start <> s.starts_at at time zone zone or s.meant_end <> s.ends_at at time zone zone)
      -- Made after the update: where the new rules put it.
      and s.during is distinct from app_hidden.local_range(s.slot_date, ts.start_time, ts.end_time, zone)
    order by s.starts_at, s.id;
end
$$;

comment on function app_private.slots_at_wrong_local_times is
'The future slots of a clinic that an update of PostgreSQL''s time zone data has left at another local time than '
'they were made for: with that local time, their present range (`during`) and the correct one (`new_during`; null if '
'the clocks now skip it). For DBAs: docs/operations.md.';
