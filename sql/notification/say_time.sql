create or replace function app_private.say_time(at timestamptz, time_zone text, language text, out date text, out "time" text, out "when" text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  local_time timestamp := at at time zone time_zone;
begin
  "time" := to_char(local_time, 'HH24:MI');
  -- Not to_char's TM names: they depend on lc_time and on the locales of the machine.
  if language = 'de' then
    date := format('%s, %s. %s %s',
      ('{Montag,Dienstag,Mittwoch,Donnerstag,Freitag,Samstag,Sonntag}'::text[])[extract(isodow from local_time)],
      extract(day from local_time),
      ('{Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember}'::text[])[extract(month from local_time)],
      extract(year from local_time));
    "time" := "time" || ' Uhr';
  else
    date := to_char(local_time, 'FMDay, FMDD FMMonth YYYY');
  end if;
  -- The zone too: who books at a clinic far away lives by another clock.
  "when" := format('%s, %s (%s)', date, "time", time_zone);
end
$$;

comment on function app_private.say_time(timestamptz, text, text) is
'An instant by the clock of a zone, in words of a language (en, de): date, time, and `when`, which is both and the zone.';

revoke all on function app_private.say_time(timestamptz, text, text) from public;
