--! Previous: sha1:2d335b0f94685721b2dc384373394e74daef429d
--! Hash: sha1:5bb64e08cf800d218117ff220b92c1a7f15896c2
--! Message: search walks in order, spreading of reminders does not depend on statistics

-- Enter migration here

--! Included booking/available_slots.sql
create or replace function app_public.available_slots(
  clinic_id bigint default null, doctor_id bigint default null, specialization_id bigint default null,
  from_time timestamptz default null, to_time timestamptz default null, after text default null, page_size int default 20,
  from_date date default null, to_date date default null)
returns setof app_public.available_slot
language plpgsql stable security definer
-- Plans are kept: planning anew for each call, which lets one statement serve all shapes of a search, cost twenty times what the search did.
-- So there is a statement for each index, and what may be left out is no condition of an index but a filter, or the kept plan would stand on it.
set plan_cache_mode = force_generic_plan
-- Each statement walks an index that is in order already and stops after a page. By the planner's guess of how little a filter leaves, reading
-- all that is free and sorting it looked cheaper: 228 ms with 700 clinics.
set enable_sort = off
set search_path = pg_catalog, pg_temp as $$
declare
  -- The search goes on behind this place in the order of starts_at and id. Behind now: what begins at this moment is not to be had.
  start_from timestamptz := now();
  after_id bigint := 9223372036854775807;
  last_seen timestamptz;
  last_id bigint;
  earliest timestamptz;
  latest timestamptz := 'infinity';
  until timestamptz;
  found_slots app_public.booking_slots[];
begin
  if page_size is null or page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 slots.', '{"argument": "pageSize"}');
  elsif available_slots.doctor_id is not null and available_slots.clinic_id is null then
    perform app_hidden.refuse('invalid_argument', 'A doctor is found within a clinic: give clinicId too.', '{"argument": "clinicId"}');
  elsif available_slots.after !~ '^[0-9]{1,16}\.[0-9]{1,18}$' then
    perform app_hidden.refuse('invalid_argument', 'This cursor was not made here.', '{"argument": "after"}');
  end if;
  -- A date is the clinic's own, which lies within these hours of the same date at UTC: so much less of the index is walked.
  from_time := greatest(from_time, from_date::timestamp at time zone 'UTC' - interval '14 hours');
  to_time := least(to_time, (to_date + 1)::timestamp at time zone 'UTC' + interval '12 hours');
  if available_slots.clinic_id is not null then
    -- Of one clinic the policy is read before, so that it bounds the walk through the index.
    select now() + p.lead_time, now() + p.horizon into earliest, latest
    from app_public.policies p where p.clinic_id = available_slots.clinic_id;
  end if;
  if greatest(from_time, earliest) > start_from then
    start_from := greatest(from_time, earliest);
    after_id := 0;
  end if;
  last_seen := to_timestamp(split_part(available_slots.after, '.', 1)::numeric / 1000000);
  last_id := split_part(available_slots.after, '.', 2)::bigint;
  if (last_seen, last_id) > (start_from, after_id) then
    start_from := last_seen;
    after_id := last_id;
  end if;

  until := least(to_time, latest + interval '1 microsecond');

  -- In each: an expired hold is free, whether or not a job has tidied it up. Keyset, not offset: a page costs the same however deep it
  -- lies, and nothing shows twice or is missed while others book.
  if available_slots.doctor_id is not null then
    found_slots := array(
      select bs from app_public.booking_slots bs
      where bs.clinic_id = available_slots.clinic_id and bs.doctor_id = available_slots.doctor_id
        and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
        and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
        and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
        and (available_slots.specialization_id is null or exists (
          select from app_public.doctor_specializations ds
          where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id and ds.specialization_id = available_slots.specialization_id))
      order by bs.starts_at, bs.id limit page_size);
  elsif available_slots.clinic_id is not null then
    found_slots := array(
      select bs from app_public.booking_slots bs
      where bs.clinic_id = available_slots.clinic_id
        and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
        and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
        and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
        and (available_slots.specialization_id is null or exists (
          select from app_public.doctor_specializations ds
          where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id and ds.specialization_id = available_slots.specialization_id))
      order by bs.starts_at, bs.id limit page_size);
  elsif available_slots.specialization_id is not null and not exists (
    select from app_public.doctor_specializations ds where ds.specialization_id = available_slots.specialization_id offset 5) then
    -- So few doctors are asked one by one, who by time would be looked for among all.
    found_slots := array(
      select bs from app_public.doctor_specializations ds
      join app_public.policies p on p.clinic_id = ds.clinic_id
      cross join lateral (
        select bs.* from app_public.booking_slots bs
        where bs.clinic_id = ds.clinic_id and bs.doctor_id = ds.doctor_id
          and bs.starts_at >= now() + p.lead_time and bs.starts_at <= now() + p.horizon
          and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
          and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
          and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
        order by bs.starts_at, bs.id limit page_size) bs
      where ds.specialization_id = available_slots.specialization_id
      order by bs.starts_at, bs.id limit page_size);
  else
    -- No joins: the planner may begin with those, and then sorts all that is free.
    found_slots := array(
      select bs from app_public.booking_slots bs
      where bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
        and (bs.starts_at, bs.id) > (start_from, after_id) and bs.starts_at < until
        and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
        and (available_slots.specialization_id is null or exists (
          select from app_public.doctor_specializations ds
          where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id and ds.specialization_id = available_slots.specialization_id))
        and (select bs.starts_at between now() + p.lead_time and now() + p.horizon from app_public.policies p where p.clinic_id = bs.clinic_id)
      order by bs.starts_at, bs.id limit page_size);
  end if;

  return query
    select
      (extract(epoch from bs.starts_at) * 1000000)::bigint || '.' || bs.id,
      bs.clinic_id, c.name, c.time_zone, bs.doctor_id, d.full_name, bs.id, bs.slot_date, bs.starts_at, bs.ends_at,
      (bs.starts_at at time zone c.time_zone)::time, (bs.ends_at at time zone c.time_zone)::time
    from unnest(found_slots) bs
    join app_public.clinics c on c.id = bs.clinic_id
    join app_public.doctors d on d.clinic_id = bs.clinic_id and d.id = bs.doctor_id
    order by bs.starts_at, bs.id;
