create or replace function app_private.format_time(
  at timestamptz, time_zone text, language text, out date text, out "time" text, out "when" text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  local_time timestamp := at at time zone time_zone;
begin
  if at is null then
    return;
  end if;
  "time" := to_char(local_time, 'HH24:MI');
  -- Without to_char's TM names, which depend on lc_time and on the locales of the machine.
  if language = 'de' then
    date := format('%s, %s. %s %s',
      ('{Montag,Dienstag,Mittwoch,Donnerstag,Freitag,Samstag,Sonntag}'::text[])[extract(isodow from local_time)],
      extract(day from local_time),
      ('{Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember}'::text[])[extract(month
        from local_time)],
      extract(year from local_time));
    "time" := "time" || ' Uhr';
  else
    date := to_char(local_time, 'FMDay, FMDD FMMonth YYYY');
  end if;
  -- With the zone, because a patient who books at a distant clinic may live in another one.
  "when" := format('%s, %s (%s)', date, "time", time_zone);
end
$$;

comment on function app_private.format_time is
'Formats an instant in the local time of a zone and in a language (en, de): the date, the time, and `when`, which is '
'both with the zone. Null for null.';
