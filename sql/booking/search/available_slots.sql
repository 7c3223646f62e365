create or replace function app_public.available_slots(
  clinic_id bigint default null, doctor_id bigint default null, specialization_id bigint default null,
  from_time timestamptz default null, to_time timestamptz default null, after text default null,
  page_size int default 20, from_date date default null, to_date date default null, near_time_zone text default null,
  service_id bigint default null)
returns setof app_public.available_slot
language plpgsql stable security definer
-- Plans are cached. With planning in each call, one statement could serve every kind of search, but planning took
-- twenty times as long as the search. So each index has its own statement, and conditions on optional arguments are
-- filters, not index conditions: a cached plan must not depend on them.
set plan_cache_mode = force_generic_plan
-- Each statement reads an index in its order and stops after a page. The planner underestimates how many rows pass the
-- filters, and preferred to read and sort all free slots, which took 228 ms with 700 clinics.
set enable_sort = off
-- enable_sort = off makes the estimated cost so large that PostgreSQL would compile the statement, which took 350 ms.
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- The search starts after this place in the order of starts_at and id: after now, because a slot that starts at this
  -- moment can no longer be booked.
  start_from timestamptz := now();
  after_id bigint := 9223372036854775807;
  until timestamptz := coalesce(to_time, 'infinity');
  last_seen timestamptz;
  last_id bigint;
  name_of_clinic text;
  zone text;
  -- The clinic's doctors with the specialization, if one is given. As a subquery in the condition they would also slow
  -- down searches without a specialization.
  doctor_ids bigint[];
  -- No slot that can be booked is on a date outside of these, in any time zone.
  earliest_date constant date := (now() at time zone 'UTC' - interval '12 hours')::date;
  latest_date constant date := (app_private.latest_slot_start() at time zone 'UTC' + interval '14 hours')::date;
  -- For near_time_zone: the time zones at a distance, the distance of the cursor, and where each distance begins.
  zones text[];
  nearest int := 0;
  begin_at timestamptz;
  begin_after_id bigint;
  found_slots int;
  service app_public.services;
