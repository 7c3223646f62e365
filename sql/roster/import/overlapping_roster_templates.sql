create or replace function app_private.overlapping_roster_templates(
  templates app_private.roster_template[], time_slots app_private.roster_time_slot[])
returns setof app_private.roster_fault
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  days constant text[] := '{Mon,Tue,Wed,Thu,Fri,Sat,Sun}';
begin
  return query
    with placed as materialized (
      select t.line, t.doctor, t.weekday, t.time_slot, row_number() over (order by t.line, t.weekday, s.line) as n,
        app_hidden.week_minutes(t.weekday, s.start_time, s.end_time) as minutes,
          daterange(t.valid_from, t.valid_until, '[]') as validity
      from unnest(templates) t
      join unnest(time_slots) s on s.name = t.time_slot
    ), clashes as (
      -- One fault for each pair of lines, however many of their days overlap: the first overlap is reported.
      select distinct on (b.line, a.line) a.line as earlier_line, b.line, a.weekday as earlier_weekday,
        a.time_slot as earlier_slot,
        b.weekday, b.time_slot
      from placed a
      join placed b on b.doctor = a.doctor and (b.line, b.n) > (a.line, a.n) and b.minutes && a.minutes
        and b.validity && a.validity
      order by b.line, a.line, b.n, a.n
    )
    select 'templates.csv', o.line, 'time slots', format('%s %s', days[o.weekday], o.time_slot),
      format('%s "%s" overlaps %s "%s" of %s, for the same doctor', days[o.weekday], o.time_slot,
        days[o.earlier_weekday], o.earlier_slot,
        case o.earlier_line when o.line then 'the same line' else 'line ' || o.earlier_line end)
    from clashes o;
end
$$;

comment on function app_private.overlapping_roster_templates is
'The faults of lines of templates.csv that would give a doctor two time slots at the same time: one for each pair of '
'lines, reported at the later line.';
