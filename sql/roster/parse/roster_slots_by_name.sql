create or replace function app_private.roster_slots_by_name(
  parts text[], time_slots app_private.roster_time_slot[], out names text[], out problem text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  place record;
begin
  -- A name may contain hyphens, so each hyphen is tried as the one between the first and the last name; if n counts
  -- all parts, the whole text is one name.
  select f.line as first_line, coalesce(l.line, f.line) as last_line, f.start_time into place
  from generate_series(cardinality(parts), 1, -1) n
  join unnest(time_slots) f on app_private.roster_key(f.name) = app_private.roster_key(array_to_string(parts[:n], '-'))
  left join unnest(time_slots) l
    on app_private.roster_key(l.name) = app_private.roster_key(array_to_string(parts[n + 1:], '-'))
  where n = cardinality(parts) or l.line is not null
  limit 1;

  names := array(
    select s.name from unnest(time_slots) s
    where s.line between place.first_line and place.last_line
    order by s.line);
  if place.last_line < place.first_line then
    problem := 'the last time slot stands above the first one in time_slots.csv';
  else
    select format('"%s" starts after midnight: give it a line of its own, with the weekday it starts on',
      s.name) into problem
    from unnest(time_slots) s
    where s.name = any (names) and s.start_time < place.start_time
    order by s.line limit 1;
  end if;
end
$$;

comment on function app_private.roster_slots_by_name is
'The time slot of this name, or those from one name to another in the order of time_slots.csv, and the problem, if '
'any. The name or range is split at its hyphens. Returns no names if it is not one.';
