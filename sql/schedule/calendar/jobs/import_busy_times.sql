create or replace function app_private.import_busy_times(
  clinic_id bigint, calendar_id bigint, nonce bytea, starts timestamptz[], ends timestamptz[], uids text[],
  batch int default 100)
returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic constant app_public.clinics := app_private.lock_schedule(import_busy_times.clinic_id);
  calendar app_public.external_calendars;
  wanted app_private.busy_absence[];
  missing app_private.busy_absence[];
  gone app_public.absences[];
begin
  -- Its row is not locked: while the schedule is locked, no function changes or disconnects a calendar.
  select ec.* into calendar from app_public.external_calendars ec
  join app_private.external_calendar_access a on a.clinic_id = ec.clinic_id and a.calendar_id = ec.id
  where ec.clinic_id = clinic.id and ec.id = import_busy_times.calendar_id and a.nonce = import_busy_times.nonce;
  if calendar.id is null then
    return 0;
  end if;
  wanted := array(
    select app_private.busy_time_as_absence(calendar.id, busy, clinic.time_zone)
    from unnest(app_private.busy_times_to_import(
      clinic.id, import_busy_times.starts, import_busy_times.ends, import_busy_times.uids)) busy);
  missing := array(
    select w from unnest(wanted) w
    where not exists (
      select from app_public.absences a
      where a.clinic_id = clinic.id and a.source_key = w.source_key and a.during = w.during)
    order by w.during limit import_busy_times.batch);
  -- Absences that have the same key as a missing one but other instants: the clinic's time zone has changed.
  gone := array(
    select a from app_public.absences a
    where a.clinic_id = clinic.id and a.calendar_id = calendar.id and upper(a.during) > now()
      and (a.source_key = any (array(select m.source_key from unnest(missing) m))
        or not exists (select from unnest(wanted) w where w.source_key = a.source_key))
    order by a.source_key = any (array(select m.source_key from unnest(missing) m)) desc, a.during
    limit import_busy_times.batch);
  -- All at once, by id: each absence that is added or removed locks its slots again.
  perform app_private.lock_slots_in_absence(clinic.id, calendar.doctor_id, variadic array(
    select m.during from unnest(missing) m union all select g.during from unnest(gone) g));
  delete from app_public.absences a using unnest(gone) g, unnest(missing) m
  where a.clinic_id = g.clinic_id and a.id = g.id and m.source_key = g.source_key;
  -- Added before the others are removed, so that a slot that an event covers before and after it was moved is not open
  -- in between.
  insert into app_public.absences (clinic_id, doctor_id, kind, first_date, last_date, start_time, end_time, source_key,
    calendar_id)
  select clinic.id, calendar.doctor_id, 'external', m.first_date, m.last_date, m.start_time, m.end_time, m.source_key,
    calendar.id
  from unnest(missing) m order by m.during;
  delete from app_public.absences a using unnest(gone) g where a.clinic_id = g.clinic_id and a.id = g.id;
  return cardinality(missing) + cardinality(gone);
end
$$;

comment on function app_private.import_busy_times is
'Brings the absences of an external calendar that are not over into line with its present busy times: adds those '
'that are missing and removes those that are gone, at most `batch` of each, and returns how many it changed. Call it '
'until that is 0. The busy times are given as instants and the UIDs of their events, which are not stored. `nonce` '
'is that of the claim: if the address has been changed meanwhile, nothing is done. Fails with 40001 as '
'lock_slots_in_absence does, and with clinic_not_found.';
