create or replace function app_private.lock_slots_in_absence(
  clinic_id bigint, doctor_id bigint, variadic durings tstzrange[])
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  ids constant bigint[] := array(
    select unnest(app_private.slots_in_absence(lock_slots_in_absence.clinic_id, lock_slots_in_absence.doctor_id, d))
    from unnest(durings) d);
begin
  perform from app_public.booking_slots bs
  where bs.clinic_id = lock_slots_in_absence.clinic_id and bs.id = any (ids)
  order by bs.id for no key update;
  -- A time slot is not moved before lift_absence has opened slots at its hours.
  perform from app_public.time_slots ts
  where ts.clinic_id = lock_slots_in_absence.clinic_id and ts.id in (
    select bs.time_slot_id from app_public.booking_slots bs
    where bs.clinic_id = lock_slots_in_absence.clinic_id and bs.id = any (ids))
  order by ts.id for share;
  if exists (
       select from unnest(durings) d
       where not app_private.slots_in_absence(
         lock_slots_in_absence.clinic_id, lock_slots_in_absence.doctor_id, d) <@ ids) then
    -- Locking the others now would be in the wrong order.
    raise exception 'a slot in the absence became part of a longer visit meanwhile'
      using errcode = 'serialization_failure';
  end if;
end
$$;

comment on function app_private.lock_slots_in_absence is
'Locks the slots of slots_in_absence, for one or more times, by id, and then their time slots. After that, statements '
'of the caller see what was booked meanwhile. The caller holds lock_schedule, so no slot is added. Fails with 40001 if '
'a slot becomes part of a longer visit at the same moment: repeat the call.';
