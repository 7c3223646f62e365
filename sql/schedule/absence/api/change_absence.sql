create or replace function app_public.change_absence(
  clinic_id bigint, absence_id bigint, kind app_public.absence_kind, first_date date, last_date date,
  start_time time default null, end_time time default null, note text default null,
  booked app_public.absence_handling default 'refuse', reason text default null, row_version int default null)
returns app_public.absences
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  absence app_public.absences := app_private.own_absence(change_absence.clinic_id, change_absence.absence_id);
  during tstzrange;
  live app_public.bookings[];
  freed jsonb[];
begin
  perform app_private.require_version('absences', change_absence.row_version, absence.row_version);
  if change_absence.kind is null or change_absence.booked is null then
    perform app_hidden.refuse('invalid_argument', 'A kind is needed, and what happens to booked visits.',
      jsonb_build_object('argument', case when change_absence.kind is null then 'kind' else 'booked' end));
  end if;
  select app_private.absence_range(change_absence.first_date, change_absence.last_date, change_absence.start_time,
    change_absence.end_time, c.time_zone) into during
  from app_public.clinics c where c.id = absence.clinic_id;
  perform app_private.lock_slots_in_absence(absence.clinic_id, absence.doctor_id, absence.during, during);
  -- Visits that are over stay as they are, and so do those that were kept when they came into the absence.
  live := array(
    select b from app_private.bookings_during(absence.clinic_id, absence.doctor_id, during) b
    where change_absence.booked = 'cancel' or not b.during && absence.during
    order by b.booking_slot_id);
  freed := app_private.end_visits_in_absence(
    live, change_absence.booked, app_hidden.prose_or_null(change_absence.reason));
  update app_public.absences a
  set kind = change_absence.kind, first_date = change_absence.first_date, last_date = change_absence.last_date,
    start_time = change_absence.start_time, end_time = change_absence.end_time,
    note = app_hidden.prose_or_null(change_absence.note)
  where a.clinic_id = absence.clinic_id and a.id = absence.id
  returning a.* into absence;
  perform app_private.offer_rest_of_visits(absence.clinic_id, freed);
  return absence;
end
$$;

comment on function app_public.change_absence is
'Changes the kind, the dates and times, and the note of an absence; arguments that are left out become empty '
'(`start_time` and `end_time`: whole days). Slots that it no longer covers are open again as after remove_absence, '
'and slots that it now covers are withdrawn. If it now covers booked visits that it did not cover before, `booked` '
'decides as in add_absence; `cancel` also cancels visits that were kept before. The doctor of an absence cannot be '
'changed: add another absence instead. For the desk, and for doctors on their own absences. Refuses forbidden, '
'clinic_not_found, absence_not_found, absence_of_calendar (a busy time of an external calendar), stale_row_version, '
'still_in_use, invalid_argument, text_too_long, text_not_accepted.';

grant execute on function app_public.change_absence to app_staff;
