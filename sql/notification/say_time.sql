create or replace function app_private.say_time(at timestamptz, time_zone text, language text, part text default 'when') returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  local_time timestamp := at at time zone time_zone;
  day int := extract(isodow from local_time);
  month int := extract(month from local_time);
  said_date text;
  said_time text := to_char(local_time, 'HH24:MI');
begin
  -- Not to_char's TM names: they depend on lc_time and on the locales of the machine.
  if language = 'de' then
    said_date := format('%s, %s. %s %s',
      ('{Montag,Dienstag,Mittwoch,Donnerstag,Freitag,Samstag,Sonntag}'::text[])[day], extract(day from local_time),
      ('{Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember}'::text[])[month], extract(year from local_time));
    said_time := said_time || ' Uhr';
  else
    said_date := to_char(local_time, 'FMDay, FMDD FMMonth YYYY');
  end if;
  return case part
    when 'date' then said_date
    when 'time' then said_time
    -- The zone too: who books at a clinic far away lives by another clock.
    else format('%s, %s (%s)', said_date, said_time, time_zone) end;
end
$$;

comment on function app_private.say_time(timestamptz, text, text, text) is
'An instant by the clock of a zone, in words of a language (en, de): part `when` (date, time and zone), `date` or `time`.';

revoke all on function app_private.say_time(timestamptz, text, text, text) from public;
