create or replace function app_private.parse_roster_date(value text, date_format text, out day date, out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  separator text := substring(date_format from '[./-]');
  tokens text[] := string_to_array(date_format, separator);
  parts text[] := string_to_array(value, separator);
  d int;
  m int;
  y int;
  days_of_month int;
begin
  if value is null or date_format is null then
    return;
  end if;
  -- Strictly in the declared format. 03/04/2027 is a date in three formats, so a date written in another format is
  -- refused.
  if value !~ '^\d{1,4}[./-]\d{1,4}[./-]\d{1,4}$' or cardinality(parts) <> 3
     or parts[array_position(tokens, 'YYYY')] !~ '^\d{4}$'
     or parts[array_position(tokens, 'MM')] !~ '^\d{1,2}$' or parts[array_position(tokens, 'DD')] !~ '^\d{1,2}$' then
    reason := format('"%s" is not a date written as %s', value, date_format);
    return;
  end if;
  y := parts[array_position(tokens, 'YYYY')];
  m := parts[array_position(tokens, 'MM')];
  d := parts[array_position(tokens, 'DD')];
  if m not between 1 and 12 then
    reason := format('"%s" has month %s; dates are written as %s', value, m, date_format);
  elsif y not between 1900 and 2199 then
    reason := format('"%s" has year %s; years go from 1900 to 2199', value, y);
  else
    days_of_month := extract(day from make_date(y, m, 1) + interval '1 month - 1 day');
    if d not between 1 and days_of_month then
      reason := format('"%s" does not exist; that month has %s days', value, days_of_month);
    else
      day := make_date(y, m, d);
    end if;
  end if;
end
$$;

comment on function app_private.parse_roster_date is
'Parses a date in a roster''s declared format (leading zeros may be left out; the year has four digits), or returns '
'why it cannot.';
