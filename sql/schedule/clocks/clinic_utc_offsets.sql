create or replace function app_private.clinic_utc_offsets() returns setof app_public.utc_offset
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select o.*
    from (select distinct c.time_zone from app_public.clinics c) zone
    cross join lateral unnest(app_private.utc_offsets_of(
      zone.time_zone, date_trunc('day', now()), date_trunc('day', now()) + interval '3 years')) o;
end
$$;

comment on function app_private.clinic_utc_offsets is
'The offsets from UTC of every zone that a clinic has, over the next three years. For the comparison with the time '
'zone data of the programs (src/time_zones.ts).';

grant execute on function app_private.clinic_utc_offsets to app_authenticator;
