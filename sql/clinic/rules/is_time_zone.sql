create or replace function app_private.is_time_zone(name text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- A cast would not be enough: `at time zone` also accepts abbreviations and POSIX strings, which do not follow clock
  -- changes.
  return is_time_zone.name ~ '^([A-Z][A-Za-z_]+/.+|UTC)$'
    and exists (select from pg_timezone_names tz where tz.name = is_time_zone.name);
end
$$;

comment on function app_private.is_time_zone is
'Whether this is the IANA name of a time zone that the server knows, such as Europe/Berlin.';
