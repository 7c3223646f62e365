--! Previous: sha1:04296151ad571a5cf76c44afdbd48af08bc2a0a5
--! Hash: sha1:ecba5e6734426aac9a4ace5e4bef82a5808e794c
--! Message: import

-- A clinic's roster on its way from its files to the tables; nothing of it is stored. The formats are in docs/import.md.
create type app_private.roster_fault as (file text, line int, "column" text, value text, reason text);
create type app_private.roster_line as (file text, line int, cells jsonb);
create type app_private.roster_clinic as (
  line int, name text, time_zone text, address text, phone text, email text, date_format text, clock int);
create type app_private.roster_doctor as (line int, name text, specializations text[], about text);
create type app_private.roster_time_slot as (line int, name text, start_time time, end_time time);
create type app_private.roster_template as (line int, doctor text, weekday int, time_slot text, valid_from date, valid_until date);
create type app_private.imported_roster as (clinic_id bigint, clinic_name text, doctors int, time_slots int, templates int);
comment on type app_private.roster_fault is 'What is wrong in a roster, and where: file, line, column (each as far as it can be told), the value and the reason, worded for people.';
comment on type app_private.roster_line is 'A line of a roster''s file that can be judged: its cells by column.';
comment on type app_private.roster_clinic is 'clinic.csv, read. The formats are what the other files are written in; clock is 24 or 12.';
comment on type app_private.roster_doctor is 'A line of doctors.csv, read.';
comment on type app_private.roster_time_slot is 'A line of time_slots.csv, read. A null time cannot be used.';
comment on type app_private.roster_template is 'One weekday and time slot of a line of templates.csv, read.';
comment on type app_private.imported_roster is 'What an import stored.';

--! Included roster/roster_text.sql
create or replace function app_private.roster_text(value text) returns text
language sql immutable parallel safe
-- Spreadsheets bring no-break spaces (before AM, say) and, from a Mac, letters in two parts: what looks the same has to be the same.
return nullif(btrim(regexp_replace(normalize(value, nfc), '[\s\u00a0\u2000-\u200b\u202f\u3000\ufeff]+', ' ', 'g')), '');

comment on function app_private.roster_text(text) is
'A cell of a roster as it is judged and stored: no white space around it and single spaces within, null when nothing is left.';

revoke all on function app_private.roster_text(text) from public;
--! EndIncluded roster/roster_text.sql
--! Included roster/roster_key.sql
create or replace function app_private.roster_key(name text) returns text
language sql immutable parallel safe
-- Any dash is a hyphen, with or without spaces around it, so that a time slot named "9:00 – 9:30" is found however the dash was typed.
return lower(regexp_replace(app_private.roster_text(name), ' ?[-‐‑‒–—] ?', '-', 'g'));

comment on function app_private.roster_key(text) is
'By what names in a roster are compared: case, white space and kinds of dashes do not matter.';

revoke all on function app_private.roster_key(text) from public;
--! EndIncluded roster/roster_key.sql
--! Included roster/roster_columns.sql
create or replace function app_private.roster_columns()
returns table (file text, "position" int, "column" text, is_required boolean, max_length int, is_prose boolean)
language sql immutable parallel safe
begin atomic
  values
    ('clinic.csv', 1, 'name', true, 200, false),
    ('clinic.csv', 2, 'time zone', true, null, false),
    ('clinic.csv', 3, 'address', false, 500, false),
    ('clinic.csv', 4, 'phone', false, 50, false),
    ('clinic.csv', 5, 'e-mail', false, 254, false),
    ('clinic.csv', 6, 'date format', true, null, false),
    ('clinic.csv', 7, 'time format', true, null, false),
    ('doctors.csv', 1, 'name', true, 200, false),
    ('doctors.csv', 2, 'specializations', true, null, false),
    ('doctors.csv', 3, 'about', false, 5000, true),
    ('time_slots.csv', 1, 'name', true, 100, false),
    ('time_slots.csv', 2, 'start', true, null, false),
    ('time_slots.csv', 3, 'end', true, null, false),
    ('templates.csv', 1, 'doctor', true, null, false),
    ('templates.csv', 2, 'weekdays', true, null, false),
    ('templates.csv', 3, 'time slots', true, null, false),
    ('templates.csv', 4, 'valid from', false, null, false),
    ('templates.csv', 5, 'valid until', false, null, false);
end;

comment on function app_private.roster_columns() is
'The files and columns of a roster. A required column has to be there, with a value in every line; lengths are in characters; prose keeps its line breaks.';

