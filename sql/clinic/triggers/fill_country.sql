create or replace function app_private.fill_country() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  NEW.country := (
    select p.country from app_private.time_zone_countries tzc
    join app_private.phone_plans p on p.country = tzc.country
    where tzc.time_zone = NEW.time_zone);
  return NEW;
end
$$;

comment on function app_private.fill_country is
'Trigger: sets the country of a clinic without one to the country of its time zone. It stays null if the zone has no '
'country, such as UTC, or a country without phone numbers of its own, such as Antarctica/Troll.';
