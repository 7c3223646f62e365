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
    -- Only for these zones are changes looked up.
    where exists (select from app_public.clinics c where c.time_zone = zone.name)), '{}');
end
$$;

comment on function app_public.utc_offsets is
'For each of these time zones that a clinic is in: its offsets from UTC over the last six and the next four years, '
'in order of time. Pages compute local times with them and not with the time zone data of the user''s device, which '
'may differ from the server''s. Anyone may call it. Refuses invalid_argument (more than 100 zones).';

grant execute on function app_public.utc_offsets to app_anonymous;
