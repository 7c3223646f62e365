create or replace function app_private.before_quiet_hours(
  at timestamptz, time_zone text, quiet_from time, quiet_until time) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Sending takes a moment, and a message that is not being sent when the quiet hours begin waits for their end.
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

comment on function app_private.before_quiet_hours is
'For an instant in a clinic''s quiet hours (from, until) or in the ten minutes before them: the time at which a '
'reminder planned for that instant is sent instead, ten minutes before the quiet hours begin. Null for every other '
'instant.';
