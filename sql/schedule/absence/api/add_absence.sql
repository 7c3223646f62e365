create or replace function app_public.add_absence(
  clinic_id bigint, kind app_public.absence_kind, first_date date, last_date date, doctor_id bigint default null,
  start_time time default null, end_time time default null, note text default null,
  booked app_public.absence_handling default 'refuse', reason text default null, source_key text default null,
  idempotency_key text default null)
returns app_public.absences
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  during tstzrange;
  live app_public.bookings[];
  freed jsonb[];
  absence app_public.absences;
begin
  add_absence.note := app_hidden.prose_or_null(add_absence.note);
  add_absence.reason := app_hidden.prose_or_null(add_absence.reason);
  perform app_private.require_desk_or_own_doctor(add_absence.clinic_id, add_absence.doctor_id);
  absence := app_private.begin_idempotent(add_absence.clinic_id, add_absence.idempotency_key, 'add_absence',
    jsonb_build_array(add_absence.kind, add_absence.first_date, add_absence.last_date, add_absence.doctor_id,
      add_absence.start_time, add_absence.end_time, add_absence.note, add_absence.booked, add_absence.reason,
      add_absence.source_key),
    null::app_public.absences);
  if absence.id is not null then
    return absence;
  end if;
  if add_absence.kind is null or add_absence.booked is null then
    perform app_hidden.refuse('invalid_argument', 'A kind is needed, and what happens to booked visits.',
      jsonb_build_object('argument', case when add_absence.kind is null then 'kind' else 'booked' end));
  end if;
  clinic := app_private.lock_schedule(add_absence.clinic_id);
  if add_absence.doctor_id is not null and not exists (
    select from app_public.doctors d where d.clinic_id = clinic.id and d.id = add_absence.doctor_id)
  then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.',
      jsonb_build_object('doctorId', add_absence.doctor_id::text));
  end if;
  if exists (
    select from app_public.absences a where a.clinic_id = clinic.id and a.source_key = add_absence.source_key)
  then
    perform app_hidden.refuse('absence_exists', 'An absence was imported from this source already.',
      jsonb_build_object('sourceKey', add_absence.source_key));
  end if;
  during := app_private.absence_range(add_absence.first_date, add_absence.last_date, add_absence.start_time,
    add_absence.end_time, clinic.time_zone);
  perform app_private.lock_slots_in_absence(clinic.id, add_absence.doctor_id, during);
  -- Visits that are over stay as they are.
  live := array(
    select b from app_private.bookings_during(clinic.id, add_absence.doctor_id, during) b order by b.booking_slot_id);
  freed := app_private.end_visits_in_absence(live, add_absence.booked, add_absence.reason);
  insert into app_public.absences as a (clinic_id, doctor_id, kind, first_date, last_date, start_time, end_time, note,
    source_key)
  values (clinic.id, add_absence.doctor_id, add_absence.kind, add_absence.first_date, add_absence.last_date,
    add_absence.start_time, add_absence.end_time, add_absence.note, add_absence.source_key)
  returning a.* into absence;
  perform app_private.offer_rest_of_visits(clinic.id, freed);
  perform app_private.finish_idempotent(clinic.id, add_absence.idempotency_key, absence);
  return absence;
end
$$;

comment on function app_public.add_absence is
'Adds an absence of a doctor or, if `doctor_id` is null, of all doctors, from `start_time` on `first_date` to '
'`end_time` on `last_date` by the clinic''s clock; whole days where a time is null. The open slots in it are '
'withdrawn, holds on them end, and generation passes over this time. If visits are booked in it, `booked` decides: '
'refuse (still_in_use, listing them), list (they stay and go on the rebooking list) or cancel (the clinic cancels them '
'with `reason`, their patients are notified if an address is known, and they go on the rebooking list; '
'bookingsToPhone lists those whose patients have to be phoned). For the desk, and for doctors on their own absences. '
'Refuses forbidden, clinic_not_found, doctor_not_found, absence_exists, invalid_argument, text_too_long, '
'text_not_accepted, idempotency_key_reused.';

grant execute on function app_public.add_absence to app_staff;
