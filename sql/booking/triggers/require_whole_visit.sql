create or replace function app_private.require_whole_visit() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  the_clinic bigint;
  heads bigint[];
  broken bigint;
begin
  if TG_TABLE_NAME = 'bookings' then
    the_clinic := OLD.clinic_id;
    heads := array[OLD.booking_slot_id];
  elsif TG_OP = 'INSERT' then
    the_clinic := NEW.clinic_id;
    heads := array[NEW.head_slot_id];
  else
    the_clinic := NEW.clinic_id;
    -- Also the visit that the slot has left.
    heads := array[coalesce(NEW.head_slot_id, NEW.id), OLD.head_slot_id];
  end if;
  -- Deferred to the commit, because slots are updated before their booking is inserted or moved. Reads the state at
  -- commit.
  select b.id into broken
  from app_public.bookings b
  cross join lateral (
    select range_agg(bs.during) as covered,
      bool_and(bs.status = 'booked' and bs.customer_id = b.customer_id and bs.doctor_id = b.doctor_id) as are_its_own
    from app_public.booking_slots bs
    where bs.clinic_id = b.clinic_id and (bs.id = b.booking_slot_id or bs.head_slot_id = b.booking_slot_id)
  ) slots
  where b.clinic_id = the_clinic and b.active_booking_slot_id = any (heads)
    and (slots.covered = multirange(b.during) and slots.are_its_own) is not true
  limit 1;
  if found then
    raise exception 'the slots of booking % are not one doctor''s slots, one right after the other, booked for its '
      'customer and as long as the booking', broken
      using errcode = 'check_violation', constraint = TG_NAME;
  end if;
  return null;
end
$$;

comment on function app_private.require_whole_visit is
'Constraint trigger on booking_slots and bookings: at commit, the slot of a booking that is not cancelled and the '
'slots that have it as their head_slot_id are of one doctor, adjoin each other, are booked for its customer, and '
'together are as long as the booking.';
