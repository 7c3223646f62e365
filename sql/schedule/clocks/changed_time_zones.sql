create or replace function app_private.changed_time_zones() returns int
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (select count(*) from app_private.time_zone_rules r where r.changed_at is not null);
end
$$;

comment on function app_private.changed_time_zones is
'For /metrics: how many time zones of clinics have slots that an update of the time zone data left at other local '
'times than they were made for.';

grant execute on function app_private.changed_time_zones to app_authenticator;
