create or replace function app_hidden.local_range(local_date date, start_time time, end_time time, time_zone text)
returns tstzrange
language plpgsql stable parallel safe strict set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  starts timestamptz := app_hidden.local_instant(local_date + start_time, time_zone);
  ends timestamptz := app_hidden.local_instant(local_date + (end_time <= start_time)::int + end_time, time_zone);
begin
  if starts is null or ends is null or ends <= starts then
    return null;
  end if;
  return tstzrange(starts, ends, '[)');
end
$$;

comment on function app_hidden.local_range is
'The instants that a local date and times mean in an IANA zone, as [start, end); an end not after the start lies on '
'the next day. Null when a clock change skips the start or the end. The length is the real one: across a clock '
'change it differs from the difference of the times. The one place where medislot turns local time into instants.';

grant execute on function app_hidden.local_range to app_anonymous;
