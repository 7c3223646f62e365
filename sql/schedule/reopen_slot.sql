create or replace function app_private.reopen_slot(slot app_public.booking_slots) returns app_public.booking_slots
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  begin
    update app_public.booking_slots bs set status = 'open'
    where bs.clinic_id = slot.clinic_id and bs.id = slot.id
    returning bs.* into slot;
  exception when exclusion_violation then
    -- While it was withdrawn, another slot took its time.
    perform app_hidden.refuse('slot_overlaps', 'The doctor has another slot at this time.');
  end;
  return slot;
end
$$;

comment on function app_private.reopen_slot(app_public.booking_slots) is
'Opens a withdrawn slot again; the caller has locked it. Refuses slot_overlaps when the doctor has become busy then.';

revoke all on function app_private.reopen_slot(app_public.booking_slots) from public;
