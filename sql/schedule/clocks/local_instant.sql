create or replace function app_hidden.local_instant(local_time timestamp, time_zone text) returns timestamptz
language plpgsql stable parallel safe strict set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  instant timestamptz := local_time at time zone time_zone;
  earlier timestamptz;
begin
  -- PostgreSQL moves a skipped local time to one that exists; going back shows it.
  if instant at time zone time_zone <> local_time then
    return null;
  end if;
  -- Of a local time that occurs twice PostgreSQL takes the second. The first is the same local time at the offset in
  -- force some hours before; three hours are more than any clock was ever put back by, and fewer than lie between two
  -- changes.
  earlier := (local_time at time zone 'UTC')
    - ((instant - interval '3 hours') at time zone time_zone - (instant - interval '3 hours') at time zone 'UTC');
  if earlier < instant and earlier at time zone time_zone = local_time then
    return earlier;
  end if;
  return instant;
end
$$;

comment on function app_hidden.local_instant is
'The instant of a local time in an IANA zone: null when a clock change skips it, the first when it occurs twice.';

grant execute on function app_hidden.local_instant to app_anonymous;
