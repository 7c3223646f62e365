create or replace function app_private.own_external_calendar(clinic_id bigint, calendar_id bigint)
returns app_public.external_calendars
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  calendar app_public.external_calendars;
begin
  perform app_private.require_clinic_role(own_external_calendar.clinic_id, 'staff');
  -- Before the calendar, as import_busy_times does.
  perform app_private.lock_schedule(own_external_calendar.clinic_id);
  select ec.* into calendar from app_public.external_calendars ec
  where ec.clinic_id = own_external_calendar.clinic_id and ec.id = own_external_calendar.calendar_id;
  -- Others do not learn which calendars there are (policies of the table).
  if calendar.id is null or not (
       calendar.doctor_id = any (app_hidden.own_doctor_ids())
       or calendar.clinic_id = any (app_hidden.manager_clinic_ids()) or app_private.caller_is_operator())
  then
    perform app_hidden.refuse('external_calendar_not_found', 'No such calendar in this clinic.',
      jsonb_build_object('calendarId', own_external_calendar.calendar_id::text));
  end if;
  return calendar;
end
$$;

comment on function app_private.own_external_calendar is
'An external calendar that the caller may change or disconnect: any for managers, their own for doctors. Locks the '
'clinic''s schedule. Refuses all others: unauthenticated, forbidden, clinic_not_found, external_calendar_not_found.';
