create or replace function app_private.zones_at_distance(near_time_zone text, distance int) returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return array(
    -- Skips from one zone to the next in the index: one index lookup for each zone, however many clinics it has.
    with recursive zones (name) as (
      (select c.time_zone from app_public.clinics c order by c.time_zone limit 1)
      union all
      select (select c.time_zone from app_public.clinics c where c.time_zone > z.name order by c.time_zone limit 1)
      from zones z where z.name is not null
    )
    select z.name
    from zones z
    left join app_private.time_zone_countries here on here.time_zone = zones_at_distance.near_time_zone
    left join app_private.time_zone_countries there on there.time_zone = z.name
    where z.name is not null and zones_at_distance.distance = case
      when z.name = zones_at_distance.near_time_zone then 0
      when there.country = here.country then 1
      -- An old name, as browsers send: Asia/Calcutta for Asia/Kolkata. It has no country, but the local time of the new
      -- name.
      when here.country is null and split_part(z.name, '/', 1) = split_part(zones_at_distance.near_time_zone, '/', 1)
        and now() at time zone z.name = now() at time zone zones_at_distance.near_time_zone then 1
      when split_part(z.name, '/', 1) = split_part(zones_at_distance.near_time_zone, '/', 1) then 2
      else 3 end);
end
$$;

comment on function app_private.zones_at_distance is
'The time zones of clinics at a distance from a zone: 0 the zone itself, 1 other zones of its country, 2 other zones '
'of its region (the first part of its name), 3 all others. For an old name of a zone, whose country is not known, '
'distance 1 is the zones of its region with the same local time.';
