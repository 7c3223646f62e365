--! Previous: sha1:aead1fa699aaf7d6947a7fb421a036a1061ce931
--! Hash: sha1:f4469562684292e0be34b99af5b34ae58aeba6c7
--! Message: Search across clinics costs what it did

-- Enter migration here
-- Misspellings are looked for only when nothing else is found: their many patterns took eight times as long as an exact search.
--! Included clinic/find_clinic_customers.sql
create or replace function app_public.find_clinic_customers(clinic_id bigint, wanted text, page_size int default 20)
returns setof app_public.clinic_customers
-- Definer rights, since LIKE is not leakproof: under a policy PostgreSQL compares all keys of the clinic, without the index.
language plpgsql stable security definer
-- A plan that does not know the patterns uses the index. How many rows a pattern finds is guessed too badly to decide.
set plan_cache_mode = force_generic_plan set jit = off
set search_path = pg_catalog, public, pg_temp as $$
declare
  -- What was typed, if it is a phone number in the clinic's country.
  phone_e164 text;
  stage record;
  found app_public.clinic_customers;
  seen bigint[] := '{}';
begin
  perform app_hidden.require_search(find_clinic_customers.wanted, find_clinic_customers.page_size);
  if find_clinic_customers.clinic_id <> all (app_hidden.staff_clinic_ids()) and not app_private.caller_is_operator() then
    return;
  elsif btrim(find_clinic_customers.wanted) = '' then
    return query
      select cc.* from app_public.clinic_customers cc
      where cc.clinic_id = find_clinic_customers.clinic_id
      order by cc.full_name, cc.customer_id limit find_clinic_customers.page_size;
    return;
  end if;
  if find_clinic_customers.wanted !~ '[[:alpha:]]' then
    phone_e164 := (app_hidden.read_phone(find_clinic_customers.wanted,
      (select c.country from app_public.clinics c where c.id = find_clinic_customers.clinic_id))).e164;
  end if;
  for stage in select * from app_hidden.search_stages(find_clinic_customers.wanted, phone_e164) loop
    -- Misspellings, which have many patterns, are looked for only when nothing else was found.
    exit when stage.is_misspelt and seen <> '{}';
    -- Pattern by pattern, since an index knows neither LIKE ANY nor LIKE ALL. A beginning that thousands of names have is no search yet: it finds
    -- a thousand of them.
    for found in
      select cc.* from (
        select record.full_name, record.customer_id, bool_or(record.is_whole) as is_whole
        from unnest(stage.some_of) pattern, lateral (
          select cc.full_name, cc.customer_id, cc.search_key like left(pattern, -1) || ' %' as is_whole
          from app_public.clinic_customers cc
          where cc.clinic_id = find_clinic_customers.clinic_id and cc.search_key like pattern
            and cc.search_key like coalesce(stage.all_of[1], pattern) and cc.search_key like coalesce(stage.all_of[2], pattern)
            and cc.search_key like all (stage.all_of) and cc.customer_id <> all (seen)
          limit 1000) record
        group by record.full_name, record.customer_id
        order by is_whole desc, record.full_name, record.customer_id limit find_clinic_customers.page_size - cardinality(seen)) best
      join app_public.clinic_customers cc on cc.clinic_id = find_clinic_customers.clinic_id and cc.customer_id = best.customer_id
      order by best.is_whole desc, best.full_name, best.customer_id
    loop
      seen := seen || found.customer_id;
      return next found;
    end loop;
    exit when cardinality(seen) = find_clinic_customers.page_size;
  end loop;
end
$$;

comment on function app_public.find_clinic_customers(bigint, text, int) is
'The customers in a clinic''s records, up to `page_size` (1 to 100), whose name and e-mail address have a word for each word of `wanted`, however accents and umlauts are written: whole words first, then beginnings, and if there is none, words of five letters or more with one typing error; or whose phone number ends with the digits, or has them, in national or in international form. Equals by name. Nothing wanted gives the first by name. Staff find customers of their clinics, and nobody else any. Refuses invalid_argument, text_too_long.';

revoke all on function app_public.find_clinic_customers(bigint, text, int) from public;
grant execute on function app_public.find_clinic_customers(bigint, text, int) to app_staff;
--! EndIncluded clinic/find_clinic_customers.sql
--! Included clinic/find_doctors.sql
create or replace function app_public.find_doctors(
  wanted text, clinic_id bigint default null, specialization_id bigint default null, page_size int default 20)
