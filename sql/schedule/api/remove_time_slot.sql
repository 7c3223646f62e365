create or replace function app_public.remove_time_slot(
  clinic_id bigint, time_slot_id bigint, row_version int default null)
returns app_public.time_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  shift app_public.time_slots;
begin
  perform app_private.require_clinic_role(remove_time_slot.clinic_id, 'manage');
  select ts.* into shift from app_public.time_slots ts
  where ts.clinic_id = remove_time_slot.clinic_id and ts.id = remove_time_slot.time_slot_id for update;
  if shift.id is null then
    perform app_hidden.refuse('time_slot_not_found', 'No such time slot in this clinic.',
      jsonb_build_object('timeSlotId', remove_time_slot.time_slot_id::text));
  end if;
  perform app_private.require_version('time_slots', remove_time_slot.row_version, shift.row_version);
  begin
    delete from app_public.time_slots ts where ts.clinic_id = shift.clinic_id and ts.id = shift.id;
    shift.is_active := false;
  exception when foreign_key_violation then
    -- Templates or slots refer to it, so it stays, but no new ones are made of it.
    update app_public.time_slots ts set is_active = false
    where ts.clinic_id = shift.clinic_id and ts.id = shift.id returning ts.* into shift;
  end;
  return shift;
end
$$;

comment on function app_public.remove_time_slot is
'Removes a time slot that nothing refers to. One that templates or slots refer to becomes inactive instead, and '
'generation skips it. Returns it. For managers. Refuses forbidden, unauthenticated, time_slot_not_found, '
'stale_row_version.';

grant execute on function app_public.remove_time_slot to app_staff;
