create or replace function app_private.fill_recording() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  policy app_public.policies;
  consent app_public.recording_consents;
  opens_at timestamptz;
  most constant int := 10;
begin
  select b.* into booking from app_public.bookings b
  where b.clinic_id = NEW.clinic_id and b.id = NEW.booking_id for share;
  select p.* into policy from app_public.policies p where p.clinic_id = NEW.clinic_id;
  -- The lock waits for a consent that is being withdrawn, and a later withdrawal sees the row that is written here.
  select c.* into consent from app_public.recording_consents c
  where c.clinic_id = NEW.clinic_id and c.booking_id = NEW.booking_id for no key update;
  select c.opens_at into opens_at from app_public.consultations c
  where c.clinic_id = NEW.clinic_id and c.booking_id = NEW.booking_id;

  if booking.id is null then
    perform app_hidden.refuse('booking_not_found', 'No such booking.',
      jsonb_build_object('bookingId', NEW.booking_id::text));
  elsif policy.records_visits is not true or not booking.is_online or booking.status in ('cancelled', 'no_show') then
    perform app_hidden.refuse('recording_not_offered', 'This visit is not recorded.');
  elsif opens_at is null or opens_at > now() then
    perform app_hidden.refuse('consultation_not_open', 'The online visit has not begun.',
      jsonb_build_object('opensAt', opens_at));
  elsif consent.patient_agreed_at is null or consent.patient_withdrew_at is not null then
    perform app_hidden.refuse('recording_not_agreed', 'The patient does not agree that the visit is recorded.',
      jsonb_build_object('missing', 'patient'));
  elsif consent.doctor_agreed_at is null or consent.doctor_withdrew_at is not null
        or consent.doctor_id <> booking.doctor_id then
    perform app_hidden.refuse('recording_not_agreed', 'The doctor does not agree that the visit is recorded.',
      jsonb_build_object('missing', 'doctor'));
  elsif (select count(*) from app_public.recordings r
         where r.clinic_id = NEW.clinic_id and r.booking_id = NEW.booking_id) >= most then
    perform app_hidden.refuse('too_many_recordings', 'The visit has as many recordings as it may have.',
      jsonb_build_object('most', most));
  end if;

  NEW.customer_id := booking.customer_id;
  NEW.doctor_id := booking.doctor_id;
  NEW.visit_starts_at := booking.visit_starts_at;
  NEW.state := 'uploading';
  NEW.patient_agreed_at := consent.patient_agreed_at;
  NEW.doctor_agreed_at := consent.doctor_agreed_at;
  NEW.created_at := now();
  NEW.delete_at := now() + policy.recordings_kept_for;
  NEW.upload_until := now() + interval '1 hour';
  NEW.state_since := now();
  NEW.retry_at := now() + interval '5 seconds';
  -- Nobody can guess it; the first part lets a bucket be divided by clinics.
  NEW.object_key := NEW.clinic_id || '/' || encode(public.gen_random_bytes(16), 'hex');
  return NEW;
end
$$;

comment on function app_private.fill_recording is
'Trigger: a recording is of an online visit that has begun, of a clinic that records visits, and to which the patient '
'and the doctor have agreed. It fills in everything but the kind of the file and its size. Refuses booking_not_found, '
'recording_not_offered, consultation_not_open, recording_not_agreed, too_many_recordings.';
