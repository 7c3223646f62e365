create or replace function app_private.shift_of_series(clinic_id bigint, doctor_id bigint, time_slot_id bigint)
returns app_public.time_slots
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  shift app_public.time_slots;
begin
  if not exists (
    select from app_public.doctors d
    where d.clinic_id = shift_of_series.clinic_id and d.id = shift_of_series.doctor_id)
  then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.',
      jsonb_build_object('doctorId', shift_of_series.doctor_id::text));
  end if;
  select ts.* into shift from app_public.time_slots ts
  where ts.clinic_id = shift_of_series.clinic_id and ts.id = shift_of_series.time_slot_id;
  if shift.id is null then
    perform app_hidden.refuse('time_slot_not_found', 'No such time slot in this clinic.',
      jsonb_build_object('timeSlotId', shift_of_series.time_slot_id::text));
  end if;
  return shift;
end
$$;

comment on function app_private.shift_of_series is
'The time slot of a series that is planned with this doctor. Refuses doctor_not_found, time_slot_not_found.';
