create or replace function app_private.read_roster_rooms(
  lines app_private.roster_line[], out rooms app_private.roster_room[], out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  with given as materialized (
    select l.line, l.cells, l.cells ->> 'name' as name, m.minutes, m.reason as minutes_fault,
      case lower(coalesce(l.cells ->> 'type', 'room'))
        when 'room' then 'room' when 'raum' then 'room'
        when 'equipment' then 'equipment' when 'gerät' then 'equipment' end::app_public.resource_type as type,
      first_value(l.line) over (partition by app_private.roster_key(l.cells ->> 'name') order by l.line) as first_line
    from unnest(lines) l
    cross join lateral app_private.parse_roster_minutes(l.cells ->> 'minutes after', 0, 240) m
    where l.file = 'rooms.csv'
  ), checked as (
    select g.line, 'name' as "column", format('"%s" stands in line %s already', g.name, g.first_line) as reason
    from given g where g.name is not null and g.first_line < g.line
    union all
    select g.line, 'type', format('"%s" is not room or equipment', g.cells ->> 'type') from given g
    where g.type is null
    union all
    select g.line, 'minutes after', g.minutes_fault from given g where g.minutes_fault is not null
  )
  select array(
      select row(g.line, g.name, g.type, coalesce(g.minutes, 0))::app_private.roster_room
      from given g where g.first_line = g.line and g.name is not null order by g.line),
    array(select row('rooms.csv', j.line, j."column", g.cells ->> j."column", j.reason)::app_private.roster_fault
      from checked j join given g on g.line = j.line)
    into rooms, faults;
end
$$;

comment on function app_private.read_roster_rooms is
'Reads and checks a roster''s rooms.csv, which may be missing. Returns the rooms and the equipment (if several have '
'the same name, the first), and the faults.';
