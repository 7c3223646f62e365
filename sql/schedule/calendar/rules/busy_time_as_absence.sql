create or replace function app_private.busy_time_as_absence(calendar_id bigint, busy tstzrange, time_zone text)
returns app_private.busy_absence
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  starts constant timestamp := date_trunc('second', lower(busy)) at time zone time_zone;
  ends timestamp := date_trunc('second', upper(busy) + interval '0.999999 seconds') at time zone time_zone;
  absence app_private.busy_absence;
begin
  -- An hour that a clock change repeats is read as the first one, so the absence reaches to the end of the second one.
  if app_private.local_instant_or_change(ends, time_zone) < upper(busy) then
    ends := ends + interval '1 hour';
  end if;
  absence.source_key := format('calendar:%s:%s/%s', calendar_id, to_char(lower(busy), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    to_char(upper(busy), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
  absence.first_date := starts::date;
  absence.start_time := nullif(starts::time, '00:00');
  absence.last_date := case when ends::time = '00:00' then ends::date - 1 else ends::date end;
  absence.end_time := nullif(ends::time, '00:00');
  absence.during := app_private.absence_range(absence.first_date, absence.last_date, absence.start_time,
    absence.end_time, time_zone);
  return absence;
end
$$;

comment on function app_private.busy_time_as_absence is
'The absence that covers a busy time of an external calendar, by the clock of an IANA zone. If a clock change repeats '
'an hour, it may cover up to an hour more.';
