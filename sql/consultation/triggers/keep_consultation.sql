create or replace function app_private.keep_consultation() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if NEW.is_online and NEW.status in ('booked', 'checked_in') then
    insert into app_public.consultations as c (
      clinic_id, booking_id, customer_id, booking_sequence, opens_at, closes_at)
    select NEW.clinic_id, NEW.id, NEW.customer_id, NEW.sequence, NEW.visit_starts_at - p.consultation_opens_before,
      NEW.visit_ends_at + p.consultation_closes_after
    from app_public.policies p where p.clinic_id = NEW.clinic_id
    on conflict on constraint a_booking_has_one_consultation do update
    set booking_sequence = excluded.booking_sequence, opens_at = excluded.opens_at, closes_at = excluded.closes_at,
      state = 'wanted', attempts = 0, last_error = null, patient_came_at = null, doctor_came_at = null,
      -- Not before a running attempt has ended.
      retry_at = case when c.state in ('ready', 'over') then now() else greatest(c.retry_at, now()) end
    -- A check-in, or one that is undone, changes nothing about the room.
    where c.booking_sequence <> excluded.booking_sequence or c.state in ('unwanted', 'over');
    if TG_OP = 'UPDATE' then
      -- Another doctor has not agreed to be recorded.
      update app_public.recording_consents c
      set doctor_id = NEW.doctor_id, doctor_agreed_at = null, doctor_withdrew_at = null
      where c.clinic_id = NEW.clinic_id and c.booking_id = NEW.id and c.doctor_id <> NEW.doctor_id;
    end if;
  elsif NEW.status = 'cancelled' or not NEW.is_online then
    update app_public.consultations c
    set state = 'unwanted', attempts = 0,
      retry_at = case when c.state = 'ready' then now() else greatest(c.retry_at, now()) end
    where c.clinic_id = NEW.clinic_id and c.booking_id = NEW.id and c.state <> 'over';
  end if;
  return null;
end
$$;

comment on function app_private.keep_consultation is
'Trigger: an online visit gets a consultation in the transaction of its booking; a move asks for a room at the new '
'time, and a cancellation for its end. It writes the row only: the job prepare_consultations does the rest.';
