create type app_public.consultation_state as enum ('wanted', 'ready', 'failed', 'unwanted', 'over');
comment on type app_public.consultation_state is
'The room of an online visit: to be prepared (wanted), prepared for the present time (ready), not prepared after '
'several attempts, which go on (failed), to be dropped (unwanted), dropped or expired (over).';

create type app_public.consultation_phase as enum ('early', 'preparing', 'open', 'over', 'cancelled');
comment on type app_public.consultation_phase is
'Whether an online visit can be joined now: it is too early, the room is being prepared, it is open, it is over, or '
'the visit is cancelled or takes place at the clinic.';

create type app_public.consultation_entry as (
  clinic_id bigint,
  booking_id bigint,
  phase app_public.consultation_phase,
  starts_at timestamptz,
  ends_at timestamptz,
  opens_at timestamptz,
  closes_at timestamptz,
  time_zone text,
  clinic_name text,
  doctor_name text,
  patient_came_at timestamptz,
  doctor_came_at timestamptz,
  provider text,
  room text,
  provider_reference text,
  role text,
  display_name text,
  refusal text,
  is_recorded boolean,
  recordings_kept_for interval,
  patient_agreed_at timestamptz,
  doctor_agreed_at timestamptz
);
comment on type app_public.consultation_entry is
'The entrance of an online visit, without the name, contact or note of the patient.';
comment on column app_public.consultation_entry.opens_at is 'From when the visit can be joined.';
comment on column app_public.consultation_entry.closes_at is 'Until when the visit can be joined.';
comment on column app_public.consultation_entry.patient_came_at is 'When the patient first joined.';
comment on column app_public.consultation_entry.doctor_came_at is 'When the doctor first joined.';
comment on column app_public.consultation_entry.provider is
$c$@behavior -*
Set when the caller joins. The server makes the address of the room from it and the following columns.$c$;
comment on column app_public.consultation_entry.room is '@behavior -*';
comment on column app_public.consultation_entry.provider_reference is '@behavior -*';
comment on column app_public.consultation_entry.role is '@behavior -*';
comment on column app_public.consultation_entry.display_name is '@behavior -*';
comment on column app_public.consultation_entry.refusal is
'As in auth_tokens: the name of a refusal that could not be raised, because an attempt had to be counted.';
comment on column app_public.consultation_entry.is_recorded is
'Whether the clinic records visits to which both sides agree.';
comment on column app_public.consultation_entry.recordings_kept_for is 'How long the clinic keeps a recording.';
comment on column app_public.consultation_entry.patient_agreed_at is
'When the patient agreed that the visit is recorded. Null: the patient does not agree.';
comment on column app_public.consultation_entry.doctor_agreed_at is
'When the doctor agreed that the visit is recorded. Null: the doctor does not agree.';

create type app_public.recording_state as enum ('uploading', 'stored', 'removing');
comment on type app_public.recording_state is
'A recording whose upload was begun (uploading), whose file is there (stored), or whose file is being deleted, which '
'nobody sees (removing).';

create type app_public.recording_link as (
  clinic_id bigint,
  recording_id bigint,
  booking_id bigint,
  content_type text,
  bytes bigint,
  expires_at timestamptz,
  method text,
  object_key text
);
comment on type app_public.recording_link is 'A link to the file of a recording, for a short time.';
comment on column app_public.recording_link.expires_at is 'Until when the upload or the download may begin.';
comment on column app_public.recording_link.method is
'How `url` is requested: PUT to upload the file, GET to download it.';
comment on column app_public.recording_link.object_key is '@behavior -*';
