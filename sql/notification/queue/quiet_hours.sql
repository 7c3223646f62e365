create or replace function app_private.quiet_hours(at timestamptz, time_zone text, quiet_from time, quiet_until time)
returns tstzrange
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  local_time timestamp := at at time zone time_zone;
  first_day date;
  quiet tstzrange;
begin
  if quiet_from is null then
    return null;
  end if;
  -- In the morning, quiet hours that cross midnight began the day before.
  first_day := local_time::date - (quiet_until < quiet_from and local_time::time < quiet_until)::int;
  quiet := tstzrange(
    (first_day + quiet_from) at time zone time_zone,
    greatest((first_day + (quiet_until < quiet_from)::int + quiet_until) at time zone time_zone,
      (first_day + quiet_from) at time zone time_zone),
    '[)');
  return case when quiet @> at then quiet end;
end
$$;

comment on function app_private.quiet_hours is
'The quiet hours (from, until) of a clinic in which an instant lies, or null. A local time that the clocks skip '
'counts as the time after the change.';
