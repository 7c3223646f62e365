create or replace function app_private.roster_slots_by_hours(
  from_time time, to_time time, time_slots app_private.roster_time_slot[], out names text[], out problem text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- In minutes from a Monday, so that hours that cross midnight are one range.
  hours int4multirange := app_hidden.week_minutes(1, from_time, to_time);
  next_day text;
begin
  names := array(
    select s.name from unnest(time_slots) s
    where hours @> app_hidden.week_minutes(1, s.start_time, s.end_time)
    order by s.line);
  select s.name into next_day from unnest(time_slots) s
  where hours @> app_hidden.week_minutes(2, s.start_time, s.end_time)
  order by s.line limit 1;

  -- Hours that do not begin and end with a time slot are usually a typing error.
  if not exists (select from unnest(time_slots) s where s.name = any (names) and s.start_time = from_time) then
    problem := 'no time slot starts when these hours do';
  elsif next_day is not null then
    problem := format('"%s" starts after midnight: give it a line of its own, with the weekday it starts on', next_day);
  elsif not exists (select from unnest(time_slots) s where s.name = any (names)
    and (s.end_time = to_time or least(s.end_time, to_time) = '0:00' and greatest(s.end_time, to_time) = '24:00')) then
    problem := 'no time slot ends when these hours do';
  end if;
end
$$;

comment on function app_private.roster_slots_by_hours is
'The names of the time slots within working hours such as 9:00 - 12:30, and the problem, if any: the hours must '
'begin and end with a time slot, and none of their time slots may start on the next day.';
