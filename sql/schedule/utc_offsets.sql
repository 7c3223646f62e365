create or replace function app_public.utc_offsets(time_zones text[]) returns app_public.utc_offset[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if cardinality(time_zones) > 100 then
    perform app_hidden.refuse('invalid_argument', 'Ask for at most 100 time zones.', '{"argument": "timeZones"}');
  end if;
  return coalesce((
    select array_agg(o order by o.time_zone, o.since)
    from (select distinct z.name from unnest(time_zones) z (name)) zone
    cross join lateral unnest(app_private.utc_offsets_of(
      zone.name, date_trunc('day', now()) - interval '6 years', date_trunc('day', now()) + interval '4 years')) o
    -- Only these cost the work of looking changes up.
    where exists (select from app_public.clinics c where c.time_zone = zone.name)), '{}');
end
$$;

comment on function app_public.utc_offsets(text[]) is
'What the clocks of these time zones show: for each that a clinic has, its offsets from UTC over the last six and the next four years, in the order of time. Pages show local times by these, and not by the time zone data of the reader''s device, which may differ from the server''s. Open to everybody. Refuses invalid_argument (more than 100 zones).';

revoke all on function app_public.utc_offsets(text[]) from public;
grant execute on function app_public.utc_offsets(text[]) to app_anonymous;
