create or replace function app_public.clinic_of_booking_slot(booking_slot_id bigint) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- With the owner's rights: a slot that another customer has just booked is no longer visible to the caller, but the
  -- refusal must be slot_taken and not slot_not_found.
  return (select bs.clinic_id from app_public.booking_slots bs where bs.id = clinic_of_booking_slot.booking_slot_id);
end
$$;

comment on function app_public.clinic_of_booking_slot is
'The clinic of a slot, for callers who know only the slot''s id; null if there is no such slot. Reveals nothing else '
'about it. Anyone may call it.';

grant execute on function app_public.clinic_of_booking_slot to app_anonymous;
