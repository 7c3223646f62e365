create or replace function app_private.parse_roster_weekdays(value text, out weekdays int[], out reasons text[])
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  -- "Mo - Fr", "Mon to Fri" and "Mo–Fr" become Mo-Fr; any other text between days separates them.
  ranges text := regexp_replace(regexp_replace(value, '\s*[-‐‑‒–—]\s*|\s+(to|bis|through)\s+', '-', 'gi'),
    '\s+(and|und)\s+|[,;/&+\s]+', ' ', 'gi');
  item text;
  ends text[];
  first_day int;
  last_day int;
begin
  weekdays := '{}';
  reasons := '{}';
  foreach item in array coalesce(string_to_array(btrim(ranges), ' '), '{}') loop
    ends := string_to_array(item, '-');
    first_day := app_private.parse_roster_weekday(ends[1]);
    last_day := app_private.parse_roster_weekday(ends[cardinality(ends)]);
    if cardinality(ends) > 2 then
      reasons := reasons || format('"%s" is no range of weekdays', item);
    elsif first_day is null then
      reasons := reasons || format('"%s" is no weekday', ends[1]);
    elsif last_day is null then
      reasons := reasons || format('"%s" is no weekday', ends[2]);
    else
      -- A range such as Sat-Mon continues in the next week.
      weekdays := weekdays
        || array(select (first_day - 1 + i) % 7 + 1 from generate_series(0, (last_day - first_day + 7) % 7) i);
    end if;
  end loop;
  if value is not null and weekdays = '{}' and reasons = '{}' then
    reasons := array[format('"%s" is no weekday', value)];
  end if;
  weekdays := array(select distinct w from unnest(weekdays) w order by w);
end
$$;

comment on function app_private.parse_roster_weekdays is
'The ISO weekdays of a cell such as "Mon-Fri", "Mo, Mi" or "Mon Wed Fri", in order and each once, and the reasons '
'why parts of it are not weekdays.';
