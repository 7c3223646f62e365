create or replace function app_private.slots_of_bookings(clinic_id bigint, booking_ids bigint[]) returns bigint[]
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Volatile, so that it sees what was committed while the caller waited for a lock.
  return array(
    select s.id from app_public.bookings b cross join lateral unnest(app_private.slots_of_booking(b)) s (id)
    where b.clinic_id = slots_of_bookings.clinic_id and b.id = any (slots_of_bookings.booking_ids)
      and b.status in ('booked', 'checked_in'));
end
$$;

comment on function app_private.slots_of_bookings is
'The ids of all slots of the live bookings among these.';