end
$$;

comment on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date) is
$c$Slots that a customer could book now, in the order of time: of one doctor (with the clinic), of one clinic, or across all clinics; by specialization; starting from `from_time` (default now) and before `to_time`, on the clinics' local dates from `from_date` to `to_date`, inclusive. Each row carries a cursor: pass the last one as `after` for the next page of `page_size` (1 to 100, default 20).
Times are instants; local_start and local_end are the clinic's clock. Definer rights, because everybody may see what is free but not whose hold on it expired. Open to everybody. Refuses invalid_argument.$c$;

revoke all on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date) from public;
grant execute on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date) to app_anonymous;
--! EndIncluded booking/available_slots.sql
--! Included notification/plan_reminders.sql
create or replace function app_private.plan_reminders(at timestamptz default now(), ahead interval default '24 hours') returns int
language plpgsql volatile
-- Bookings may come in faster than the table is analysed. A plan for the handful of rows that there were joined each to each, and computed
-- the whole spreading anew for each: 16 s for 1,500 reminders.
set enable_nestloop = off
set search_path = pg_catalog, pg_temp as $$
declare
  planned int;
begin
  -- Each as late as it may be: of n reminders due by one instant the i-th leaves (n - i) / rate before it. In general, in the order of
  -- the due times, at the least of (due time of j) - (j - i) / rate over itself and all j after it. Looked at from the last one back, where
  -- the least so far is kept; a frame that begins at each row would be computed anew for each (20,000 reminders: 80 s).
  with waiting as materialized (
    select n.clinic_id, n.id, n.channel, n.due_at, n.send_after, ch.per_second, c.time_zone, p.quiet_from, p.quiet_until
    from app_public.notifications n
    join app_private.channels ch on ch.channel = n.channel
    join app_public.clinics c on c.id = n.clinic_id
    join app_public.policies p on p.clinic_id = n.clinic_id
    where n.state = 'pending' and n.kind = 'booking_reminder' and n.attempts = 0
      and n.due_at > plan_reminders.at and n.due_at <= plan_reminders.at + plan_reminders.ahead
  ), numbered as (
    select w.*, extract(epoch from w.due_at) as due, row_number() over in_order / w.per_second as place
    from waiting w window in_order as (partition by w.channel order by w.due_at, w.id)
  ), latest as (
    select n.*, min(n.due - n.place) over (
      partition by n.channel order by n.due desc, n.id desc rows unbounded preceding) + n.place as leaves
    from numbered n
  ), out_of_quiet_hours as (
    -- What would be spread into the quiet hours is due before them, and spread again from there.
    select l.*, extract(epoch from coalesce(
      lower(app_private.quiet_hours(to_timestamp(l.leaves), l.time_zone, l.quiet_from, l.quiet_until)), l.due_at)) as due_again
    from latest l
  ), numbered_again as (
    select o.*, row_number() over (partition by o.channel order by o.due_again, o.id) / o.per_second as place_again
    from out_of_quiet_hours o
  ), latest_again as (
    select n.*, min(n.due_again - n.place_again) over (
      partition by n.channel order by n.due_again desc, n.id desc rows unbounded preceding) + n.place_again as leaves_again
    from numbered_again n
  ), plan as materialized (
    select l.clinic_id, l.id, least(to_timestamp(l.leaves_again), l.due_at) as send_after from latest_again l
    -- Planned again and again while bookings come in: a shift of seconds is not worth a write.
    where abs(extract(epoch from coalesce(l.send_after, l.due_at)) - l.leaves_again) > 5
  ), written as (
    update app_public.notifications n set send_after = p.send_after
    from plan p where n.clinic_id = p.clinic_id and n.id = p.id and n.state = 'pending' and n.attempts = 0
    returning n.id
  )
  select count(*) into planned from written;
  return planned;
end
$$;

comment on function app_private.plan_reminders(timestamptz, interval) is
'Spreads the reminders due between `at` and `ahead` later so that no channel has more than its rate (app_private.channels): each at its due time or earlier, none later, none in the quiet hours. Returns how many got another time. Called by the job plan_reminders.';

revoke all on function app_private.plan_reminders(timestamptz, interval) from public;
--! EndIncluded notification/plan_reminders.sql
