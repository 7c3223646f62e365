create or replace function app_private.check_time_zone() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if app_private.is_time_zone(NEW.time_zone) is not true then
    perform app_hidden.refuse('unknown_time_zone', format('"%s" is not an IANA time zone.', NEW.time_zone),
      jsonb_build_object('argument', 'timeZone', 'given', NEW.time_zone));
  end if;
  return NEW;
end
$$;

comment on function app_private.check_time_zone is
'Trigger: refuses (unknown_time_zone) a clinic''s time zone that is not an IANA name.';