returns setof app_public.doctors
-- Definer rights, as for find_clinic_customers: LIKE is not leakproof.
language plpgsql stable security definer
-- With the clinic, which has few doctors, and without it the plans differ.
set plan_cache_mode = force_custom_plan set jit = off
set search_path = pg_catalog, public, pg_temp as $$
declare
  stage record;
  found app_public.doctors;
  seen bigint[] := '{}';
  sees_all boolean := app_private.caller_is_operator();
begin
  perform app_hidden.require_search(find_doctors.wanted, find_doctors.page_size);
  if btrim(find_doctors.wanted) = '' then
    return query
      select d.* from app_public.doctors d
      where (d.is_active or sees_all or d.clinic_id = any (app_hidden.staff_clinic_ids()))
        and (find_doctors.clinic_id is null or d.clinic_id = find_doctors.clinic_id)
        and (find_doctors.specialization_id is null or exists (
          select from app_public.doctor_specializations ds
          where ds.clinic_id = d.clinic_id and ds.doctor_id = d.id and ds.specialization_id = find_doctors.specialization_id))
      order by d.full_name, d.clinic_id, d.id limit find_doctors.page_size;
    return;
  end if;
  for stage in select * from app_hidden.search_stages(find_doctors.wanted) loop
    -- Misspellings, which have many patterns, are looked for only when nothing else was found.
    exit when stage.is_misspelt and seen <> '{}';
    for found in
      select d.* from (
        select doctor.full_name, doctor.clinic_id, doctor.id, bool_or(doctor.is_whole) as is_whole
        from unnest(stage.some_of) pattern, lateral (
          select d.full_name, d.clinic_id, d.id, d.search_key like left(pattern, -1) || ' %' as is_whole
          from app_public.doctors d
          where (d.is_active or sees_all or d.clinic_id = any (app_hidden.staff_clinic_ids()))
            and (find_doctors.clinic_id is null or d.clinic_id = find_doctors.clinic_id)
            and (find_doctors.specialization_id is null or exists (
              select from app_public.doctor_specializations ds
              where ds.clinic_id = d.clinic_id and ds.doctor_id = d.id and ds.specialization_id = find_doctors.specialization_id))
            and d.search_key like pattern
            and d.search_key like coalesce(stage.all_of[1], pattern) and d.search_key like coalesce(stage.all_of[2], pattern)
            and d.search_key like all (stage.all_of) and d.id <> all (seen)
          limit 1000) doctor
        group by doctor.full_name, doctor.clinic_id, doctor.id
        order by is_whole desc, doctor.full_name, doctor.clinic_id, doctor.id limit find_doctors.page_size - cardinality(seen)) best
      join app_public.doctors d on d.clinic_id = best.clinic_id and d.id = best.id
      order by best.is_whole desc, best.full_name, best.clinic_id, best.id
    loop
      seen := seen || found.id;
      return next found;
    end loop;
    exit when cardinality(seen) = find_doctors.page_size;
  end loop;
end
$$;

comment on function app_public.find_doctors(text, bigint, bigint, int) is
'Doctors by name, up to `page_size` (1 to 100): of one clinic, with one specialization, or of all. The name has a word for each word of `wanted`, however accents and umlauts are written: whole words first, then beginnings, and if there is none, words of five letters or more with one typing error; equals by name. Nothing wanted gives the first by name. Open to everybody; the clinic''s staff and administrators find inactive doctors too. Refuses invalid_argument, text_too_long.';

revoke all on function app_public.find_doctors(text, bigint, bigint, int) from public;
grant execute on function app_public.find_doctors(text, bigint, bigint, int) to app_anonymous;
--! EndIncluded clinic/find_doctors.sql
--! Included clinic/find_clinics.sql
create or replace function app_public.find_clinics(wanted text, among bigint[] default null, page_size int default 20)
returns setof app_public.clinics
-- Definer rights, as for find_clinic_customers: LIKE is not leakproof. Active clinics have no column that is not everybody's to see.
language plpgsql stable security definer
set plan_cache_mode = force_custom_plan set jit = off
set search_path = pg_catalog, public, pg_temp as $$
declare
  stage record;
  found app_public.clinics;
  seen bigint[] := '{}';
  sees_all boolean := app_private.caller_is_operator();
