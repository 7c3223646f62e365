create or replace function app_private.check_time_zone() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if app_private.is_time_zone(NEW.time_zone) is not true then
    perform app_hidden.refuse('unknown_time_zone', format('"%s" is no IANA time zone.', NEW.time_zone),
      jsonb_build_object('argument', 'timeZone', 'given', NEW.time_zone));
  end if;
  if TG_OP = 'UPDATE' and exists (
       select from app_public.booking_slots bs
       where bs.clinic_id = NEW.id and bs.starts_at > now() and bs.status <> 'withdrawn') then
    perform app_hidden.refuse('time_zone_in_use', 'The clinic has slots ahead in its present time zone.');
  end if;
  return NEW;
end
$$;

comment on function app_private.check_time_zone() is
'Trigger: refuses a clinic''s time zone that is no IANA name (unknown_time_zone), and a change while slots lie ahead (time_zone_in_use): their instants were computed in the old zone.';

revoke all on function app_private.check_time_zone() from public;
