create or replace function app_private.reopen_slot(
  slot app_public.booking_slots, during tstzrange, service_id bigint default null)
returns app_public.booking_slots
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- The doctor may have got another slot at this time while this one was withdrawn.
  if exists (
       select from app_private.taken_times(slot.clinic_id, array[slot.doctor_id], array[reopen_slot.during])) then
    perform app_hidden.refuse('slot_overlaps', 'The doctor has another slot at this time.',
      jsonb_build_object('bookingSlotId', slot.id::text));
  end if;
  if slot.during <> reopen_slot.during then
    -- Its time slot has other hours than when it was made, and a slot's hours never change: another slot takes its
    -- place.
    select r.* into slot from app_private.replace_slots(slot.clinic_id, array[slot.id], array[reopen_slot.during]) r;
  end if;
  update app_public.booking_slots bs
  set status = 'open', service_id = coalesce(reopen_slot.service_id, bs.service_id),
    -- A slot that no template wants is one made by hand, which templates leave alone.
    from_template = bs.from_template and exists (
      select from app_public.doctor_slot_templates t
      where t.clinic_id = bs.clinic_id and t.doctor_id = bs.doctor_id and t.time_slot_id = bs.time_slot_id
        and t.weekday = extract(isodow from bs.slot_date) and t.validity @> bs.slot_date)
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id
  returning bs.* into slot;
  return slot;
end
$$;

comment on function app_private.reopen_slot is
'Reopens a withdrawn slot at the present hours of its time slot (`during`); if these are not its own, a new slot '
'replaces it. It is reserved for `service_id` if that is given, otherwise as before. The caller has locked it and '
'holds lock_schedule. Returns the open slot. Refuses slot_overlaps if the doctor has another slot at this time.';
