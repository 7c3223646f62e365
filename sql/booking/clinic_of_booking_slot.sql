create or replace function app_public.clinic_of_booking_slot(booking_slot_id bigint) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Definer rights, because who loses a rush for a slot does not see it any more, and is to be told that it is taken, not that it never was.
  return (select bs.clinic_id from app_public.booking_slots bs where bs.id = clinic_of_booking_slot.booking_slot_id);
end
$$;

comment on function app_public.clinic_of_booking_slot(bigint) is
'Which clinic a slot belongs to, for callers who know its id alone; null when there is none. Tells nothing else of it. Open to everybody.';

revoke all on function app_public.clinic_of_booking_slot(bigint) from public;
grant execute on function app_public.clinic_of_booking_slot(bigint) to app_anonymous;
