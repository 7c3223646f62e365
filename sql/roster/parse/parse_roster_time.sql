create or replace function app_private.parse_roster_time(
  value text, clock int, is_end boolean, out local_time time, out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  parts text[] := regexp_match(value, '^(\d{1,2})(?:[:.](\d{2}))?(?:[:.]00)? ?(?:([AaPp])\.?[Mm]\.?)?$');
  hour int := parts[1];
  minute int := coalesce(parts[2], '0');
  half text := lower(parts[3]);
begin
  if value is null or clock is null then
    return;
  end if;
  -- 24:00 is the end of the day on either clock: 12:00 AM is its beginning.
  if is_end and hour = 24 and minute = 0 and parts[2] is not null and half is null then
    local_time := '24:00';
    return;
  end if;
  if parts is null or (parts[2] is null and half is null) then
    reason := format('"%s" is no clock time such as %s', value, case clock when 12 then '9:30 AM' else '9:30' end);
  elsif clock = 24 and half is not null then
    reason := format('"%s" has AM or PM, but the clinic''s time format is of the 24-hour clock', value);
  elsif clock = 12 and half is null then
    reason := format('"%s" lacks AM or PM', value);
  elsif minute > 59 or (clock = 24 and hour > 23) or (clock = 12 and hour not between 1 and 12) then
    reason := format('"%s" is no time of the %s-hour clock', value, clock);
  else
    local_time := make_time(case clock when 12 then hour % 12 + case half when 'p' then 12 else 0 end else hour end,
      minute, 0);
  end if;
end
$$;

comment on function app_private.parse_roster_time is
'Parses a clock time of a roster (9:00, 09:00, 9.30, 09:00:00; with a 12-hour clock 9:00 AM, 9 a.m.), or returns why '
'it cannot. An end may be 24:00, with either clock.';
