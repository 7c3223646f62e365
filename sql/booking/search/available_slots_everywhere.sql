create or replace function app_private.available_slots_everywhere(
  specialization_id bigint, start_from timestamptz, after_id bigint, until timestamptz, from_date date, to_date date,
  page_size int, zones text[] default null, distance int default null)
returns setof app_public.available_slot
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- The dates that are searched in one step (first_date until before next_date), and the last date of the search.
  first_date date;
  next_date date;
  last_date date;
  days int := 3;
  -- No slot on a date after this step starts before this.
  step_until timestamptz;
  by_doctor boolean := false;
  by_clinic boolean := false;
  found_slots int;
begin
  -- Some dates at a time. By date, because a date begins at another moment in each zone: a search by time alone would
  -- miss free slots in the hours between the first and the last of these moments.
  select least(to_date, (app_private.latest_slot_start() at time zone 'UTC' + interval '14 hours')::date,
      max(bs.slot_date))
    into last_date
  from app_public.booking_slots bs where bs.status in ('open', 'held') having max(bs.slot_date) is not null;
  -- If few doctors have the specialization, or few clinics are in these zones, each of them is searched in turn; a
  -- search by date would first read many slots of others. Searching in turn is cheaper up to the square root of the
  -- number of all clinics.
  if available_slots_everywhere.specialization_id is not null then
    by_doctor := not exists (
      select from app_public.doctor_specializations ds
      where ds.specialization_id = available_slots_everywhere.specialization_id
        and (zones is null
          or exists (select from app_public.clinics c where c.id = ds.clinic_id and c.time_zone = any (zones)))
      offset 50);
  elsif zones is not null then
    by_clinic := (
      select count(*) * count(*)
        <= greatest(2500, (select k.reltuples from pg_class k where k.oid = 'app_public.clinics'::regclass))
      from app_public.clinics c where c.time_zone = any (zones));
  end if;
  -- A date ends last twelve hours behind UTC and begins first fourteen hours ahead of it.
  first_date := greatest(from_date, (start_from at time zone 'UTC' - interval '12 hours')::date);
  while first_date <= last_date loop
    -- Skip to the next date that has free slots: however many dates lie between, this is one index lookup.
    select bs.slot_date into first_date
    from app_public.booking_slots bs
    where bs.status in ('open', 'held') and bs.slot_date between first_date and last_date
    order by bs.slot_date limit 1;
    exit when first_date is null;
    next_date := least(first_date + days, last_date + 1);
    step_until := case
      when next_date > last_date then until
      else least(until, next_date::timestamp at time zone 'UTC' - interval '14 hours') end;
    if by_doctor then
      return query
        select a.* from app_private.free_slots_by_doctor(
          available_slots_everywhere.specialization_id, zones, first_date, next_date,
          start_from, after_id, step_until, page_size) s
        cross join lateral app_private.as_available_slot(s.clinic_id, s.clinic_name, s.time_zone,
          s.doctor_id, s.id, s.slot_date, s.starts_at, s.ends_at, distance) a
        order by s.starts_at, s.id;
    elsif by_clinic then
      return query
        select a.* from app_private.free_slots_by_clinic(
          zones, first_date, next_date, start_from, after_id, step_until, page_size) s
        cross join lateral app_private.as_available_slot(s.clinic_id, s.clinic_name, s.time_zone,
          s.doctor_id, s.id, s.slot_date, s.starts_at, s.ends_at, distance) a
        order by s.starts_at, s.id;
    else
      return query
        select a.* from app_private.free_slots_by_date(
          available_slots_everywhere.specialization_id, zones, first_date, next_date,
          start_from, after_id, step_until, page_size) s
        cross join lateral app_private.as_available_slot(s.clinic_id, s.clinic_name, s.time_zone,
          s.doctor_id, s.id, s.slot_date, s.starts_at, s.ends_at, distance) a
        order by s.starts_at, s.id;
    end if;
    get diagnostics found_slots = row_count;
    page_size := page_size - found_slots;
    exit when page_size = 0 or step_until >= until;
    start_from := greatest(start_from, step_until);
    after_id := 0;
    -- Not next_date: a slot of the two dates before it may start after step_until.
    first_date := greatest(from_date, next_date - 2);
    days := days * 2;
    -- Dates that do not fill a page have few slots of the doctors or clinics that are searched.
    by_doctor := available_slots_everywhere.specialization_id is not null;
    by_clinic := zones is not null and not by_doctor;
  end loop;
end
$$;

comment on function app_private.available_slots_everywhere is
'app_public.available_slots across all clinics, or across the clinics of these time zones: up to `page_size` free '
'slots after (`start_from`, `after_id`) and before `until`, with `distance` as their zone_distance. Steps through the '
'dates and chooses an access path for each step. Called with the settings of available_slots, which its plans need.';
