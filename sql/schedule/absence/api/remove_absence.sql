create or replace function app_public.remove_absence(clinic_id bigint, absence_id bigint) returns app_public.absences
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  absence constant app_public.absences := app_private.own_absence(remove_absence.clinic_id, remove_absence.absence_id);
begin
  -- Before the absence: a cancellation in it holds a slot and reads the absence.
  perform app_private.lock_slots_in_absence(absence.clinic_id, absence.doctor_id, absence.during);
  delete from app_public.absences a where a.clinic_id = absence.clinic_id and a.id = absence.id;
  return absence;
end
$$;

comment on function app_public.remove_absence is
'Removes an absence and returns it. The slots that were withdrawn for it are open again, if no other absence covers '
'them and their templates still want them; slots that generation passed over are made within minutes. Visits that were '
'listed for rebooking leave the list; cancelled ones stay cancelled. For the desk, and for doctors on their own '
'absences. Refuses forbidden, clinic_not_found, absence_not_found, absence_of_calendar (a busy time of an external '
'calendar).';

grant execute on function app_public.remove_absence to app_staff;