revoke all on function app_private.roster_columns() from public;
--! EndIncluded roster/roster_columns.sql
--! Included roster/roster_records.sql
create or replace function app_private.roster_records(roster jsonb)
returns table (file text, line int, fields text[], field_count int, header_count int, is_header boolean, fits boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    with filled as (
      select f.file, (r.record ->> 'line')::int as line, c.fields, jsonb_array_length(r.record -> 'fields') as field_count
      from jsonb_each(roster) as f (file, sheet)
      cross join lateral jsonb_array_elements(f.sheet -> 'records') as r (record)
      cross join lateral (
        -- Cut behind the last field with something in it: spreadsheets leave empty columns at the end, and empty lines.
        select array_agg(e.value order by e.n) filter (where e.n <= e.last_filled) as fields
        from (
          select t.value, t.n, max(t.n) filter (where app_private.roster_text(t.value) is not null) over () as last_filled
          from jsonb_array_elements_text(r.record -> 'fields') with ordinality as t (value, n)
        ) e
      ) c
      where c.fields is not null
    ), placed as (
      select fi.*, row_number() over in_file = 1 as is_header, first_value(cardinality(fi.fields)) over in_file as header_count
      from filled fi
      window in_file as (partition by fi.file order by fi.line)
    )
    select p.file, p.line, p.fields, p.field_count, p.header_count, p.is_header,
      p.field_count >= p.header_count and cardinality(p.fields) <= p.header_count
    from placed p
    -- Without a header that could be read, nothing says what the values of a line are.
    where not exists (
      select from jsonb_array_elements(roster -> p.file -> 'faults') as fault
      where (fault ->> 'line')::int < (select min(h.line) from filled h where h.file = p.file));
end
$$;

comment on function app_private.roster_records(jsonb) is
'The lines of a roster''s files that have something in them; the first of each file is its header, and `fits` says whether the others have as many fields. Nothing of a file whose header could not be read.';

revoke all on function app_private.roster_records(jsonb) from public;
--! EndIncluded roster/roster_records.sql
--! Included roster/roster_headers.sql
create or replace function app_private.roster_headers(roster jsonb)
returns table (file text, line int, "position" int, header text, "column" text, is_repeated boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select r.file, r.line, h.n::int, app_private.roster_text(h.header), rc."column",
      rc."column" is not null and row_number() over (partition by r.file, rc."column" order by h.n) > 1
    from app_private.roster_records(roster) r
    cross join lateral unnest(r.fields) with ordinality as h (header, n)
    -- "E-Mail", "email" and "valid_from" are how people write it.
    left join app_private.roster_columns() rc on rc.file = r.file
      and regexp_replace(rc."column", '[^a-z]', '', 'g') = regexp_replace(lower(h.header), '[-_.\s\u00a0]', '', 'g')
    where r.is_header;
end
$$;

comment on function app_private.roster_headers(jsonb) is
'The headers of a roster''s files as they are written, with the column each names, or null when there is no such column.';

revoke all on function app_private.roster_headers(jsonb) from public;
--! EndIncluded roster/roster_headers.sql
--! Included roster/roster_lines.sql
create or replace function app_private.roster_lines(roster jsonb) returns setof app_private.roster_line
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select r.file, r.line, jsonb_object_agg(h."column", c.value)
    from app_private.roster_records(roster) r
    join app_private.roster_headers(roster) h on h.file = r.file and h."column" is not null and not h.is_repeated
    join app_private.roster_columns() rc on rc.file = h.file and rc."column" = h."column"
    cross join lateral (
      select case
        when rc.is_prose then nullif(btrim(normalize(r.fields[h.position], nfc), E' \t\n'), '')
        else app_private.roster_text(r.fields[h.position])
      end as value
    ) c
    -- With a field too many or too few, values stand in the wrong columns.
    where not r.is_header and r.fits
    group by r.file, r.line
    order by r.file, r.line;
end
$$;

comment on function app_private.roster_lines(jsonb) is
'The lines of a roster that can be judged, each as {"column": "value" or null} of the columns that its file has.';

revoke all on function app_private.roster_lines(jsonb) from public;
--! EndIncluded roster/roster_lines.sql
--! Included roster/roster_shape_faults.sql
create or replace function app_private.roster_shape_faults(roster jsonb) returns setof app_private.roster_fault
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- What the reader of the files could not make sense of.
  return query
    select f.file, (fault ->> 'line')::int, h.header, null::text, fault ->> 'reason'
    from jsonb_each(roster) as f (file, sheet)
    cross join lateral jsonb_array_elements(f.sheet -> 'faults') as fault
    left join app_private.roster_headers(roster) h on h.file = f.file and h.position = (fault ->> 'field')::int;

  -- Files with nothing in them. Where the reader has a fault to tell, it may be why there is nothing.
  return query
    select f.file, f.line, null::text, null::text, f.reason
    from (
      select rc.file, case when roster ? rc.file then 1 end as line, case
        when not roster ? rc.file then 'the file is missing'
        when roster #> array[rc.file, 'faults'] <> '[]' then null
        when not exists (select from app_private.roster_records(roster) r where r.file = rc.file) then
          'the file is empty: its first line names the columns ' || string_agg(rc."column", ', ' order by rc.position)
        when not exists (select from app_private.roster_records(roster) r where r.file = rc.file and not r.is_header) then
          'there is nothing below the column names'
      end as reason
      from app_private.roster_columns() rc
      group by rc.file
    ) f
    where f.reason is not null;

  return query
    select h.file, h.line, coalesce(h.header, 'column ' || h.position), h.header, case
      when h.is_repeated then format('there are two columns "%s"', h."column")
      when h.header is null then 'the column has no name'
      else format('"%s" is no column of this file; they are %s', h.header,
        (select string_agg(rc."column", ', ' order by rc.position) from app_private.roster_columns() rc where rc.file = h.file))
    end
    from app_private.roster_headers(roster) h
    where h."column" is null or h.is_repeated;

  return query
    select rc.file, h.line, rc."column", null::text, 'the column is missing'
    from app_private.roster_columns() rc
    join app_private.roster_headers(roster) h on h.file = rc.file and h.position = 1
    where rc.is_required
      and not exists (select from app_private.roster_headers(roster) same where same.file = rc.file and same."column" = rc."column");

  return query
    select r.file, r.line, null::text, null::text,
      format('the line has %s fields, but there are %s columns',
        case when r.field_count < r.header_count then r.field_count else cardinality(r.fields) end, r.header_count)
    from app_private.roster_records(roster) r
    where not r.fits;
end
$$;

comment on function app_private.roster_shape_faults(jsonb) is
'The faults of a roster''s files as such: what the reader refused, missing and empty files, columns that are missing, unknown, nameless or there twice, lines with a wrong number of fields.';

revoke all on function app_private.roster_shape_faults(jsonb) from public;
--! EndIncluded roster/roster_shape_faults.sql
--! Included roster/roster_value_faults.sql
create or replace function app_private.roster_value_faults(lines app_private.roster_line[]) returns setof app_private.roster_fault
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select l.file, l.line, rc."column", v.value, case
      when v.value is null then 'a value is needed'
      else format('the text is too long: %s characters, at most %s fit', char_length(v.value), rc.max_length)
    end
    from unnest(lines) l
    join app_private.roster_columns() rc on rc.file = l.file and l.cells ? rc."column"
    cross join lateral (select l.cells ->> rc."column" as value) v
    where v.value is null and rc.is_required or char_length(v.value) > rc.max_length;
end
$$;

comment on function app_private.roster_value_faults(app_private.roster_line[]) is
'Values that a roster lacks, and values that are too long.';

revoke all on function app_private.roster_value_faults(app_private.roster_line[]) from public;
--! EndIncluded roster/roster_value_faults.sql
--! Included roster/unread_roster_text.sql
create or replace function app_private.unread_roster_text(roster jsonb, file text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from app_private.roster_headers(roster) h where h.file = unread_roster_text.file and h."column" = 'name') then
    return null;
  end if;
  return coalesce(app_private.roster_key((
    select string_agg(u.text, ' ')
    from (
      select fault ->> 'text' as text from jsonb_array_elements(roster -> unread_roster_text.file -> 'faults') as fault
      union all
      select array_to_string(r.fields, ' ') from app_private.roster_records(roster) r
      where r.file = unread_roster_text.file and not r.is_header and not r.fits
    ) u)), '');
end
$$;

comment on function app_private.unread_roster_text(jsonb, text) is
'What stands in the lines of a file that could not be judged, as one text for app_private.roster_key; null when none of its names is known. A name in there is not called unknown: the fault is the line''s, and is told once.';

revoke all on function app_private.unread_roster_text(jsonb, text) from public;
--! EndIncluded roster/unread_roster_text.sql
--! Included roster/parse_roster_date_format.sql
create or replace function app_private.parse_roster_date_format(value text, out date_format text, out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if value ~* '^(DD|MM|YYYY)([./-])(DD|MM|YYYY)\2(DD|MM|YYYY)$'
     and value ~* 'D' and value ~* 'M' and value ~* 'Y' then
    date_format := upper(value);
  elsif value is not null then
    reason := format('"%s" is no date format; write it with DD, MM and YYYY, such as DD.MM.YYYY or MM/DD/YYYY', value);
  end if;
end
$$;

comment on function app_private.parse_roster_date_format(text) is
'The date format that a roster declares: DD, MM and YYYY in any order, between dots, slashes or hyphens.';

revoke all on function app_private.parse_roster_date_format(text) from public;
--! EndIncluded roster/parse_roster_date_format.sql
--! Included roster/parse_roster_time_format.sql
create or replace function app_private.parse_roster_time_format(value text, out clock int, out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  -- "h:mm AM/PM", "hh.mm am" and "12 h" are how spreadsheets and people write it.
  letters text := lower(regexp_replace(value, '[^[:alnum:]]', '', 'g'));
begin
  if letters ~ '^(h{1,2}mm(ss)?|24h(ours?)?)$' then
    clock := 24;
  elsif letters ~ '^(h{1,2}mm(ss)?(am|pm|ampm)|12h(ours?)?)$' then
    clock := 12;
  elsif value is not null then
    reason := format('"%s" is no time format; write HH:MM for the 24-hour clock or HH:MM AM for the 12-hour clock', value);
  end if;
end
$$;

comment on function app_private.parse_roster_time_format(text) is
'The time format that a roster declares, as the clock it means: 24 or 12 hours.';

revoke all on function app_private.parse_roster_time_format(text) from public;
--! EndIncluded roster/parse_roster_time_format.sql
--! Included roster/parse_roster_date.sql
create or replace function app_private.parse_roster_date(value text, date_format text, out day date, out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
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
  -- Strictly as declared. 03/04/2027 is a date in three formats, so one that is written otherwise is not guessed at.
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

comment on function app_private.parse_roster_date(text, text) is
'Reads a date in a roster''s declared format (leading zeros may be left out, the year has four digits), or says why not.';

revoke all on function app_private.parse_roster_date(text, text) from public;
--! EndIncluded roster/parse_roster_date.sql
--! Included roster/parse_roster_time.sql
create or replace function app_private.parse_roster_time(value text, clock int, is_end boolean, out local_time time, out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  parts text[] := regexp_match(value, '^(\d{1,2})(?:[:.](\d{2}))?(?:[:.]00)? ?(?:([AaPp])\.?[Mm]\.?)?$');
  hour int := parts[1];
  minute int := coalesce(parts[2], '0');
  half text := lower(parts[3]);
begin
  if value is null or clock is null then
    return;
  end if;
  if clock = 24 and is_end and hour = 24 and minute = 0 then
    hour := 0;
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
    local_time := make_time(case clock when 12 then hour % 12 + case half when 'p' then 12 else 0 end else hour end, minute, 0);
  end if;
end
$$;

comment on function app_private.parse_roster_time(text, int, boolean) is
'Reads a clock time of a roster (9:00, 09:00, 9.30, 09:00:00; with a 12-hour clock 9:00 AM, 9 a.m.), or says why not. An end may be 24:00, which is 0:00 of the next day.';

revoke all on function app_private.parse_roster_time(text, int, boolean) from public;
--! EndIncluded roster/parse_roster_time.sql
--! Included roster/parse_roster_weekday.sql
create or replace function app_private.parse_roster_weekday(value text) returns int
language sql immutable parallel safe
-- The beginning of the name in English or German, at least two letters (that is enough: no two days share them), perhaps with an s or
-- a dot: Mo, Mon, Mon., Tues, Wednesdays, Di, Donnerstag.
return (
  select n.weekday
  from (values (1, 'monday'), (2, 'tuesday'), (3, 'wednesday'), (4, 'thursday'), (5, 'friday'), (6, 'saturday'), (7, 'sunday'),
    (1, 'montag'), (2, 'dienstag'), (3, 'mittwoch'), (4, 'donnerstag'), (5, 'freitag'), (6, 'samstag'), (7, 'sonntag')) as n (weekday, name)
  cross join (values (rtrim(lower(value), '.')), (regexp_replace(lower(value), 's\.?$', ''))) as w (word)
  where char_length(w.word) >= 2 and starts_with(n.name, w.word)
  limit 1
);

comment on function app_private.parse_roster_weekday(text) is
'The ISO weekday (1 is Monday) that a word of a roster means, or null.';

revoke all on function app_private.parse_roster_weekday(text) from public;
--! EndIncluded roster/parse_roster_weekday.sql
--! Included roster/parse_roster_weekdays.sql
create or replace function app_private.parse_roster_weekdays(value text, out weekdays int[], out reasons text[])
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  -- "Mo - Fr", "Mon to Fri" and "Mo–Fr" become Mo-Fr; whatever else stands between days separates them.
  ranges text := regexp_replace(regexp_replace(value, '\s*[-‐‑‒–—]\s*|\s+(to|bis|through)\s+', '-', 'gi'), '\s+(and|und)\s+|[,;/&+\s]+', ' ', 'gi');
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
      -- Sat-Mon goes over the end of the week.
      weekdays := weekdays || array(select (first_day - 1 + i) % 7 + 1 from generate_series(0, (last_day - first_day + 7) % 7) i);
    end if;
  end loop;
  if value is not null and weekdays = '{}' and reasons = '{}' then
    reasons := array[format('"%s" is no weekday', value)];
  end if;
  weekdays := array(select distinct w from unnest(weekdays) w order by w);
end
$$;

comment on function app_private.parse_roster_weekdays(text) is
'The ISO weekdays of a cell such as Mon-Fri, "Mo, Mi" or Mon Wed Fri, in order and each once, and why parts of it are none.';

revoke all on function app_private.parse_roster_weekdays(text) from public;
--! EndIncluded roster/parse_roster_weekdays.sql
--! Included roster/roster_slots_by_hours.sql
create or replace function app_private.roster_slots_by_hours(
  from_time time, to_time time, time_slots app_private.roster_time_slot[], out names text[], out problem text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  -- In minutes from a Monday on, so that hours across midnight are one range.
  hours int4multirange := app_hidden.week_minutes(1, from_time, to_time);
  next_day text;
begin
  names := array(
    select s.name from unnest(time_slots) s
    where hours @> app_hidden.week_minutes(1, s.start_time, s.end_time)
    order by s.line);
  select s.name into next_day from unnest(time_slots) s
  where hours @> app_hidden.week_minutes(2, s.start_time, s.end_time)
  order by s.line limit 1;

  -- Hours that fit no time slot are mistyped more often than meant.
  if not exists (select from unnest(time_slots) s where s.name = any (names) and s.start_time = from_time) then
    problem := 'no time slot starts when these hours do';
  elsif next_day is not null then
    problem := format('"%s" starts after midnight: give it a line of its own, with the weekday it starts on', next_day);
  elsif not exists (select from unnest(time_slots) s where s.name = any (names) and s.end_time = to_time) then
    problem := 'no time slot ends when these hours do';
  end if;
end
$$;

comment on function app_private.roster_slots_by_hours(time, time, app_private.roster_time_slot[]) is
'The time slots that lie within working hours such as 9:00 - 12:30, by name, and what is wrong with the hours: they begin and end with a time slot, and none of theirs starts on the next day.';

revoke all on function app_private.roster_slots_by_hours(time, time, app_private.roster_time_slot[]) from public;
--! EndIncluded roster/roster_slots_by_hours.sql
--! Included roster/roster_slots_by_name.sql
create or replace function app_private.roster_slots_by_name(
  parts text[], time_slots app_private.roster_time_slot[], out names text[], out problem text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  place record;
begin
  -- A name may have hyphens of its own, so each is tried as the one between first and last; with n = all parts it is one name.
  select f.line as first_line, coalesce(l.line, f.line) as last_line, f.start_time into place
  from generate_series(cardinality(parts), 1, -1) n
  join unnest(time_slots) f on app_private.roster_key(f.name) = app_private.roster_key(array_to_string(parts[:n], '-'))
  left join unnest(time_slots) l on app_private.roster_key(l.name) = app_private.roster_key(array_to_string(parts[n + 1:], '-'))
  where n = cardinality(parts) or l.line is not null
  limit 1;

  names := array(
    select s.name from unnest(time_slots) s
    where s.line between place.first_line and place.last_line
    order by s.line);
  if place.last_line < place.first_line then
    problem := 'the last time slot stands above the first one in time_slots.csv';
  else
    select format('"%s" starts after midnight: give it a line of its own, with the weekday it starts on', s.name) into problem
    from unnest(time_slots) s
    where s.name = any (names) and s.start_time < place.start_time
    order by s.line limit 1;
  end if;
end
$$;

comment on function app_private.roster_slots_by_name(text[], app_private.roster_time_slot[]) is
'The time slot of this name, or those from one name to another in the order of time_slots.csv, and what is wrong with that. The name or range comes split at its hyphens. No names when it is none.';

revoke all on function app_private.roster_slots_by_name(text[], app_private.roster_time_slot[]) from public;
--! EndIncluded roster/roster_slots_by_name.sql
--! Included roster/unknown_roster_time_slot.sql
create or replace function app_private.unknown_roster_time_slot(
  parts text[], time_slots app_private.roster_time_slot[], clock int, unread text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  unknown text[] := array(
    select p from unnest(parts) p
    where not exists (select from unnest(time_slots) s where app_private.roster_key(s.name) = app_private.roster_key(p)));
  -- Of a range with one end known, the other is to blame.
  blamed text := case when cardinality(unknown) = 1 then unknown[1] else array_to_string(parts, ' - ') end;
begin
  -- Without a time format nobody knows what a time is, and that is the clinic's fault, told once.
  if clock is null and blamed ~ '^\d' then
    return null;
  elsif unread is null or exists (select from unnest(unknown) u where strpos(unread, app_private.roster_key(u)) > 0) then
    return null;
  elsif blamed ~ '^\d{1,2}[:.]' then
    return coalesce((app_private.parse_roster_time(blamed, clock, true)).reason, format('"%s" is no time slot in time_slots.csv', blamed));
  end if;
  return format('"%s" is no time slot in time_slots.csv', blamed);
end
$$;

comment on function app_private.unknown_roster_time_slot(text[], app_private.roster_time_slot[], int, text) is
'Why a name or range, split at its hyphens, is none of time_slots.csv; null when it may stand in a line there that could not be read.';

revoke all on function app_private.unknown_roster_time_slot(text[], app_private.roster_time_slot[], int, text) from public;
--! EndIncluded roster/unknown_roster_time_slot.sql
--! Included roster/find_roster_time_slots.sql
create or replace function app_private.find_roster_time_slots(
  value text, time_slots app_private.roster_time_slot[], clock int, unread text, out names text[], out reason text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  parts text[] := string_to_array(regexp_replace(value, '\s*[-‐‑‒–—]\s*|\s+(to|bis)\s+', '-', 'gi'), '-');
  from_time time := (app_private.parse_roster_time(parts[1], clock, false)).local_time;
  to_time time := (app_private.parse_roster_time(parts[2], clock, true)).local_time;
  is_name boolean := exists (select from unnest(time_slots) s where app_private.roster_key(s.name) = app_private.roster_key(value));
  problem text;
begin
  if cardinality(parts) = 2 and from_time is not null and to_time is not null and not is_name then
    -- Two clock times are hours of work, also where time slots are named by the time they start at.
    select h.names, h.problem into names, problem from app_private.roster_slots_by_hours(from_time, to_time, time_slots) h;
    -- A line of time_slots.csv with a fault of its own must not make the hours look wrong as well.
    if unread is null or unread <> '' or exists (select from unnest(time_slots) s where s.start_time is null or s.end_time is null) then
      problem := null;
    end if;
  else
    select n.names, n.problem into names, problem from app_private.roster_slots_by_name(parts, time_slots) n;
    if names = '{}' and problem is null then
      reason := app_private.unknown_roster_time_slot(parts, time_slots, clock, unread);
    end if;
  end if;
  reason := coalesce(reason, format('"%s": ', value) || problem);
end
$$;

comment on function app_private.find_roster_time_slots(text, app_private.roster_time_slot[], int, text) is
'The names of the time slots meant by Morning 1, Morning 1 - Morning 8 or 9:00 - 12:30, or why it means none.';

revoke all on function app_private.find_roster_time_slots(text, app_private.roster_time_slot[], int, text) from public;
--! EndIncluded roster/find_roster_time_slots.sql
--! Included roster/parse_roster_time_slots.sql
create or replace function app_private.parse_roster_time_slots(
  value text, time_slots app_private.roster_time_slot[], clock int, unread text, out names text[], out reasons text[])
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  with items as materialized (
    select f.names, f.reason
    from regexp_split_to_table(value, case
      -- A name may have commas of its own, and a cell that is only separators is judged as it stands.
      when value !~ '[^;, ]' or exists (select from unnest(time_slots) s where app_private.roster_key(s.name) = app_private.roster_key(value)) then '$'
      else ' ?[;,] ?'
    end) i
    cross join lateral app_private.find_roster_time_slots(i, time_slots, clock, unread) f
    where i <> ''
  )
  select array(select distinct n from items cross join lateral unnest(items.names) n),
         array(select items.reason from items where items.reason is not null)
    into names, reasons;
end
$$;

comment on function app_private.parse_roster_time_slots(text, app_private.roster_time_slot[], int, text) is
'The names of the time slots of a cell such as "8:00 - 12:00; 13:00 - 16:30", each once, and why parts of it mean none.';

revoke all on function app_private.parse_roster_time_slots(text, app_private.roster_time_slot[], int, text) from public;
--! EndIncluded roster/parse_roster_time_slots.sql
--! Included roster/read_roster_clinic.sql
create or replace function app_private.read_roster_clinic(
  lines app_private.roster_line[], out clinic app_private.roster_clinic, out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
  given app_private.roster_line;
  dates record;
  times record;
  existing bigint;
begin
  select l.* into given from unnest(lines) l where l.file = 'clinic.csv' order by l.line limit 1;
  dates := app_private.parse_roster_date_format(given.cells ->> 'date format');
  times := app_private.parse_roster_time_format(given.cells ->> 'time format');
  clinic := (given.line, given.cells ->> 'name', given.cells ->> 'time zone', given.cells ->> 'address', given.cells ->> 'phone',
    given.cells ->> 'e-mail', dates.date_format, times.clock);
  select min(c.id) into existing from app_public.clinics c where c.is_active and app_private.roster_key(c.name) = app_private.roster_key(clinic.name);

  faults := array(
    select row('clinic.csv', clinic.line, f."column", given.cells ->> f."column", f.reason)::app_private.roster_fault
    from (values
      ('name', case when existing is not null then
        format('there is a clinic "%s" already (clinic %s): change that one, deactivate it, or import under another name', clinic.name, existing) end),
      ('time zone', case when clinic.time_zone is not null and not app_private.is_time_zone(clinic.time_zone) then
        format('"%s" is no IANA time zone such as Europe/Berlin', clinic.time_zone) end),
      ('e-mail', case when clinic.email !~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' then
        format('"%s" does not look like an e-mail address', clinic.email) end),
      ('date format', dates.reason),
      ('time format', times.reason)
    ) as f ("column", reason)
    where f.reason is not null
  ) || array(
    select row('clinic.csv', l.line, null, null, 'a roster is of one clinic: this line is one too many')::app_private.roster_fault
    from unnest(lines) l where l.file = 'clinic.csv' and l.line > given.line
  );
end
$$;

comment on function app_private.read_roster_clinic(app_private.roster_line[]) is
'Reads and judges a roster''s clinic.csv: the clinic with the formats it declares (null where they cannot be read), and the faults.';

revoke all on function app_private.read_roster_clinic(app_private.roster_line[]) from public;
--! EndIncluded roster/read_roster_clinic.sql
--! Included roster/read_roster_doctors.sql
create or replace function app_private.read_roster_doctors(
  lines app_private.roster_line[], out doctors app_private.roster_doctor[], out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  with given as materialized (
    select l.line, l.cells ->> 'name' as name, l.cells ->> 'specializations' as specializations, l.cells ->> 'about' as about,
      array(select s from regexp_split_to_table(l.cells ->> 'specializations', ' ?; ?') s where s <> '') as list,
      first_value(l.line) over (partition by app_private.roster_key(l.cells ->> 'name') order by l.line) as first_line
    from unnest(lines) l where l.file = 'doctors.csv'
  ), judged as (
    select g.line, 'name' as "column", g.name as value, format('"%s" stands in line %s already', g.name, g.first_line) as reason
    from given g where g.name is not null and g.first_line < g.line
    union all
    select g.line, 'specializations', g.specializations, format('"%s" is too long: at most 100 characters fit', s)
    from given g cross join lateral unnest(g.list) s where char_length(s) > 100
    union all
    select g.line, 'specializations', g.specializations, 'a value is needed'
    from given g where g.specializations is not null and g.list = '{}'
  )
  select array(select row(g.line, g.name, g.list, g.about)::app_private.roster_doctor from given g where g.first_line = g.line and g.name is not null order by g.line),
         array(select row('doctors.csv', j.line, j."column", j.value, j.reason)::app_private.roster_fault from judged j)
    into doctors, faults;
end
$$;

comment on function app_private.read_roster_doctors(app_private.roster_line[]) is
'Reads and judges a roster''s doctors.csv: the doctors (of those with one name the first), and the faults.';

revoke all on function app_private.read_roster_doctors(app_private.roster_line[]) from public;
--! EndIncluded roster/read_roster_doctors.sql
--! Included roster/read_roster_time_slots.sql
create or replace function app_private.read_roster_time_slots(
  lines app_private.roster_line[], clock int, out time_slots app_private.roster_time_slot[], out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  with given as materialized (
    select l.line, l.cells ->> 'name' as name, l.cells ->> 'start' as "start", l.cells ->> 'end' as "end",
      s.local_time as start_time, s.reason as start_reason, e.local_time as end_time, e.reason as end_reason,
      first_value(l.line) over (partition by app_private.roster_key(l.cells ->> 'name') order by l.line) as first_line
    from unnest(lines) l
    cross join lateral app_private.parse_roster_time(l.cells ->> 'start', clock, false) s
    cross join lateral app_private.parse_roster_time(l.cells ->> 'end', clock, true) e
    where l.file = 'time_slots.csv'
  ), judged as (
    select g.line, 'name' as "column", g.name as value, format('"%s" stands in line %s already', g.name, g.first_line) as reason
    from given g where g.name is not null and g.first_line < g.line
    union all
    select g.line, 'start', g."start", g.start_reason from given g where g.start_reason is not null
    union all
    select g.line, 'end', g."end", g.end_reason from given g where g.end_reason is not null
    union all
    select g.line, 'end', g."end", format('the time slot ends at "%s", when it starts', g."end") from given g where g.start_time = g.end_time
  )
  select array(select row(g.line, g.name, g.start_time, nullif(g.end_time, g.start_time))::app_private.roster_time_slot from given g where g.first_line = g.line and g.name is not null order by g.line),
         array(select row('time_slots.csv', j.line, j."column", j.value, j.reason)::app_private.roster_fault from judged j)
    into time_slots, faults;
end
$$;

comment on function app_private.read_roster_time_slots(app_private.roster_line[], int) is
'Reads and judges a roster''s time_slots.csv: the time slots (of those with one name the first; a time that cannot be used is null), and the faults. `clock` is 24 or 12; null when the clinic does not say, and then no time is judged.';

revoke all on function app_private.read_roster_time_slots(app_private.roster_line[], int) from public;
--! EndIncluded roster/read_roster_time_slots.sql
--! Included roster/read_roster_templates.sql
create or replace function app_private.read_roster_templates(
  roster jsonb, lines app_private.roster_line[], clinic app_private.roster_clinic, doctors app_private.roster_doctor[],
  time_slots app_private.roster_time_slot[], out templates app_private.roster_template[], out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  unread_doctors text := app_private.unread_roster_text(roster, 'doctors.csv');
  unread_slots text := app_private.unread_roster_text(roster, 'time_slots.csv');
begin
  with given as materialized (
    select l.line, l.cells, d.name as doctor, w.weekdays, w.reasons as weekday_faults, s.names as slot_names, s.reasons as slot_faults,
      f.day as valid_from, f.reason as from_fault, u.day as valid_until, u.reason as until_fault
    from unnest(lines) l
    left join unnest(doctors) d on app_private.roster_key(d.name) = app_private.roster_key(l.cells ->> 'doctor')
    cross join lateral app_private.parse_roster_weekdays(l.cells ->> 'weekdays') w
    cross join lateral app_private.parse_roster_time_slots(l.cells ->> 'time slots', time_slots, clinic.clock, unread_slots) s
    cross join lateral app_private.parse_roster_date(l.cells ->> 'valid from', clinic.date_format) f
    cross join lateral app_private.parse_roster_date(l.cells ->> 'valid until', clinic.date_format) u
    where l.file = 'templates.csv'
  ), judged as (
    select g.line, 'doctor' as "column", format('"%s" is no doctor in doctors.csv', g.cells ->> 'doctor') as reason
    from given g
    where g.doctor is null and g.cells ->> 'doctor' is not null
      and strpos(unread_doctors, app_private.roster_key(g.cells ->> 'doctor')) = 0
    union all
    select g.line, 'weekdays', r from given g cross join lateral unnest(g.weekday_faults) r
    union all
    select g.line, 'time slots', r from given g cross join lateral unnest(g.slot_faults) r
    union all
    select g.line, 'valid from', g.from_fault from given g where g.from_fault is not null
    union all
    select g.line, 'valid until', g.until_fault from given g where g.until_fault is not null
    union all
    select g.line, 'valid until', format('"%s" is before the first day, "%s"', g.cells ->> 'valid until', g.cells ->> 'valid from')
    from given g where g.valid_until < g.valid_from
  )
  select
    -- One template for each weekday and time slot, of the lines of which nothing is missing.
    array(
      select row(g.line, g.doctor, w, n, g.valid_from, g.valid_until)::app_private.roster_template
      from given g
      cross join lateral unnest(g.weekdays) w
      cross join lateral unnest(g.slot_names) n
      where g.doctor is not null and (g.valid_until < g.valid_from) is not true
        and (g.valid_from is null) = (g.cells ->> 'valid from' is null)
        and (g.valid_until is null) = (g.cells ->> 'valid until' is null)
      order by g.line, w, n),
    array(select row('templates.csv', j.line, j."column", g.cells ->> j."column", j.reason)::app_private.roster_fault
      from judged j join given g on g.line = j.line)
    into templates, faults;
end
$$;

comment on function app_private.read_roster_templates(
  jsonb, app_private.roster_line[], app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[]) is
'Reads and judges a roster''s templates.csv, line by line: the templates of the lines that are whole, and the faults.';

revoke all on function app_private.read_roster_templates(
  jsonb, app_private.roster_line[], app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[]) from public;
--! EndIncluded roster/read_roster_templates.sql
--! Included roster/overlapping_roster_templates.sql
create or replace function app_private.overlapping_roster_templates(
  templates app_private.roster_template[], time_slots app_private.roster_time_slot[]) returns setof app_private.roster_fault
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  days constant text[] := '{Mon,Tue,Wed,Thu,Fri,Sat,Sun}';
begin
  return query
    with placed as materialized (
      select t.line, t.doctor, t.weekday, t.time_slot, row_number() over (order by t.line, t.weekday, s.line) as n,
        app_hidden.week_minutes(t.weekday, s.start_time, s.end_time) as minutes, daterange(t.valid_from, t.valid_until, '[]') as validity
      from unnest(templates) t
      join unnest(time_slots) s on s.name = t.time_slot
    ), clashes as (
      -- One fault for two lines, however much of them overlaps: the first pair shows it.
      select distinct on (b.line, a.line) a.line as earlier_line, b.line, a.weekday as earlier_weekday, a.time_slot as earlier_slot,
        b.weekday, b.time_slot
      from placed a
      join placed b on b.doctor = a.doctor and (b.line, b.n) > (a.line, a.n) and b.minutes && a.minutes and b.validity && a.validity
      order by b.line, a.line, b.n, a.n
    )
    select 'templates.csv', o.line, 'time slots', format('%s %s', days[o.weekday], o.time_slot),
      format('%s "%s" overlaps %s "%s" of %s, for the same doctor', days[o.weekday], o.time_slot, days[o.earlier_weekday], o.earlier_slot,
        case o.earlier_line when o.line then 'the same line' else 'line ' || o.earlier_line end)
    from clashes o;
end
$$;

comment on function app_private.overlapping_roster_templates(app_private.roster_template[], app_private.roster_time_slot[]) is
'The lines of templates.csv by which a doctor would have two time slots at once: a fault for each pair of lines, at the later one.';

revoke all on function app_private.overlapping_roster_templates(app_private.roster_template[], app_private.roster_time_slot[]) from public;
--! EndIncluded roster/overlapping_roster_templates.sql
--! Included roster/refuse_roster.sql
create or replace function app_private.refuse_roster(roster jsonb, faults app_private.roster_fault[]) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  perform app_hidden.refuse('import_refused',
    format('The roster has %s; nothing was stored.', case cardinality(faults) when 1 then 'a fault' else cardinality(faults) || ' faults' end),
    (select jsonb_build_object('faults', jsonb_agg(
       -- Columns by the header that the file has: that is what people look for.
       jsonb_build_object('file', f.file, 'line', f.line, 'column', coalesce(h.header, f."column"), 'reason', f.reason, 'value', f.value)
       order by f.file, f.line, coalesce(h.position, 0), f.reason))
     from unnest(faults) f
     left join app_private.roster_headers(roster) h on h.file = f.file and h."column" = f."column" and not h.is_repeated));
end
$$;

comment on function app_private.refuse_roster(jsonb, app_private.roster_fault[]) is
'Refuses a roster (import_refused) with all its faults, by file, line and column, as {"faults": [{"file", "line", "column", "reason", "value"}]}. Never returns.';

revoke all on function app_private.refuse_roster(jsonb, app_private.roster_fault[]) from public;
--! EndIncluded roster/refuse_roster.sql
--! Included roster/store_roster.sql
create or replace function app_private.store_roster(
  clinic app_private.roster_clinic, doctors app_private.roster_doctor[], time_slots app_private.roster_time_slot[],
  templates app_private.roster_template[]) returns app_private.imported_roster
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  stored app_private.imported_roster;
begin
  insert into app_public.clinics as c (name, time_zone, address, phone, email)
  values (clinic.name, clinic.time_zone, clinic.address, clinic.phone, clinic.email::public.citext)
  returning c.id, c.name into stored.clinic_id, stored.clinic_name;

  insert into app_public.specializations (name)
  select distinct on (s::public.citext) s::public.citext from unnest(doctors) d cross join lateral unnest(d.specializations) s
  on conflict on constraint specializations_are_unique_by_name do nothing;

  with made as (
    insert into app_public.doctors as d (clinic_id, full_name, about)
    select stored.clinic_id, given.name, given.about from unnest(doctors) given order by given.line
    returning d.clinic_id, d.id, d.full_name
  ), specialized as (
    insert into app_public.doctor_specializations (clinic_id, doctor_id, specialization_id)
    select distinct made.clinic_id, made.id, s.id
    from made
    join unnest(doctors) given on given.name = made.full_name
    join app_public.specializations s on s.name = any (given.specializations::public.citext[])
  )
  select count(*) into stored.doctors from made;

  with made as (
    insert into app_public.time_slots as ts (clinic_id, name, start_time, end_time)
    select stored.clinic_id, given.name, given.start_time, given.end_time from unnest(time_slots) given order by given.line
    returning ts.id
  )
  select count(*) into stored.time_slots from made;

  with made as (
    insert into app_public.doctor_slot_templates as t (clinic_id, doctor_id, time_slot_id, weekday, valid_from, valid_until)
    select stored.clinic_id, d.id, ts.id, given.weekday, given.valid_from, given.valid_until
    from unnest(templates) given
    join app_public.doctors d on d.clinic_id = stored.clinic_id and d.full_name = given.doctor
    join app_public.time_slots ts on ts.clinic_id = stored.clinic_id and ts.name = given.time_slot
    order by given.line, given.weekday, ts.start_time
    returning t.id
  )
  select count(*) into stored.templates from made;
  return stored;
end
$$;

comment on function app_private.store_roster(
  app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[], app_private.roster_template[]) is
'Stores a roster that was judged: the clinic, its doctors with their specializations (new ones are added to the platform''s), time slots and templates.';

revoke all on function app_private.store_roster(
  app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[], app_private.roster_template[]) from public;
--! EndIncluded roster/store_roster.sql
--! Included roster/import_roster.sql
create or replace function app_private.import_roster(roster jsonb) returns app_private.imported_roster
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  lines app_private.roster_line[];
  clinic record;
  doctors record;
  time_slots record;
  templates record;
  faults app_private.roster_fault[];
begin
  -- One import at a time, so that two of the same folder cannot both find that there is no such clinic.
  perform pg_advisory_xact_lock(hashtextextended('medislot import', 0));

  lines := array(select l from app_private.roster_lines(roster) l);
  clinic := app_private.read_roster_clinic(lines);
  doctors := app_private.read_roster_doctors(lines);
  time_slots := app_private.read_roster_time_slots(lines, (clinic.clinic).clock);
  templates := app_private.read_roster_templates(roster, lines, clinic.clinic, doctors.doctors, time_slots.time_slots);
  faults := array(select f from app_private.roster_shape_faults(roster) f)
    || array(select f from app_private.roster_value_faults(lines) f)
    || clinic.faults || doctors.faults || time_slots.faults || templates.faults
    || array(select f from app_private.overlapping_roster_templates(templates.templates, time_slots.time_slots) f);

  if cardinality(faults) > 0 then
    perform app_private.refuse_roster(roster, faults);
  end if;
  return app_private.store_roster(clinic.clinic, doctors.doctors, time_slots.time_slots, templates.templates);
end
$$;

comment on function app_private.import_roster(jsonb) is
$c$For operators: stores a clinic's roster, all or nothing. Takes the files as the reader (npm run import) gives them: {"clinic.csv": {"records": [{"line": 1, "fields": ["name", …]}, …], "faults": [{"line", "field", "reason", "text"}]}, "doctors.csv": …, "time_slots.csv": …, "templates.csv": …}; formats are in docs/import.md.
Returns the clinic's id and what was stored. Refuses import_refused, with every fault of every line: {"faults": [{"file", "line", "column", "reason", "value"}]}.$c$;

revoke all on function app_private.import_roster(jsonb) from public;
--! EndIncluded roster/import_roster.sql
--! Included roster/load_demo.sql
create or replace function app_private.load_demo(rosters jsonb) returns boolean
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  password constant text := 'medislot-demo';
  roster record;
  clinic app_private.imported_roster;
  today date;
begin
  -- Two programs that start at once on an empty database: the second finds the first one's clinics. import_roster takes the lock too.
  perform pg_advisory_xact_lock(hashtextextended('medislot import', 0));
  if exists (select from app_public.clinics) then
    return false;
  end if;

  for roster in
    select r.item ->> 'name' as name, r.item -> 'roster' as files from jsonb_array_elements(rosters) with ordinality as r (item, n) order by r.n
  loop
    clinic := app_private.import_roster(roster.files);
    insert into app_public.employees (clinic_id, account_id, role, full_name, email)
    select clinic.clinic_id, app_private.create_account(address, password), 'manager', 'Manager of ' || clinic.clinic_name, address::public.citext
    from (values (roster.name || '@medislot.example')) as m (address);
    select (now() at time zone c.time_zone)::date into today from app_public.clinics c where c.id = clinic.clinic_id;
    perform app_public.generate_booking_slots(clinic.clinic_id, today, today + 13);
  end loop;

  insert into app_public.customers (account_id, full_name, email)
  select app_private.create_account(c.address, password), c.full_name, c.address::public.citext
  from (values ('ann@medislot.example', 'Ann Miller'), ('bob@medislot.example', 'Bob Fischer')) as c (address, full_name);
  perform app_private.make_admin('admin@medislot.example', password);
  return true;
end
$$;

comment on function app_private.load_demo(jsonb) is
$c$Loads the demo into a database without clinics: rosters as [{"name", "roster": as app_private.import_roster takes it}, …], a manager <name>@medislot.example of each, customers ann@ and bob@medislot.example, admin@medislot.example (password of all: medislot-demo), and slots for two weeks from today.
False, and nothing done, when there is a clinic. Refuses import_refused.$c$;

revoke all on function app_private.load_demo(jsonb) from public;
--! EndIncluded roster/load_demo.sql
