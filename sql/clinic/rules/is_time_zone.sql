create or replace function app_private.is_time_zone(name text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- pg_timezone_names reads a thousand files, so most names are looked up elsewhere. An older server may not know them.
  if exists (select from app_private.time_zone_countries tzc where tzc.time_zone = is_time_zone.name) then
    perform now() at time zone is_time_zone.name;
    return true;
  end if;
  -- A cast would not be enough: `at time zone` also accepts abbreviations and POSIX strings, which do not follow clock
  -- changes.
  return is_time_zone.name ~ '^([A-Z][A-Za-z_]+/.+|UTC)$'
    and exists (select from pg_timezone_names tz where tz.name = is_time_zone.name);
exception when invalid_parameter_value then
  return false;
end
$$;

comment on function app_private.is_time_zone is
'Whether this is the IANA name of a time zone that the server knows, such as Europe/Berlin.';
