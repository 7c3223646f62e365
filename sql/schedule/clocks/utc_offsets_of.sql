create or replace function app_private.utc_offsets_of(time_zone text, from_time timestamptz, to_time timestamptz)
returns app_public.utc_offset[]
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  offsets app_public.utc_offset[] := array[row(
    time_zone, from_time, app_private.utc_offset_at(from_time, time_zone))::app_public.utc_offset];
  day record;
  before timestamptz;
  after timestamptz;
  middle timestamptz;
begin
  -- PostgreSQL does not list the changes of a zone. Each day whose end has another offset than its beginning has one.
  for day in
    select d.at - interval '24 hours' as begins, d.at as ends, d.seconds
    from (
      select s.at, s.seconds, lag(s.seconds) over (order by s.at) as seconds_before
      from (
        select t.at, app_private.utc_offset_at(t.at, utc_offsets_of.time_zone) as seconds
        from generate_series(from_time, to_time, interval '24 hours') t (at)
      ) s
    ) d
    where d.seconds <> d.seconds_before
    order by d.at
  loop
    before := day.begins;
    after := day.ends;
    while after - before > interval '1 second' loop
      middle := date_trunc('second', before + (after - before) / 2);
      if app_private.utc_offset_at(middle, time_zone) = day.seconds then
        after := middle;
      else
        before := middle;
      end if;
    end loop;
    offsets := offsets || row(time_zone, after, day.seconds)::app_public.utc_offset;
  end loop;
  return offsets;
end
$$;

comment on function app_private.utc_offsets_of is
'The offsets of an IANA zone between two instants, by PostgreSQL''s time zone data: the one at `from_time`, and each '
'that follows with the instant of its change. The instants are whole seconds.';
