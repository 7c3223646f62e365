create or replace function app_private.find_roster_time_slots(
  value text, time_slots app_private.roster_time_slot[], clock int, unread jsonb, out names text[], out reason text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  parts text[] := string_to_array(regexp_replace(value, '\s*[-‐‑‒–—]\s*|\s+(to|bis)\s+', '-', 'gi'), '-');
  from_time time := (app_private.parse_roster_time(parts[1], clock, false)).local_time;
  to_time time := (app_private.parse_roster_time(parts[2], clock, true)).local_time;
  is_name boolean := exists (select from unnest(time_slots) s
    where app_private.roster_key(s.name) = app_private.roster_key(value));
  problem text;
begin
  if cardinality(parts) = 2 and from_time is not null and to_time is not null and not is_name then
    -- Two clock times are working hours, even if time slots are named by the time at which they start.
    select h.names, h.problem into names, problem
      from app_private.roster_slots_by_hours(from_time, to_time, time_slots) h;
    -- A faulty line of time_slots.csv must not make the hours look wrong as well.
    if unread is null or unread <> '{}'
      or exists (select from unnest(time_slots) s where s.start_time is null or s.end_time is null) then
      problem := null;
    end if;
  else
    select n.names, n.problem into names, problem from app_private.roster_slots_by_name(parts, time_slots) n;
    if names = '{}' and problem is null then
      reason := app_private.unknown_roster_time_slot(parts, time_slots, clock, unread);
    end if;
  end if;
  reason := coalesce(reason, format('"%s": ', value) || problem);
end
$$;

comment on function app_private.find_roster_time_slots is
'The names of the time slots that "Morning 1", "Morning 1 - Morning 8" or "9:00 - 12:30" stands for, or why it '
'stands for none.';
