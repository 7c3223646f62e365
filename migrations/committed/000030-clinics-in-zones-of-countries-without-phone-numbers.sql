--! Previous: sha1:f4469562684292e0be34b99af5b34ae58aeba6c7
--! Hash: sha1:723c6cee691922df416ed4fdf0473b103a9c8fcb
--! Message: Clinics in zones of countries without phone numbers

-- A zone whose country has no phone numbers of its own (Antarctica) was refused.
--! Included clinic/fill_country.sql
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

comment on function app_private.fill_country() is
'Trigger: a clinic that names no country is in that of its time zone. Null where the zone is of none, such as UTC, or of one without phone numbers of its own, such as Antarctica/Troll.';

revoke all on function app_private.fill_country() from public;
--! EndIncluded clinic/fill_country.sql
