create table app_public.recording_consents (
  clinic_id bigint not null,
  booking_id bigint not null,
  customer_id bigint not null,
  doctor_id bigint not null,
  patient_agreed_at timestamptz,
  patient_withdrew_at timestamptz,
  doctor_agreed_at timestamptz,
  doctor_withdrew_at timestamptz,
  constraint a_visit_has_one_recording_consent primary key (clinic_id, booking_id),
  constraint recording_consents_are_of_a_booking foreign key (clinic_id, booking_id)
    references app_public.bookings (clinic_id, id) on delete cascade,
  constraint patients_withdraw_after_they_agreed
    check (patient_withdrew_at is null or coalesce(patient_withdrew_at >= patient_agreed_at, false)),
  constraint doctors_withdraw_after_they_agreed
    check (doctor_withdrew_at is null or coalesce(doctor_withdrew_at >= doctor_agreed_at, false))
);

comment on table app_public.recording_consents is
$c$Whether the patient and the doctor of an online visit agree that it is recorded. Seen by these two only. Removed when
the booking is archived: a recording keeps when both agreed.
@foreignKey (clinic_id, doctor_id) references app_public.doctors (clinic_id, id)|@backwardBehavior -*
@foreignKey (customer_id) references app_public.customers (id)|@backwardBehavior -*$c$;
comment on column app_public.recording_consents.doctor_id is
'The doctor of the visit. When the visit moves to another doctor, that one has not agreed yet.';
comment on column app_public.recording_consents.patient_agreed_at is
'When the patient, or their guardian, last agreed. Null: never.';
comment on column app_public.recording_consents.patient_withdrew_at is
'When the patient withdrew this consent. Null: it stands.';
comment on column app_public.recording_consents.doctor_agreed_at is 'When the doctor last agreed. Null: never.';
comment on column app_public.recording_consents.doctor_withdrew_at is
'When the doctor withdrew this consent. Null: it stands.';

create index recording_consents_of_a_customer on app_public.recording_consents (customer_id);

alter table app_public.recording_consents enable row level security;
create policy customers_see_their_recording_consents on app_public.recording_consents
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy doctors_see_the_recording_consents_of_their_visits on app_public.recording_consents
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[])
    and doctor_id = any ((select app_hidden.own_doctor_ids())::bigint[]));
grant select on app_public.recording_consents to app_customer;

create trigger recording_consents_stay_with_their_booking before update on app_public.recording_consents
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'booking_id', 'customer_id');
