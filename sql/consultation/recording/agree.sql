create or replace function app_private.agree(
  booking app_public.bookings, side app_public.booking_party, agrees boolean) returns app_public.recording_consents
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  consent app_public.recording_consents;
  is_patient constant boolean := agree.side = 'customer';
begin
  if agree.agrees is null then
    perform app_hidden.refuse('invalid_argument', 'Say whether you agree.', jsonb_build_object('argument', 'agrees'));
  elsif agree.agrees then
    if not exists (
         select from app_public.policies p where p.clinic_id = booking.clinic_id and p.records_visits)
       or not booking.is_online then
      perform app_hidden.refuse('recording_not_offered', 'This visit is not recorded.');
    elsif booking.status not in ('booked', 'checked_in') or not exists (
            select from app_public.consultations c
            where c.clinic_id = booking.clinic_id and c.booking_id = booking.id and c.closes_at > now()) then
      -- A later consent is refused, because the recording would have been made without it.
      perform app_hidden.refuse('consultation_over', 'The online visit is over.', '{"phase": "over"}');
    end if;
    insert into app_public.recording_consents as c (
      clinic_id, booking_id, customer_id, doctor_id, patient_agreed_at, doctor_agreed_at)
    values (booking.clinic_id, booking.id, booking.customer_id, booking.doctor_id,
      case when is_patient then now() end, case when not is_patient then now() end)
    on conflict on constraint a_visit_has_one_recording_consent do update
    set doctor_id = excluded.doctor_id,
      -- A consent that is still valid keeps its time.
      patient_agreed_at = case when is_patient and (c.patient_agreed_at is null or c.patient_withdrew_at is not null)
        then now() else c.patient_agreed_at end,
      patient_withdrew_at = case when not is_patient then c.patient_withdrew_at end,
      doctor_agreed_at = case
        when not is_patient and (c.doctor_agreed_at is null or c.doctor_withdrew_at is not null
          or c.doctor_id <> excluded.doctor_id) then now()
        when c.doctor_id = excluded.doctor_id then c.doctor_agreed_at end,
      doctor_withdrew_at = case when is_patient and c.doctor_id = excluded.doctor_id then c.doctor_withdrew_at end
    returning c.* into consent;
  else
    update app_public.recording_consents c
    set patient_withdrew_at = case when is_patient and c.patient_agreed_at is not null
        then coalesce(c.patient_withdrew_at, now()) else c.patient_withdrew_at end,
      doctor_withdrew_at = case when not is_patient and c.doctor_agreed_at is not null
        then coalesce(c.doctor_withdrew_at, now()) else c.doctor_withdrew_at end
    where c.clinic_id = booking.clinic_id and c.booking_id = booking.id
    returning c.* into consent;
    perform app_private.discard_recordings(booking.clinic_id, booking.id);
  end if;
  if consent.booking_id is null then
    -- There was nothing to withdraw, and nothing is stored.
    consent.clinic_id := booking.clinic_id;
    consent.booking_id := booking.id;
    consent.customer_id := booking.customer_id;
    consent.doctor_id := booking.doctor_id;
  end if;
  return consent;
end
$$;

comment on function app_private.agree is
'Records that the patient (`side` customer) or the doctor (`side` clinic) agrees to a recording of an online visit, '
'or no longer agrees; then the recordings are removed. The caller has checked who calls and has locked the booking. '
'Refuses invalid_argument, recording_not_offered, consultation_over.';
