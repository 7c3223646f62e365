create or replace function app_private.read_roster_absences(
  roster jsonb, lines app_private.roster_line[], clinic app_private.roster_clinic, doctors app_private.roster_doctor[],
  out absences app_private.roster_absence[], out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  unread_doctors jsonb := app_private.unread_roster_names(roster, 'doctors.csv');
begin
  with given as materialized (
    select l.line, l.cells, d.name as doctor, l.cells ->> 'doctor' ~* '^(all|alle)$' is not false as is_of_all,
      case lower(l.cells ->> 'reason')
        when 'closure' then 'closure' when 'geschlossen' then 'closure'
        when 'holiday' then 'holiday' when 'feiertag' then 'holiday'
        when 'vacation' then 'vacation' when 'urlaub' then 'vacation'
        when 'sickness' then 'sickness' when 'krankheit' then 'sickness'
        when 'training' then 'training' when 'fortbildung' then 'training' end::app_public.absence_kind as kind,
      f.day as first_date, f.reason as first_fault, u.reason as last_fault,
      case when l.cells ->> 'last day' is null then f.day else u.day end as last_date,
      s.local_time as start_time, s.reason as start_fault, nullif(e.local_time, '24:00') as end_time,
      e.reason as end_fault
    from unnest(lines) l
    left join unnest(doctors) d on app_private.roster_key(d.name) = app_private.roster_key(l.cells ->> 'doctor')
    cross join lateral app_private.parse_roster_date(l.cells ->> 'first day', clinic.date_format) f
    cross join lateral app_private.parse_roster_date(l.cells ->> 'last day', clinic.date_format) u
    cross join lateral app_private.parse_roster_time(l.cells ->> 'from', clinic.clock, false) s
    cross join lateral app_private.parse_roster_time(l.cells ->> 'until', clinic.clock, true) e
    where l.file = 'absences.csv'
  ), checked as (
    select g.line, 'doctor' as "column", format('"%s" is not a doctor in doctors.csv', g.cells ->> 'doctor') as reason
    from given g
    where g.doctor is null and not g.is_of_all and not unread_doctors ? app_private.roster_key(g.cells ->> 'doctor')
    union all
    select g.line, 'reason',
      format('"%s" is not closure, holiday, vacation, sickness or training', g.cells ->> 'reason')
    from given g where g.kind is null and g.cells ->> 'reason' is not null
    union all
    select g.line, 'first day', g.first_fault from given g where g.first_fault is not null
    union all
    select g.line, 'last day', g.last_fault from given g where g.last_fault is not null
    union all
    select g.line, 'from', g.start_fault from given g where g.start_fault is not null
    union all
    select g.line, 'until', g.end_fault from given g where g.end_fault is not null
    union all
    select g.line, r."column", r.reason
    from given g cross join lateral app_private.roster_absence_fault(g.first_date, g.last_date,
      g.start_time, g.end_time, clinic.time_zone) r
    where r.reason is not null
  )
  select array(
      select row(g.line, g.doctor, g.kind, g.first_date, g.last_date, g.start_time, g.end_time,
        g.cells ->> 'note')::app_private.roster_absence
      from given g order by g.line),
    array(select row('absences.csv', j.line, j."column", g.cells ->> j."column", j.reason)::app_private.roster_fault
      from checked j join given g on g.line = j.line)
    into absences, faults;
end
$$;

comment on function app_private.read_roster_absences is
'Reads and checks a roster''s absences.csv, which may be missing. Returns the absences and the faults.';
