create or replace function app_private.read_roster_templates(
  roster jsonb, lines app_private.roster_line[], clinic app_private.roster_clinic, doctors app_private.roster_doctor[],
  time_slots app_private.roster_time_slot[], services app_private.roster_service[],
  out templates app_private.roster_template[],
  out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  unread_doctors jsonb := app_private.unread_roster_names(roster, 'doctors.csv');
  unread_slots jsonb := app_private.unread_roster_names(roster, 'time_slots.csv');
  unread_services jsonb := case when roster ? 'services.csv' then
    app_private.unread_roster_names(roster, 'services.csv') else '{}' end;
begin
  with given as materialized (
    select l.line, l.cells, d.name as doctor, w.weekdays, w.reasons as weekday_faults, s.names as slot_names,
      s.reasons as slot_faults,
      v.name as service, v.doctors as service_doctors, f.day as valid_from,
      f.reason as from_fault, u.day as valid_until, u.reason as until_fault
    from unnest(lines) l
    left join unnest(doctors) d on app_private.roster_key(d.name) = app_private.roster_key(l.cells ->> 'doctor')
    left join unnest(services) v on app_private.roster_key(v.name) = app_private.roster_key(l.cells ->> 'service')
    cross join lateral app_private.parse_roster_weekdays(l.cells ->> 'weekdays') w
    cross join lateral app_private.parse_roster_time_slots(l.cells ->> 'time slots', time_slots, clinic.clock,
      unread_slots) s
    cross join lateral app_private.parse_roster_date(l.cells ->> 'valid from', clinic.date_format) f
    cross join lateral app_private.parse_roster_date(l.cells ->> 'valid until', clinic.date_format) u
    where l.file = 'templates.csv'
  ), checked as (
    select g.line, 'doctor' as "column", format('"%s" is no doctor in doctors.csv', g.cells ->> 'doctor') as reason
    from given g
    where g.doctor is null and g.cells ->> 'doctor' is not null
      and not unread_doctors ? app_private.roster_key(g.cells ->> 'doctor')
    union all
    select g.line, 'weekdays', r from given g cross join lateral unnest(g.weekday_faults) r
    union all
    select g.line, 'time slots', r from given g cross join lateral unnest(g.slot_faults) r
    union all
    select g.line, 'service', format('"%s" is not a service in services.csv', g.cells ->> 'service')
    from given g
    where g.service is null and g.cells ->> 'service' is not null
      and not unread_services ? app_private.roster_key(g.cells ->> 'service')
    union all
    select g.line, 'service', format('"%s" does not offer "%s" in services.csv', g.doctor, g.service)
    from given g
    where g.doctor <> all (g.service_doctors)
    union all
    select g.line, 'valid from', g.from_fault from given g where g.from_fault is not null
    union all
    select g.line, 'valid until', g.until_fault from given g where g.until_fault is not null
    union all
    select g.line, 'valid until',
      format('"%s" is before the first day, "%s"', g.cells ->> 'valid until', g.cells ->> 'valid from')
    from given g where g.valid_until < g.valid_from
  )
  select
    -- One template for each weekday and time slot, from the lines in which nothing is missing.
    array(
      select row(g.line, g.doctor, w, n, g.valid_from, g.valid_until,
        g.service)::app_private.roster_template
      from given g
      cross join lateral unnest(g.weekdays) w
      cross join lateral unnest(g.slot_names) n
      where g.doctor is not null and (g.valid_until < g.valid_from) is not true
        and (g.valid_from is null) = (g.cells ->> 'valid from' is null)
        and (g.valid_until is null) = (g.cells ->> 'valid until' is null)
      order by g.line, w, n),
    array(select row('templates.csv', j.line, j."column", g.cells ->> j."column", j.reason)::app_private.roster_fault
      from checked j join given g on g.line = j.line)
    into templates, faults;
end
$$;

comment on function app_private.read_roster_templates is
'Reads and checks a roster''s templates.csv line by line. Returns the templates of the complete lines, and the '
'faults.';
