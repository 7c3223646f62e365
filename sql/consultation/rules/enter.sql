create or replace function app_private.enter(booking app_public.bookings, role text, display_name text)
returns app_public.consultation_entry
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  entry app_public.consultation_entry := app_private.entry_of(booking);
  visit app_public.consultations;
begin
  if entry.phase = 'early' then
    perform app_hidden.refuse('consultation_not_open', 'The online visit cannot be joined yet.',
      jsonb_build_object('opensAt', entry.opens_at));
  elsif entry.phase = 'preparing' then
    perform app_hidden.refuse('consultation_not_ready', 'The room is being prepared.');
  elsif entry.phase is distinct from 'open' then
    perform app_hidden.refuse('consultation_over', 'There is no online visit to join.',
      jsonb_build_object('phase', entry.phase));
  end if;
  update app_public.consultations c
  set patient_came_at = case enter.role when 'patient' then coalesce(c.patient_came_at, now())
      else c.patient_came_at end,
    doctor_came_at = case enter.role when 'doctor' then coalesce(c.doctor_came_at, now()) else c.doctor_came_at end
  where c.clinic_id = booking.clinic_id and c.booking_id = booking.id and c.state = 'ready'
    and c.booking_sequence = booking.sequence
  returning c.* into visit;
  if not found then
    perform app_hidden.refuse('consultation_not_ready', 'The room is being prepared.');
  end if;
  if (visit.patient_came_at, visit.doctor_came_at) is distinct from (entry.patient_came_at, entry.doctor_came_at) then
    -- For the subscription clinicDay. This is no booking transaction, and it happens twice for each visit at most.
    perform pg_notify('medislot:clinic:' || booking.clinic_id,
      jsonb_build_object('eventIds', '[]'::jsonb,
        'bookingSlotIds', jsonb_build_array(booking.booking_slot_id::text))::text);
  end if;
  entry.patient_came_at := visit.patient_came_at;
  entry.doctor_came_at := visit.doctor_came_at;
  entry.provider := visit.provider;
  entry.room := visit.room;
  entry.provider_reference := visit.provider_reference;
  if visit.provider = 'link' then
    -- Looked up now, because the doctor or the address may have changed.
    select dr.url into entry.provider_reference from app_public.doctor_rooms dr
    where dr.clinic_id = booking.clinic_id and dr.doctor_id = booking.doctor_id;
  end if;
  entry.role := enter.role;
  entry.display_name := enter.display_name;
  return entry;
end
$$;

comment on function app_private.enter is
'Records that the patient or the doctor (`role`) joins an online visit, announces it to the desk, and returns what the '
'address of the room is made of. The caller has checked who joins. Refuses consultation_not_open, '
'consultation_not_ready, consultation_over.';
