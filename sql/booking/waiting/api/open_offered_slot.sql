create or replace function app_public.open_offered_slot(clinic_id bigint, booking_slot_id bigint)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  slot app_public.booking_slots;
begin
  perform app_private.require_clinic_role(open_offered_slot.clinic_id, 'desk');
  slot := app_private.lock_visit(open_offered_slot.clinic_id, open_offered_slot.booking_slot_id);
  if slot.status = 'held' and slot.customer_id is null then
    update app_public.booking_slots bs set status = 'open', held_until = null
    where bs.clinic_id = slot.clinic_id and bs.id = any (app_private.slots_of_visit(slot.clinic_id, slot.id));
    slot := app_private.lock_slot(slot.clinic_id, slot.id);
  end if;
  return slot;
end
$$;

comment on function app_public.open_offered_slot is
'Ends the offers of a time that is offered to the waiting list. From then on anyone can book it, and the desk can '
'book it for anyone. A slot that is not offered stays as it is. For the desk. Refuses slot_not_found, forbidden, '
'unauthenticated.';

grant execute on function app_public.open_offered_slot to app_staff;
