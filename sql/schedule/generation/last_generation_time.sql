create or replace function app_private.last_generation_time(
  at timestamptz, time_zone text, weekday int, local_time time)
returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  today date := (at at time zone time_zone)::date;
  day date := today - (extract(isodow from today)::int - weekday + 7) % 7;
begin
  -- A clock change may skip the hour itself; PostgreSQL then takes the one after, which is what a schedule wants.
  if (day + local_time) at time zone time_zone > at then
    day := day - 7;
  end if;
  return (day + local_time) at time zone time_zone;
end
$$;

comment on function app_private.last_generation_time is
'When a weekly schedule (ISO weekday, local time, zone) was last due, at or before the instant `at`.';
