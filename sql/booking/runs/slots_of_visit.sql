create or replace function app_private.slots_of_visit(clinic_id bigint, booking_slot_id bigint) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  slot app_public.booking_slots;
begin
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = slots_of_visit.clinic_id and bs.id = slots_of_visit.booking_slot_id;
  case slot.status
    when 'booked' then
      return coalesce(slot.head_slot_id, slot.id) || array(
        select bs.id from app_public.booking_slots bs
        where bs.clinic_id = slot.clinic_id and bs.head_slot_id = coalesce(slot.head_slot_id, slot.id));
    when 'held' then
      if slot.customer_id is null then
        return coalesce((
          select o.slot_ids from app_public.slot_offers o
          where o.clinic_id = slot.clinic_id and o.slot_ids @> array[slot.id] and o.state = 'offered'
          limit 1), array[slot.id]);
      end if;
      -- hold_slot gives each hold of a customer in a clinic an end of its own.
      return array(
        select bs.id from app_public.booking_slots bs
        where bs.clinic_id = slot.clinic_id and bs.customer_id = slot.customer_id and bs.status = 'held'
          and bs.held_until = slot.held_until);
    else
      return array[slots_of_visit.booking_slot_id];
  end case;
end
$$;

comment on function app_private.slots_of_visit is
'The ids of this slot and of all slots that are booked, held or offered together with it.';
