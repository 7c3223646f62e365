create or replace function app_private.absence_range(
  first_date date, last_date date, start_time time, end_time time, time_zone text)
returns tstzrange
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  starts timestamptz;
  ends timestamptz;
begin
  if time_zone is null then
    perform app_hidden.refuse('clinic_not_found', 'No such clinic.');
  elsif first_date is null or not isfinite(first_date) then
    perform app_hidden.refuse('invalid_argument', 'A first date is needed.', '{"argument": "firstDate"}');
  elsif last_date is null or last_date < first_date or not isfinite(last_date) or last_date - first_date > 1100 then
    perform app_hidden.refuse('invalid_argument',
      'The last date is not before the first one, and at most three years after it.', '{"argument": "lastDate"}');
  elsif first_date > (app_private.latest_slot_start() at time zone 'UTC')::date then
    -- No slot can be so late, so the year is mistyped.
    perform app_hidden.refuse('invalid_argument', 'An absence begins at most three years from now.',
      '{"argument": "firstDate"}');
  end if;
  starts := app_private.local_instant_or_change(first_date + coalesce(start_time, '00:00'), time_zone);
  ends := app_private.local_instant_or_change(last_date + coalesce(end_time, '24:00'), time_zone);
  if ends <= starts then
    perform app_hidden.refuse('invalid_argument', 'An absence ends after its start.', '{"argument": "endTime"}');
  end if;
  return tstzrange(starts, ends, '[)');
end
$$;

comment on function app_private.absence_range is
'The instants of an absence from `start_time` on its first date to `end_time` on its last one, in an IANA zone; '
'whole days where a time is null. A time that a clock change skips is the instant of the change. Refuses '
'invalid_argument, and clinic_not_found if the caller has found no zone.';
