create or replace function app_private.roster_slots_by_name(
  parts text[], time_slots app_private.roster_time_slot[], out names text[], out problem text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  place record;
begin
  -- A name may have hyphens of its own, so each is tried as the one between first and last; with n = all parts it is one name.
  select f.line as first_line, coalesce(l.line, f.line) as last_line, f.start_time into place
  from generate_series(cardinality(parts), 1, -1) n
  join unnest(time_slots) f on app_private.roster_key(f.name) = app_private.roster_key(array_to_string(parts[:n], '-'))
  left join unnest(time_slots) l on app_private.roster_key(l.name) = app_private.roster_key(array_to_string(parts[n + 1:], '-'))
  where n = cardinality(parts) or l.line is not null
  limit 1;

  names := array(
    select s.name from unnest(time_slots) s
    where s.line between place.first_line and place.last_line
    order by s.line);
  if place.last_line < place.first_line then
    problem := 'the last time slot stands above the first one in time_slots.csv';
  else
    select format('"%s" starts after midnight: give it a line of its own, with the weekday it starts on', s.name) into problem
    from unnest(time_slots) s
    where s.name = any (names) and s.start_time < place.start_time
    order by s.line limit 1;
  end if;
end
$$;

comment on function app_private.roster_slots_by_name(text[], app_private.roster_time_slot[]) is
'The time slot of this name, or those from one name to another in the order of time_slots.csv, and what is wrong with that. The name or range comes split at its hyphens. No names when it is none.';

revoke all on function app_private.roster_slots_by_name(text[], app_private.roster_time_slot[]) from public;
