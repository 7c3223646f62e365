create or replace function app_private.own_absence(clinic_id bigint, absence_id bigint) returns app_public.absences
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  absence app_public.absences;
begin
  perform app_private.require_clinic_role(own_absence.clinic_id, 'staff');
  perform app_private.lock_schedule(own_absence.clinic_id);
  select a.* into absence from app_public.absences a
  where a.clinic_id = own_absence.clinic_id and a.id = own_absence.absence_id;
  -- Doctors do not learn about the absences of their colleagues (policy doctors_see_their_absences).
  if absence.id is null or not (
       absence.doctor_id is null or absence.doctor_id = any (app_hidden.own_doctor_ids())
       or absence.clinic_id = any (app_hidden.desk_clinic_ids()) or app_private.caller_is_operator())
  then
    perform app_hidden.refuse('absence_not_found', 'No such absence in this clinic.',
      jsonb_build_object('absenceId', own_absence.absence_id::text));
  end if;
  perform app_private.require_desk_or_own_doctor(absence.clinic_id, absence.doctor_id);
  if absence.calendar_id is not null then
    perform app_hidden.refuse('absence_of_calendar', 'This is a busy time of an external calendar: change it there.',
      jsonb_build_object('calendarId', absence.calendar_id::text));
  end if;
  return absence;
end
$$;

comment on function app_private.own_absence is
'An absence that the caller may change or remove: any for the desk, their own for doctors. Locks the clinic''s '
'schedule, so that it does not change meanwhile. Refuses all others: unauthenticated, forbidden, clinic_not_found, '
'absence_not_found, absence_of_calendar.';