begin
  perform app_hidden.require_search(find_clinics.wanted, find_clinics.page_size);
  if btrim(find_clinics.wanted) = '' then
    return query
      select c.* from app_public.clinics c
      where (c.is_active or sees_all or c.id = any (app_hidden.staff_clinic_ids()))
        and (find_clinics.among is null or c.id = any (find_clinics.among))
      order by c.name, c.id limit find_clinics.page_size;
    return;
  end if;
  for stage in select * from app_hidden.search_stages(find_clinics.wanted) loop
    -- Misspellings, which have many patterns, are looked for only when nothing else was found.
    exit when stage.is_misspelt and seen <> '{}';
    for found in
      select c.* from (
        select clinic.name, clinic.id, bool_or(clinic.is_whole) as is_whole
        from unnest(stage.some_of) pattern, lateral (
          select c.name, c.id, c.search_key like left(pattern, -1) || ' %' as is_whole
          from app_public.clinics c
          where (c.is_active or sees_all or c.id = any (app_hidden.staff_clinic_ids()))
            and (find_clinics.among is null or c.id = any (find_clinics.among))
            and c.search_key like pattern
            and c.search_key like coalesce(stage.all_of[1], pattern) and c.search_key like coalesce(stage.all_of[2], pattern)
            and c.search_key like all (stage.all_of) and c.id <> all (seen)
          limit 1000) clinic
        group by clinic.name, clinic.id
        order by is_whole desc, clinic.name, clinic.id limit find_clinics.page_size - cardinality(seen)) best
      join app_public.clinics c on c.id = best.id
      order by best.is_whole desc, best.name, best.id
    loop
      seen := seen || found.id;
      return next found;
    end loop;
    exit when cardinality(seen) = find_clinics.page_size;
  end loop;
end
$$;

comment on function app_public.find_clinics(text, bigint[], int) is
'Clinics by name, up to `page_size` (1 to 100), with `among` only those of these ids. The name has a word for each word of `wanted`, however accents and umlauts are written: whole words first, then beginnings, and if there is none, words of five letters or more with one typing error; equals by name. Nothing wanted gives the first by name. Open to everybody; staff and administrators find their inactive clinics too. Refuses invalid_argument, text_too_long.';

revoke all on function app_public.find_clinics(text, bigint[], int) from public;
grant execute on function app_public.find_clinics(text, bigint[], int) to app_anonymous;
--! EndIncluded clinic/find_clinics.sql
-- The search near a time zone asks the clock whether there is such a zone, and the other searches nothing.
--! Included booking/available_slots.sql
create or replace function app_public.available_slots(
  clinic_id bigint default null, doctor_id bigint default null, specialization_id bigint default null,
  from_time timestamptz default null, to_time timestamptz default null, after text default null, page_size int default 20,
  from_date date default null, to_date date default null, near_time_zone text default null)
returns setof app_public.available_slot
language plpgsql stable security definer
-- Plans are kept: planning anew for each call, which lets one statement serve all shapes of a search, cost twenty times what the search did.
-- So there is a statement for each index, and what may be left out is no condition of an index but a filter, or the kept plan would stand on it.
set plan_cache_mode = force_generic_plan
-- Each statement walks an index that is in order already and stops after a page. By the planner's guess of how little a filter leaves, reading
-- all that is free and sorting it looked cheaper: 228 ms with 700 clinics.
set enable_sort = off
-- With enable_sort off the estimated cost is huge. PostgreSQL then compiles the statement just in time, which took 350 ms.
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- The search goes on behind this place in the order of starts_at and id. Behind now: what begins at this moment is not to be had.
  start_from timestamptz := now();
  after_id bigint := 9223372036854775807;
  until timestamptz := coalesce(to_time, 'infinity');
  last_seen timestamptz;
  last_id bigint;
  -- Of the one clinic that is asked about.
  clinic_name text;
  clinic_zone text;
  -- Its doctors of the specialization, if one is asked for. As a subquery of the condition they would cost the searches too that ask for none.
  doctor_ids bigint[];
  -- Across clinics: the dates looked at in one go, and where that ends.
  first_date date;
  next_date date;
  last_date date;
  days int;
  -- No slot that can be booked lies on a date outside of these, wherever the clinic is.
  earliest_date constant date := (now() at time zone 'UTC' - interval '12 hours')::date;
  latest_date constant date := (app_private.latest_slot_start() at time zone 'UTC' + interval '14 hours')::date;
  so_far timestamptz;
  by_doctor boolean;
  by_clinic boolean;
  found_slots int;
  -- From near to far: the time zones whose clinics are searched now (null: all), how far the first are, and where the search of each begins.
  is_near boolean;
  zones text[];
  nearest int := 0;
  begin_at timestamptz;
  begin_after_id bigint;