begin
  if page_size is null or page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 slots.', '{"argument": "pageSize"}');
  elsif available_slots.doctor_id is not null and available_slots.clinic_id is null then
    perform app_hidden.refuse('invalid_argument', 'A doctor is found within a clinic: give clinicId too.',
      '{"argument": "clinicId"}');
  elsif available_slots.service_id is not null and available_slots.clinic_id is null then
    perform app_hidden.refuse('invalid_argument', 'A service is found within a clinic: give clinicId too.',
      '{"argument": "clinicId"}');
  end if;
  if available_slots.service_id is not null then
    service := app_private.offered_service(available_slots.clinic_id, available_slots.service_id,
      available_slots.doctor_id);
    if service.bookable_by = 'desk' and available_slots.clinic_id <> all (app_hidden.desk_clinic_ids())
       and not app_private.caller_is_operator() then
      return;
    end if;
  end if;
  if near_time_zone is not null and available_slots.clinic_id is null then
    if not exists (select from app_private.time_zone_countries tzc where tzc.time_zone = near_time_zone) then
      begin
        -- Not looked up in pg_timezone_names, which reads a thousand files. AT TIME ZONE accepts more than names, but
        -- what else it accepts belongs to no region.
        perform now() at time zone near_time_zone;
      exception when invalid_parameter_value then
        perform app_hidden.refuse('unknown_time_zone', format('"%s" is not an IANA time zone.', near_time_zone),
          jsonb_build_object('argument', 'nearTimeZone', 'given', near_time_zone));
      end;
    end if;
    if available_slots.after ~ '^[0-3]' then
      -- The cursor begins with the zone_distance of its slot.
      nearest := left(available_slots.after, 1)::int;
      available_slots.after := substr(available_slots.after, 2);
    end if;
  end if;
  if available_slots.after !~ '^00[01][0-9a-f]{13}[0-7][0-9a-f]{15}$' then
    perform app_hidden.refuse('invalid_argument', 'This search did not make this cursor.', '{"argument": "after"}');
  end if;
  -- Distant dates would overflow in the arithmetic below.
  if from_date not between earliest_date and latest_date then
    from_date := case when from_date < earliest_date then earliest_date else latest_date + 1 end;
  end if;
  if to_date not between earliest_date and latest_date then
    to_date := case when to_date < earliest_date then earliest_date - 1 else latest_date end;
  end if;
  if available_slots.clinic_id is not null then
    -- Read first, so that the policy bounds the index scan. The dates are local to the clinic. The scan begins three
    -- hours before midnight, because midnight occurs twice when the clock is put back over it; the filter on slot_date
    -- is exact.
    select c.name, c.time_zone,
      greatest(from_time, now() + coalesce(service.lead_time, p.lead_time),
        from_date::timestamp at time zone c.time_zone - interval '3 hours'),
      least(until, now() + coalesce(service.horizon, p.horizon) + interval '1 microsecond',
        (to_date + 1)::timestamp at time zone c.time_zone)
    into name_of_clinic, zone, from_time, until
    from app_public.policies p
    join app_public.clinics c on c.id = p.clinic_id
    where p.clinic_id = available_slots.clinic_id;
    if available_slots.specialization_id is not null then
      doctor_ids := array(
        select ds.doctor_id from app_public.doctor_specializations ds
        where ds.clinic_id = available_slots.clinic_id and ds.specialization_id = available_slots.specialization_id);
      if available_slots.doctor_id <> all (doctor_ids) then
        return;
      end if;
    end if;
  end if;
  if from_time > start_from then
    start_from := from_time;
    after_id := 0;
  end if;
  begin_at := start_from;
  begin_after_id := after_id;
  if available_slots.after is not null then
    -- As app_private.as_available_slot made it.
    last_seen := timestamptz '2000-01-01 UTC'
      + ('x' || left(available_slots.after, 16))::bit(64)::bigint * interval '1 microsecond';
    last_id := ('x' || right(available_slots.after, 16))::bit(64)::bigint;
    if (last_seen, last_id) > (start_from, after_id) then
      start_from := last_seen;
      after_id := last_id;
    end if;
  end if;

  -- In every access path: an expired hold is free, whether or not the job has released it. Pages are found by key, not
  -- by offset: a page costs the same however deep it is, and no slot is shown twice or missed while others book.
  if service.id is not null then
    if available_slots.doctor_id is not null then
      doctor_ids := array[available_slots.doctor_id];
    end if;
    return query select a.* from app_private.available_runs(
      service, name_of_clinic, zone, doctor_ids, start_from, after_id, until, from_date, to_date, page_size) a;
  elsif available_slots.doctor_id is not null then
    return query
      select a.* from app_private.free_slots_of_doctor(
        available_slots.clinic_id, name_of_clinic, zone, available_slots.doctor_id,
        start_from, after_id, until, from_date, to_date, page_size) s
      -- The variables and not s.doctor_id, so that the doctor's name is looked up once, not for each slot.
      cross join lateral app_private.as_available_slot(available_slots.clinic_id, name_of_clinic, zone,
        available_slots.doctor_id, s.id, s.slot_date, s.starts_at, s.ends_at, null) a
      order by s.starts_at, s.id;
  elsif available_slots.clinic_id is not null then
    return query
      select a.* from app_private.free_slots_of_clinic(
        available_slots.clinic_id, name_of_clinic, zone, doctor_ids,
        start_from, after_id, until, from_date, to_date, page_size) s
      cross join lateral app_private.as_available_slot(available_slots.clinic_id, name_of_clinic, zone,
        s.doctor_id, s.id, s.slot_date, s.starts_at, s.ends_at, null) a
      order by s.starts_at, s.id;
  elsif near_time_zone is null then
    return query select a.* from app_private.available_slots_everywhere(
      available_slots.specialization_id, start_from, after_id, until, from_date, to_date, page_size) a;
  else
    -- From near to far. At the distance of the cursor, the search continues after the cursor; at greater distances it
    -- starts from the beginning.
    for distance in nearest .. 3 loop
      zones := app_private.zones_at_distance(near_time_zone, distance);
      continue when zones = '{}';
      if distance > nearest then
        start_from := begin_at;
        after_id := begin_after_id;
      end if;
      return query select a.* from app_private.available_slots_everywhere(
        available_slots.specialization_id, start_from, after_id, until, from_date, to_date, page_size,
        zones, distance) a;
      get diagnostics found_slots = row_count;
      page_size := page_size - found_slots;
      exit when page_size = 0;
    end loop;
  end if;
end
$$;

comment on function app_public.available_slots is
$c$Slots that a customer could book now, in order of time: of one doctor (give the clinic too), of one clinic, or of all
clinics; optionally of one specialization. With `service_id` (give the clinic too) they are the first slots of the
runs that a visit of this service can take, and starts_at and ends_at are the visit's, without buffers; without it,
slots that are reserved for a service are left out. They start at or after `from_time` (default now) and before
`to_time`, on
the clinics' local dates from `from_date` to `to_date`, inclusive.
With `near_time_zone`, an IANA name, a search of all clinics returns the slots of clinics in that zone first, then of
other zones of its country, then of its region (Europe, America), then of the others, each in order of time;
`zone_distance` is 0 to 3 accordingly. Each row has a cursor: pass the last one as `after` to get the next page of
`page_size` (1 to 100, default 20).
Times are instants; local_start and local_end are the clinic's local time. Anyone may call it. It runs with its owner's
rights, because anyone may see that a slot is free, but not who had an expired hold on it. Refuses invalid_argument,
unknown_time_zone, service_not_found, service_not_offered.$c$;

grant execute on function app_public.available_slots to app_anonymous;
