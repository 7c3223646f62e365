create or replace function app_private.parse_roster_minutes(
  value text, minimum int, maximum int, out minutes int, out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  minutes := (regexp_match(value, '^(\d{1,5}) ?(?:min(?:utes|uten)?\.?)?$', 'i'))[1];
  if value is not null and (minutes between minimum and maximum) is not true then
    minutes := null;
    reason := format('"%s" is not a number of minutes from %s to %s', value, minimum, maximum);
  end if;
end
$$;

comment on function app_private.parse_roster_minutes is
'Parses a number of minutes of a roster (15, 15 min), or returns why it cannot.';
