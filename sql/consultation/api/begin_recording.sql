create or replace function app_public.begin_recording(
  clinic_id bigint, booking_id bigint, content_type text, bytes bigint) returns app_public.recording_link
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  doctor_id bigint;
  recording app_public.recordings;
begin
  perform app_private.require_clinic_role(begin_recording.clinic_id, 'staff');
  select b.doctor_id into doctor_id from app_public.bookings b
  where b.clinic_id = begin_recording.clinic_id and b.id = begin_recording.booking_id;
  if not found then
    perform app_hidden.refuse('booking_not_found', 'No such booking.',
      jsonb_build_object('bookingId', begin_recording.booking_id::text));
  elsif not app_private.is_own_visit(begin_recording.clinic_id, doctor_id) then
    perform app_hidden.refuse('forbidden', 'Only the doctor of the visit adds recordings to it.');
  elsif begin_recording.bytes is null or begin_recording.bytes not between 1 and 5000000000 then
    perform app_hidden.refuse('invalid_argument', 'A recording has from 1 byte to 5 GB.',
      jsonb_build_object('argument', 'bytes'));
  end if;
  insert into app_public.recordings (clinic_id, booking_id, content_type, bytes)
  values (begin_recording.clinic_id, begin_recording.booking_id, begin_recording.content_type, begin_recording.bytes)
  returning * into recording;
  return app_private.recording_link_of(recording, 'PUT', recording.upload_until);
end
$$;

comment on function app_public.begin_recording is
'Begins the upload of a recording of an online visit: `url` takes one file of this kind and of exactly this many bytes '
'by PUT, with these as Content-Type and Content-Length, within an hour. `content_type` is video/mp4, video/webm, '
'audio/mp4, audio/mpeg, audio/ogg or audio/webm; `bytes` is at most 5000000000. The recording is stored when the job '
'keep_recordings has found the file; without one it is given up a day later. For the doctor of the visit. Refuses '
'unauthenticated, forbidden, booking_not_found, invalid_argument, recording_not_offered (the clinic does not record '
'visits, or it was cancelled or takes place at the clinic), consultation_not_open, recording_not_agreed, '
'too_many_recordings.';

grant execute on function app_public.begin_recording to app_staff;
