create or replace function app_private.keep_absent_slot_withdrawn() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  absence_id bigint;
begin
  if OLD.status = 'open' then
    return NEW;
  end if;
  -- The row is locked already, and an absence locks it before it is committed, so this sees every absence.
  absence_id := app_private.absence_covering(NEW.clinic_id, NEW.doctor_id, NEW.during);
  if absence_id is not null and OLD.status = 'withdrawn' then
    perform app_hidden.refuse('doctor_absent', 'The doctor is absent at this time.',
      jsonb_build_object('bookingSlotId', NEW.id::text, 'absenceId', absence_id::text));
  elsif absence_id is not null then
    NEW.status := 'withdrawn';
  end if;
  NEW.withdrawn_for_absence_id := absence_id;
  return NEW;
end
$$;

comment on function app_private.keep_absent_slot_withdrawn is
'Trigger: a slot that is freed inside an absence is withdrawn, as if it had been free when the absence was added; a '
'withdrawn one is not opened (doctor_absent).';
