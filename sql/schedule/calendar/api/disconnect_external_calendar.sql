create or replace function app_public.disconnect_external_calendar(clinic_id bigint, calendar_id bigint)
returns app_public.external_calendars
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  connected constant app_public.external_calendars :=
    app_private.own_external_calendar(disconnect_external_calendar.clinic_id, disconnect_external_calendar.calendar_id);
begin
  -- All at once, by id: each absence that goes locks its slots again.
  perform app_private.lock_slots_in_absence(connected.clinic_id, connected.doctor_id, variadic array(
    select a.during from app_public.absences a
    where a.clinic_id = connected.clinic_id and a.calendar_id = connected.id and upper(a.during) > now()));
  delete from app_public.external_calendars ec where ec.clinic_id = connected.clinic_id and ec.id = connected.id;
  return connected;
end
$$;

comment on function app_public.disconnect_external_calendar is
'Disconnects an external calendar and returns it. Its address and password are deleted, and its busy times with the '
'effects of remove_absence: slots that were withdrawn for them are open again. For doctors concerning their own '
'calendars, managers, administrators and DBAs. Refuses forbidden, clinic_not_found, external_calendar_not_found.';

grant execute on function app_public.disconnect_external_calendar to app_staff;
