create or replace function app_private.read_roster_services(
  roster jsonb, lines app_private.roster_line[], doctors app_private.roster_doctor[],
  rooms app_private.roster_room[],
  out services app_private.roster_service[], out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  unread_doctors jsonb := app_private.unread_roster_names(roster, 'doctors.csv');
  unread_rooms jsonb := app_private.unread_roster_names(roster, 'rooms.csv');
begin
  with given as materialized (
    select l.line, l.cells, l.cells ->> 'name' as name, l.cells ->> 'preparation' as preparation,
      m.minutes, m.reason as minutes_fault, b.minutes as minutes_before, b.reason as before_fault,
      a.minutes as minutes_after, a.reason as after_fault, d.names as doctors, d.minutes as doctor_minutes,
      d.reasons as doctor_faults, n.needs, n.reasons as need_faults,
      case lower(coalesce(l.cells ->> 'booked by', 'everyone'))
        when 'everyone' then 'everyone' when 'alle' then 'everyone'
        when 'known patients' then 'known_patients' when 'bekannte patienten' then 'known_patients'
        when 'desk' then 'desk' when 'empfang' then 'desk' end::app_public.service_booker as bookable_by,
      case lower(coalesce(l.cells ->> 'patients', 'all'))
        when 'all' then 'all' when 'alle' then 'all' when 'new' then 'new' when 'neue' then 'new'
        when 'returning' then 'returning' when 'bekannte' then 'returning' end::app_public.service_patients
        as patients,
      first_value(l.line) over (partition by app_private.roster_key(l.cells ->> 'name') order by l.line) as first_line
    from unnest(lines) l
    cross join lateral app_private.parse_roster_minutes(l.cells ->> 'minutes', 1, 1440) m
    cross join lateral app_private.parse_roster_minutes(l.cells ->> 'minutes before', 0, 240) b
    cross join lateral app_private.parse_roster_minutes(l.cells ->> 'minutes after', 0, 240) a
    cross join lateral app_private.parse_roster_doctors(l.cells ->> 'doctors', doctors, unread_doctors) d
    cross join lateral app_private.parse_roster_needs(l.cells ->> 'needs', rooms, unread_rooms) n
    where l.file = 'services.csv'
  ), checked as (
    select g.line, 'name' as "column", format('"%s" stands in line %s already', g.name, g.first_line) as reason
    from given g where g.name is not null and g.first_line < g.line
    union all
    select g.line, 'minutes', g.minutes_fault from given g where g.minutes_fault is not null
    union all
    select g.line, 'minutes before', g.before_fault from given g where g.before_fault is not null
    union all
    select g.line, 'minutes after', g.after_fault from given g where g.after_fault is not null
    union all
    select g.line, 'minutes', 'minutes before and after need a length'
    from given g where g.cells ->> 'minutes' is null and (g.minutes_before > 0 or g.minutes_after > 0)
    union all
    select g.line, 'doctors', r from given g cross join lateral unnest(g.doctor_faults) r
    union all
    select g.line, 'needs', r from given g cross join lateral unnest(g.need_faults) r
    union all
    select g.line, 'booked by',
      format('"%s" is not everyone, known patients or desk', g.cells ->> 'booked by')
    from given g where g.bookable_by is null
    union all
    select g.line, 'patients', format('"%s" is not all, new or returning', g.cells ->> 'patients')
    from given g where g.patients is null
  )
  select array(
      select row(g.line, g.name, g.minutes, g.doctors, g.doctor_minutes, g.preparation,
        coalesce(g.minutes_before, 0), coalesce(g.minutes_after, 0), g.bookable_by, g.patients,
        app_private.roster_translations(g.cells, 'name'),
        app_private.roster_translations(g.cells, 'preparation'), g.needs)::app_private.roster_service
      from given g where g.first_line = g.line and g.name is not null order by g.line),
    array(select row('services.csv', j.line, j."column", g.cells ->> j."column", j.reason)::app_private.roster_fault
      from checked j join given g on g.line = j.line)
    into services, faults;
end
$$;

comment on function app_private.read_roster_services is
'Reads and checks a roster''s services.csv, which may be missing. Returns the services (if several have the same name, '
'the first), and the faults.';
