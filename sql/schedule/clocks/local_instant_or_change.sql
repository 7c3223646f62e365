create or replace function app_private.local_instant_or_change(local_time timestamp, time_zone text)
returns timestamptz
language plpgsql stable parallel safe strict set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  instant timestamptz := app_hidden.local_instant(local_time, time_zone);
  before timestamptz;
  after timestamptz;
  middle timestamptz;
begin
  if instant is not null then
    return instant;
  end if;
  -- The clocks skip it. PostgreSQL takes an instant after the change; no clock was ever put forward by more than a day.
  after := local_time at time zone time_zone;
  before := after - interval '26 hours';
  while after - before > interval '1 second' loop
    middle := date_trunc('second', before + (after - before) / 2);
    if middle at time zone time_zone < local_time then
      before := middle;
    else
      after := middle;
    end if;
  end loop;
  return after;
end
$$;

comment on function app_private.local_instant_or_change is
'The instant of a local time in an IANA zone, as local_instant gives it; for a local time that a clock change skips, '
'the instant of the change.';
