create or replace function app_private.reopen_slot(slot app_public.booking_slots, during tstzrange) returns app_public.booking_slots
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  withdrawn_id bigint := slot.id;
begin
  if slot.during <> reopen_slot.during then
    -- Its time slot has other hours than when it was made, and a slot's hours never change: another slot takes its place.
    select r.* into slot from app_private.replace_slots(slot.clinic_id, array[slot.id], array[reopen_slot.during]) r;
  end if;
  update app_public.booking_slots bs
  set status = 'open',
    -- A slot that no template wants is one made by hand, which templates leave alone.
    from_template = bs.from_template and exists (
      select from app_public.doctor_slot_templates t
      where t.clinic_id = bs.clinic_id and t.doctor_id = bs.doctor_id and t.time_slot_id = bs.time_slot_id
        and t.weekday = extract(isodow from bs.slot_date) and t.validity @> bs.slot_date)
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id
  returning bs.* into slot;
  return slot;
exception when exclusion_violation then
  -- The doctor got another slot at this time while this one was withdrawn.
  perform app_hidden.refuse('slot_overlaps', 'The doctor has another slot at this time.', jsonb_build_object('bookingSlotId', withdrawn_id::text));
end
$$;

comment on function app_private.reopen_slot(app_public.booking_slots, tstzrange) is
'Opens a withdrawn slot again at the hours that its time slot has now (`during`), or, where these are not its own, a new slot in its place. The caller has locked it. Returns the open slot. Refuses slot_overlaps when the doctor has another slot at this time.';

revoke all on function app_private.reopen_slot(app_public.booking_slots, tstzrange) from public;
