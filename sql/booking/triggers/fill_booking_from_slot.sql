create or replace function app_private.fill_booking_from_slot() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  service record;
begin
  if TG_OP = 'UPDATE' and (NEW.booking_slot_id, NEW.service_id) is not distinct from (OLD.booking_slot_id,
    OLD.service_id)
  then
    -- The booking keeps its slots. They are not read again, since those of a cancelled booking are free.
    NEW.doctor_id := OLD.doctor_id;
    NEW.slot_date := OLD.slot_date;
    NEW.during := OLD.during;
    NEW.visit_starts_at := OLD.visit_starts_at;
    NEW.visit_ends_at := OLD.visit_ends_at;
    NEW.is_online := OLD.is_online;
    NEW.takes_resources := OLD.takes_resources;
  else
    -- Copies, so that constraints on bookings can use time and doctor. They cannot become stale: the doctor and time of
    -- a slot never change.
    select bs.doctor_id, bs.slot_date, bs.during into NEW.doctor_id, NEW.slot_date, NEW.during
    from app_public.booking_slots bs where bs.clinic_id = NEW.clinic_id and bs.id = NEW.booking_slot_id;
    if not found then
      perform app_hidden.refuse('slot_not_found', 'No such slot in this clinic.',
        jsonb_build_object('bookingSlotId', NEW.booking_slot_id::text));
    end if;
    NEW.visit_starts_at := lower(NEW.during);
    NEW.visit_ends_at := upper(NEW.during);
    NEW.takes_resources := false;
    if TG_OP = 'UPDATE' and NEW.service_id is not distinct from OLD.service_id then
      -- A move keeps the place (is_online), even if the service has been changed since, because earlier messages have
      -- told the patient the place.
      NEW.is_online := OLD.is_online;
    elsif NEW.service_id is null then
      NEW.is_online := false;
    end if;
    if NEW.service_id is not null then
      -- The other slots of the visit were booked before this: see app_private.take_run. That they adjoin each other is
      -- checked at the commit.
      select range_merge(NEW.during, coalesce(range_merge(range_agg(bs.during)), NEW.during)) into NEW.during
      from app_public.booking_slots bs
      where bs.clinic_id = NEW.clinic_id and bs.head_slot_id = NEW.booking_slot_id;
      select s.buffer_before, s.buffer_after, coalesce(ds.duration, s.duration) as duration, s.mode,
        s.takes_resources
      into service
      from app_public.services s
      left join app_public.doctor_services ds
        on ds.clinic_id = s.clinic_id and ds.service_id = s.id and ds.doctor_id = NEW.doctor_id
      where s.clinic_id = NEW.clinic_id and s.id = NEW.service_id;
      if TG_OP = 'INSERT' or NEW.service_id is distinct from OLD.service_id then
        NEW.is_online := case service.mode when 'online' then true when 'either' then NEW.is_online else false end;
      end if;
      -- A service that does not exist is refused by its foreign key.
      NEW.takes_resources := coalesce(service.takes_resources, false) and not NEW.is_online;
      if service.duration is not null then
        NEW.visit_starts_at := lower(NEW.during) + service.buffer_before;
        NEW.visit_ends_at := NEW.visit_starts_at + service.duration;
        if NEW.visit_ends_at + service.buffer_after > upper(NEW.during) then
          raise exception 'the slots of booking % are shorter than its visit with its buffers', NEW.id
            using errcode = 'check_violation', constraint = TG_NAME;
        end if;
      end if;
    end if;
  end if;
  -- ActiveEntityId: a booking ahead needs an active doctor. One that has begun does not, so that a visit can still be
  -- completed when its doctor has left.
  NEW.active_doctor_id := case when NEW.status in ('booked', 'checked_in') and lower(NEW.during) > now()
    then NEW.doctor_id end;
  return NEW;
end
$$;

comment on function app_private.fill_booking_from_slot is
'Trigger: takes a booking''s doctor, date and time from its slots, whatever the statement said, and sets '
'active_doctor_id, is_online and takes_resources. With a service, `during` is the time of all slots that have the '
'booking''s slot as head_slot_id, and the visit begins after the service''s buffer; slots that are too short for it '
'are refused (check_violation). Refuses slot_not_found.';
