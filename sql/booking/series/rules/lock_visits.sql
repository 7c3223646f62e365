create or replace function app_private.lock_visits(
  clinic_id bigint, booking_ids bigint[], other_slot_ids bigint[] default '{}') returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  slot_ids constant bigint[] := other_slot_ids || app_private.slots_of_bookings(
    lock_visits.clinic_id, lock_visits.booking_ids);
begin
  perform from app_public.booking_slots bs
  where bs.clinic_id = lock_visits.clinic_id and bs.id = any (slot_ids)
  order by bs.id for update;
  perform from app_public.bookings b
  where b.clinic_id = lock_visits.clinic_id and b.id = any (lock_visits.booking_ids)
  order by b.id for no key update;
  if not app_private.slots_of_bookings(lock_visits.clinic_id, lock_visits.booking_ids) <@ slot_ids then
    -- Locking the slots of a visit that was moved meanwhile would be in the wrong order.
    raise exception 'a visit was rescheduled meanwhile' using errcode = 'serialization_failure';
  end if;
end
$$;

comment on function app_private.lock_visits is
'Locks bookings together with their slots and, if given, others, in the common order of locks, as lock_booking does '
'for one. Fails with 40001 if one of them is moved at the same moment: repeat the call.';