begin
  if page_size is null or page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 slots.', '{"argument": "pageSize"}');
  elsif available_slots.doctor_id is not null and available_slots.clinic_id is null then
    perform app_hidden.refuse('invalid_argument', 'A doctor is found within a clinic: give clinicId too.', '{"argument": "clinicId"}');
  end if;
  if near_time_zone is not null and available_slots.clinic_id is null then
    is_near := true;
    if not exists (select from app_private.time_zone_countries tzc where tzc.time_zone = near_time_zone) then
      begin
        -- Asked of the clock: pg_timezone_names reads a thousand files. What it takes besides names is in no region.
        perform now() at time zone near_time_zone;
      exception when invalid_parameter_value then
        perform app_hidden.refuse('unknown_time_zone', format('"%s" is not an IANA time zone.', near_time_zone),
          jsonb_build_object('argument', 'nearTimeZone', 'given', near_time_zone));
      end;
    end if;
    if available_slots.after ~ '^[0-3]' then
      -- How far the last one was stands before its place.
      nearest := left(available_slots.after, 1)::int;
      available_slots.after := substr(available_slots.after, 2);
    end if;
  end if;
  if available_slots.after !~ '^00[01][0-9a-f]{13}[0-7][0-9a-f]{15}$' then
    perform app_hidden.refuse('invalid_argument', 'This search did not make this cursor.', '{"argument": "after"}');
  end if;
  -- So that no date is too distant for the arithmetic below.
  if from_date not between earliest_date and latest_date then
    from_date := case when from_date < earliest_date then earliest_date else latest_date + 1 end;
  end if;
  if to_date not between earliest_date and latest_date then
    to_date := case when to_date < earliest_date then earliest_date - 1 else latest_date end;
  end if;
  if available_slots.clinic_id is not null then
    -- Read before, so that it bounds the walk through the index. The dates are the clinic's: from three hours before, as a clock that is put
    -- back may make midnight twice. What they are for good is slot_date.
    select c.name, c.time_zone,
      greatest(from_time, now() + p.lead_time, from_date::timestamp at time zone c.time_zone - interval '3 hours'),
      least(until, now() + p.horizon + interval '1 microsecond', (to_date + 1)::timestamp at time zone c.time_zone)
    into clinic_name, clinic_zone, from_time, until
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
  if is_near then
    begin_at := start_from;
    begin_after_id := after_id;
  end if;
  if available_slots.after is not null then
    -- Sixteen hexadecimal digits of microseconds since 2000, then sixteen of the id. In decimal digits cursors were a tenth of a search.
    last_seen := timestamptz '2000-01-01 UTC' + ('x' || left(available_slots.after, 16))::bit(64)::bigint * interval '1 microsecond';
    last_id := ('x' || right(available_slots.after, 16))::bit(64)::bigint;
    if (last_seen, last_id) > (start_from, after_id) then
      start_from := last_seen;
      after_id := last_id;
    end if;
  end if;

  -- In each: an expired hold is free, whether or not a job has tidied it up. Keyset, not offset: a page costs the same however deep it
  -- lies, and nothing shows twice or is missed while others book. Names are looked up for the page only, one by one: joined, the planner
  -- read all doctors.
  if available_slots.doctor_id is not null then
    return query
      select encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex'),
        available_slots.clinic_id, clinic_name, clinic_zone, available_slots.doctor_id,
        (select d.full_name from app_public.doctors d where d.clinic_id = available_slots.clinic_id and d.id = available_slots.doctor_id),
        bs.id, bs.slot_date, bs.starts_at, bs.ends_at,
        (bs.starts_at at time zone clinic_zone)::time, (bs.ends_at at time zone clinic_zone)::time, null::int
      from app_public.booking_slots bs
      where bs.clinic_id = available_slots.clinic_id and bs.doctor_id = available_slots.doctor_id
        and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
        and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
        and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
      order by bs.starts_at, bs.id limit page_size;
    return;
  elsif available_slots.clinic_id is not null then
    return query
      select encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex'),
        available_slots.clinic_id, clinic_name, clinic_zone, bs.doctor_id,
        (select d.full_name from app_public.doctors d where d.clinic_id = available_slots.clinic_id and d.id = bs.doctor_id),
        bs.id, bs.slot_date, bs.starts_at, bs.ends_at,
        (bs.starts_at at time zone clinic_zone)::time, (bs.ends_at at time zone clinic_zone)::time, null::int
      from app_public.booking_slots bs
      where bs.clinic_id = available_slots.clinic_id
        and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
        and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
        and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
        and (doctor_ids is null or bs.doctor_id = any (doctor_ids))
      order by bs.starts_at, bs.id limit page_size;
    return;
  end if;

  -- Across clinics, some dates at a time. By date, since a date begins at another moment in each zone: a walk by time alone would pass over
  -- what is free in the hours between the first and the last of them.
  select least(to_date, latest_date, max(bs.slot_date)) into last_date
  from app_public.booking_slots bs where bs.status in ('open', 'held') having max(bs.slot_date) is not null;
  for distance in nearest .. case when is_near then 3 else 0 end loop
    if is_near then
      zones := app_private.zones_at_distance(near_time_zone, distance);
      continue when zones = '{}';
      if distance > nearest then
        start_from := begin_at;
        after_id := begin_after_id;
      end if;
    end if;
    -- Few doctors of a specialization, and few clinics of some zones, are asked one by one: by date they would be looked for among all that is
    -- free. With as many clinics as the root of all, both cost the same.
    by_doctor := false;
    by_clinic := false;
    if available_slots.specialization_id is not null then
      by_doctor := not exists (
        select from app_public.doctor_specializations ds
        where ds.specialization_id = available_slots.specialization_id
          and (zones is null or exists (select from app_public.clinics c where c.id = ds.clinic_id and c.time_zone = any (zones)))
        offset 50);
    elsif is_near then
      by_clinic := (
        select count(*) * count(*) <= greatest(2500, (select k.reltuples from pg_class k where k.oid = 'app_public.clinics'::regclass))
        from app_public.clinics c where c.time_zone = any (zones));
    end if;
    days := 3;
    -- Twelve hours behind UTC lies the last place where a date goes on, fourteen before it the first.
    first_date := greatest(from_date, (start_from at time zone 'UTC' - interval '12 hours')::date);
    while first_date <= last_date loop
      -- From one date that has free slots to the next: however many dates lie between, they cost one look into the index.
      select bs.slot_date into first_date
      from app_public.booking_slots bs
      where bs.status in ('open', 'held') and bs.slot_date between first_date and last_date
      order by bs.slot_date limit 1;
      exit when first_date is null;
      next_date := least(first_date + days, last_date + 1);
      -- What begins before that lies on none of the dates that follow.
      so_far := case when next_date > last_date then until else least(until, next_date::timestamp at time zone 'UTC' - interval '14 hours') end;
      if by_doctor then
        return query
          select case when is_near then distance::text else '' end || encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex'),
            bs.clinic_id, bs.name, bs.time_zone, bs.doctor_id,
            (select d.full_name from app_public.doctors d where d.clinic_id = bs.clinic_id and d.id = bs.doctor_id),
            bs.id, bs.slot_date, bs.starts_at, bs.ends_at, (bs.starts_at at time zone bs.time_zone)::time, (bs.ends_at at time zone bs.time_zone)::time,
            case when is_near then distance end
          from (
            select bs.* from app_public.doctor_specializations ds
            join app_public.policies p on p.clinic_id = ds.clinic_id
            join app_public.clinics c on c.id = ds.clinic_id
            cross join lateral (select
              greatest(now() + p.lead_time, first_date::timestamp at time zone c.time_zone - interval '3 hours') as earliest,
              least(now() + p.horizon + interval '1 microsecond', next_date::timestamp at time zone c.time_zone) as latest) own
            cross join lateral (
              select bs.clinic_id, c.name, c.time_zone, bs.doctor_id, bs.id, bs.slot_date, bs.starts_at, bs.ends_at from app_public.booking_slots bs
              where bs.clinic_id = ds.clinic_id and bs.doctor_id = ds.doctor_id
                and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
                -- One lower and one upper bound: of more the planner guessed that they leave no more of a clinic than of a doctor.
                and (bs.starts_at, bs.id) > (greatest(start_from, own.earliest), case when start_from >= own.earliest then after_id else 0 end)
                and bs.starts_at < least(so_far, own.latest)
                and bs.slot_date >= first_date and bs.slot_date < next_date
              order by bs.starts_at, bs.id limit page_size) bs
            where ds.specialization_id = available_slots.specialization_id and (zones is null or c.time_zone = any (zones))
            order by bs.starts_at, bs.id limit page_size
          ) bs
          order by bs.starts_at, bs.id;
      elsif by_clinic then
        return query
          select case when is_near then distance::text else '' end || encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex'),
            bs.clinic_id, bs.name, bs.time_zone, bs.doctor_id,
            (select d.full_name from app_public.doctors d where d.clinic_id = bs.clinic_id and d.id = bs.doctor_id),
            bs.id, bs.slot_date, bs.starts_at, bs.ends_at, (bs.starts_at at time zone bs.time_zone)::time, (bs.ends_at at time zone bs.time_zone)::time,
            case when is_near then distance end
          from (
            select bs.* from app_public.clinics c
            join app_public.policies p on p.clinic_id = c.id
            cross join lateral (select
              greatest(now() + p.lead_time, first_date::timestamp at time zone c.time_zone - interval '3 hours') as earliest,
              least(now() + p.horizon + interval '1 microsecond', next_date::timestamp at time zone c.time_zone) as latest) own
            cross join lateral (
              select bs.clinic_id, c.name, c.time_zone, bs.doctor_id, bs.id, bs.slot_date, bs.starts_at, bs.ends_at from app_public.booking_slots bs
              where bs.clinic_id = c.id
                and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
                and (bs.starts_at, bs.id) > (greatest(start_from, own.earliest), case when start_from >= own.earliest then after_id else 0 end)
                and bs.starts_at < least(so_far, own.latest)
                and bs.slot_date >= first_date and bs.slot_date < next_date
              order by bs.starts_at, bs.id limit page_size) bs
            where c.time_zone = any (zones)
            order by bs.starts_at, bs.id limit page_size
          ) bs
          order by bs.starts_at, bs.id;
      else
        -- No joins below: the planner may begin with those, and then sorts all that is free.
        return query
          select case when is_near then distance::text else '' end || encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex'),
            bs.clinic_id, c.name, c.time_zone, bs.doctor_id,
            (select d.full_name from app_public.doctors d where d.clinic_id = bs.clinic_id and d.id = bs.doctor_id),
            bs.id, bs.slot_date, bs.starts_at, bs.ends_at, (bs.starts_at at time zone c.time_zone)::time, (bs.ends_at at time zone c.time_zone)::time,
            case when is_near then distance end
          from (
            select bs.* from generate_series(0, next_date - first_date - 1) day (n)
            cross join lateral (
              select bs.clinic_id, bs.doctor_id, bs.id, bs.slot_date, bs.starts_at, bs.ends_at from app_public.booking_slots bs
              where bs.slot_date = first_date + day.n
                and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
                and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < so_far
                and (available_slots.specialization_id is null or exists (
                  select from app_public.doctor_specializations ds
                  where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id and ds.specialization_id = available_slots.specialization_id))
                and (zones is null or (select c.time_zone = any (zones) from app_public.clinics c where c.id = bs.clinic_id))
                and (select bs.starts_at between now() + p.lead_time and now() + p.horizon from app_public.policies p where p.clinic_id = bs.clinic_id)
              order by bs.starts_at, bs.id limit page_size) bs
            order by bs.starts_at, bs.id limit page_size
          ) bs
          cross join lateral (select c.name, c.time_zone from app_public.clinics c where c.id = bs.clinic_id limit 1) c
          order by bs.starts_at, bs.id;
      end if;
      get diagnostics found_slots = row_count;
      page_size := page_size - found_slots;
      exit when page_size = 0 or so_far >= until;
      start_from := greatest(start_from, so_far);
      after_id := 0;
      first_date := greatest(from_date, next_date - 2);
      days := days * 2;
      -- Three dates that do not fill a page have few of them free: its doctors, or the clinics of the zones, are fewer than all that is.
      by_doctor := available_slots.specialization_id is not null;
      by_clinic := is_near and not by_doctor;
    end loop;
    exit when page_size = 0;
  end loop;
end
$$;

comment on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date, text) is
$c$Slots that a customer could book now, in the order of time: of one doctor (with the clinic), of one clinic, or across all clinics; by specialization; starting from `from_time` (default now) and before `to_time`, on the clinics' local dates from `from_date` to `to_date`, inclusive. With `near_time_zone`, an IANA name, a search across clinics gives the clinics of that zone first, then those of other zones of its country, then those of its region (Europe, America), then the others, each in the order of time; `zone_distance` says which, 0 to 3. Each row carries a cursor: pass the last one as `after` for the next page of `page_size` (1 to 100, default 20).
Times are instants; local_start and local_end are the clinic's clock. Definer rights, because everybody may see what is free but not whose hold on it expired. Open to everybody. Refuses invalid_argument, unknown_time_zone.$c$;

revoke all on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date, text) from public;
grant execute on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date, text) to app_anonymous;
--! EndIncluded booking/available_slots.sql
