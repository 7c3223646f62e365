create or replace function app_private.parse_roster_time_format(value text, out clock int, out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Spreadsheets and people write "h:mm AM/PM", "hh.mm am" or "12 h".
  letters text := lower(regexp_replace(value, '[^[:alnum:]]', '', 'g'));
begin
  if letters ~ '^(h{1,2}mm(ss)?|24h(ours?)?)$' then
    clock := 24;
  elsif letters ~ '^(h{1,2}mm(ss)?(am|pm|ampm)|12h(ours?)?)$' then
    clock := 12;
  elsif value is not null then
    reason := format('"%s" is no time format; write HH:MM for the 24-hour clock or HH:MM AM for the 12-hour clock',
      value);
  end if;
end
$$;

comment on function app_private.parse_roster_time_format is
'Parses the time format that a roster declares and returns the clock that it stands for: 24 or 12 hours.';
