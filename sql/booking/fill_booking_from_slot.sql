create or replace function app_private.fill_booking_from_slot() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Copies, so that constraints on bookings can speak of time and doctor. They cannot go stale: a slot's doctor and time never change.
  select bs.doctor_id, bs.slot_date, bs.during into NEW.doctor_id, NEW.slot_date, NEW.during
  from app_public.booking_slots bs where bs.clinic_id = NEW.clinic_id and bs.id = NEW.booking_slot_id;
  if not found then
    perform app_hidden.refuse('slot_not_found', 'No such slot in this clinic.', jsonb_build_object('bookingSlotId', NEW.booking_slot_id::text));
  end if;
  -- ActiveEntityId: a booking ahead needs an active doctor. One that has begun does not, so that a visit can still be completed when its
  -- doctor has left.
  NEW.active_doctor_id := case when NEW.status in ('booked', 'checked_in') and lower(NEW.during) > now() then NEW.doctor_id end;
  return NEW;
end
$$;

comment on function app_private.fill_booking_from_slot() is
'Trigger: takes a booking''s doctor, date and time from its slot, whatever the statement said, and sets active_doctor_id. Refuses slot_not_found.';

revoke all on function app_private.fill_booking_from_slot() from public;
