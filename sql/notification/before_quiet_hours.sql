create or replace function app_private.before_quiet_hours(at timestamptz, time_zone text, quiet_from time, quiet_until time) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Sending takes a moment, and what is not under way when the hours begin waits for their end.
  margin constant interval := '10 minutes';
begin
  if quiet_from is null then
    return null;
  end if;
  return lower(coalesce(
    app_private.quiet_hours(at, time_zone, quiet_from, quiet_until),
    app_private.quiet_hours(at + margin, time_zone, quiet_from, quiet_until))) - margin;
end
$$;

comment on function app_private.before_quiet_hours(timestamptz, text, time, time) is
'When a reminder of an instant in the quiet hours (from, until) of a clinic, or in the ten minutes before them, is due instead: ten minutes before they begin. Null for every other instant.';

revoke all on function app_private.before_quiet_hours(timestamptz, text, time, time) from public;
