create or replace function app_private.refuse_slots_in_absences() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic_ids constant bigint[] := array(select distinct made.clinic_id from made);
  covered record;
begin
  -- Waits for an absence that is being added. Functions that make slots hold lock_schedule, which is stronger.
  perform from app_public.clinics c where c.id = any (clinic_ids) order by c.id for share;
  if not exists (select from app_public.absences a where a.clinic_id = any (clinic_ids)) then
    return null;
  end if;
  select made.slot_date, a.id as absence_id into covered
  from made
  join app_public.absences a
    on a.clinic_id = made.clinic_id and a.during && made.during
      and (a.doctor_id is null or a.doctor_id = made.doctor_id)
  where made.status in ('open', 'held')
  order by made.id, a.id limit 1;
  if found then
    perform app_hidden.refuse('doctor_absent', 'The doctor is absent at this time.',
      jsonb_build_object('slotDate', covered.slot_date, 'absenceId', covered.absence_id::text));
  end if;
  return null;
end
$$;

comment on function app_private.refuse_slots_in_absences is
'Trigger: refuses (doctor_absent) new slots that are open or held inside an absence, however they are made.';
