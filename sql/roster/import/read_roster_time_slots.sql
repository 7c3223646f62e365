create or replace function app_private.read_roster_time_slots(
  lines app_private.roster_line[], clock int, out time_slots app_private.roster_time_slot[],
  out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  with given as materialized (
    select l.line, l.cells ->> 'name' as name, l.cells ->> 'start' as "start", l.cells ->> 'end' as "end",
      s.local_time as start_time, s.reason as start_reason, e.reason as end_reason,
      -- 24:00 is kept only for a whole day, 0:00 to 24:00, in which the end must differ from the start.
      case when e.local_time = '24:00' and s.local_time <> '0:00' then '0:00' else e.local_time end as end_time,
      first_value(l.line) over (partition by app_private.roster_key(l.cells ->> 'name') order by l.line) as first_line
    from unnest(lines) l
    cross join lateral app_private.parse_roster_time(l.cells ->> 'start', clock, false) s
    cross join lateral app_private.parse_roster_time(l.cells ->> 'end', clock, true) e
    where l.file = 'time_slots.csv'
  ), checked as (
    select g.line, 'name' as "column", g.name as value,
      format('"%s" stands in line %s already', g.name, g.first_line) as reason
    from given g where g.name is not null and g.first_line < g.line
    union all
    select g.line, 'start', g."start", g.start_reason from given g where g.start_reason is not null
    union all
    select g.line, 'end', g."end", g.end_reason from given g where g.end_reason is not null
    union all
    select g.line, 'end', g."end", format('the time slot ends at "%s", when it starts', g."end") from given g
      where g.start_time = g.end_time
  )
  select array(select row(g.line, g.name, g.start_time, nullif(g.end_time, g.start_time))::app_private.roster_time_slot
    from given g where g.first_line = g.line and g.name is not null order by g.line),
         array(select row('time_slots.csv', j.line, j."column", j.value, j.reason)::app_private.roster_fault
           from checked j)
    into time_slots, faults;
end
$$;

comment on function app_private.read_roster_time_slots is
'Reads and checks a roster''s time_slots.csv. Returns the time slots (if several have the same name, the first; a '
'time that cannot be used is null), and the faults. `clock` is 24 or 12, or null when the clinic''s time format '
'could not be read; then no time is checked.';
