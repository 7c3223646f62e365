create table app_public.recordings (
  clinic_id bigint not null,
  id bigint generated always as identity,
  -- Without a foreign key: the recording outlives the booking, which is archived, until its object is deleted.
  booking_id bigint not null,
  customer_id bigint not null,
  doctor_id bigint not null,
  visit_starts_at timestamptz not null,
  state app_public.recording_state not null default 'uploading',
  content_type text not null,
  bytes bigint not null,
  patient_agreed_at timestamptz not null,
  doctor_agreed_at timestamptz not null,
  created_at timestamptz not null default now(),
  delete_at timestamptz not null,
  -- Until when the upload may begin. The link for it cannot be revoked, so the object is deleted once more after that.
  upload_until timestamptz not null,
  state_since timestamptz not null default now(),
  -- When the job looks at it again.
  retry_at timestamptz not null default now(),
  last_error text,
  object_key text not null,
  constraint recordings_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint recordings_are_of_a_customer_of_the_clinic foreign key (clinic_id, customer_id)
    references app_public.clinic_customers (clinic_id, customer_id),
  constraint recordings_are_by_a_doctor_of_the_clinic foreign key (clinic_id, doctor_id)
    references app_public.doctors (clinic_id, id),
  constraint recordings_are_video_or_audio check (app_hidden.require_one_of(content_type, 'contentType',
    'video/mp4', 'video/webm', 'audio/mp4', 'audio/mpeg', 'audio/ogg', 'audio/webm')),
  constraint recordings_have_at_most_five_gigabytes check (bytes between 1 and 5000000000),
  constraint recordings_begin_after_both_agreed check (greatest(patient_agreed_at, doctor_agreed_at) <= created_at),
  constraint each_recording_has_an_object_of_its_own unique (clinic_id, object_key)
);

comment on table app_public.recordings is
$c$Recordings of online visits: what is known about them. The recording itself is an object in a bucket, which the
doctor's browser uploads and whose links are valid for some minutes. Seen by the doctor and the patient of the visit
only.
@foreignKey (clinic_id, booking_id) references app_public.bookings (clinic_id, id)
@foreignKey (customer_id) references app_public.customers (id)|@backwardBehavior -*$c$;
comment on constraint recordings_are_of_a_customer_of_the_clinic on app_public.recordings is '@behavior -*';
comment on column app_public.recordings.booking_id is 'The visit. Its booking may be archived.';
comment on column app_public.recordings.customer_id is 'The patient of the visit.';
comment on column app_public.recordings.doctor_id is 'The doctor of the visit when it was recorded.';
comment on column app_public.recordings.bytes is 'Its size, at most 5 GB.';
comment on column app_public.recordings.patient_agreed_at is 'When the patient agreed to be recorded.';
comment on column app_public.recordings.doctor_agreed_at is 'When the doctor agreed to be recorded.';
comment on column app_public.recordings.created_at is 'When the upload was begun.';
comment on column app_public.recordings.delete_at is
'When it is deleted, by the clinic''s policy. A policy that is shortened later brings it forward; one that is extended '
'does not postpone it.';
comment on column app_public.recordings.upload_until is '@behavior -*';
comment on column app_public.recordings.state_since is '@behavior -*';
comment on column app_public.recordings.retry_at is '@behavior -*';
comment on column app_public.recordings.last_error is '@behavior -*';
comment on column app_public.recordings.object_key is '@behavior -*';

create index recordings_that_need_work on app_public.recordings (retry_at);
create index recordings_of_a_visit on app_public.recordings (clinic_id, booking_id);
create index recordings_of_a_customer on app_public.recordings (customer_id);

alter table app_public.recordings enable row level security;
create policy customers_see_their_recordings on app_public.recordings
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()) and state <> 'removing');
create policy doctors_see_the_recordings_of_their_visits on app_public.recordings
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[])
    and doctor_id = any ((select app_hidden.own_doctor_ids())::bigint[]) and state <> 'removing');
grant select (clinic_id, id, booking_id, customer_id, doctor_id, visit_starts_at, state, content_type, bytes,
    patient_agreed_at, doctor_agreed_at, created_at, delete_at) on app_public.recordings to app_customer;

create trigger recordings_are_of_a_visit_that_may_be_recorded before insert on app_public.recordings
  for each row execute function app_private.fill_recording();
create trigger recordings_stay_what_they_are before update on app_public.recordings
  for each row execute function app_hidden.refuse_new_identity(
    'clinic_id', 'id', 'booking_id', 'customer_id', 'doctor_id', 'bytes', 'upload_until', 'object_key');
