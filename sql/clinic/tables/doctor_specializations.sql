create table app_public.doctor_specializations (
  clinic_id bigint not null,
  doctor_id bigint not null,
  specialization_id bigint not null,
  constraint a_doctor_has_a_specialization_once primary key (clinic_id, doctor_id, specialization_id),
  constraint doctor_specializations_belong_to_a_doctor foreign key (clinic_id, doctor_id)
    references app_public.doctors (clinic_id, id) on delete cascade,
  constraint doctor_specializations_name_a_specialization
    foreign key (specialization_id) references app_public.specializations (id)
);

comment on table app_public.doctor_specializations is 'The specializations of each doctor.';

create index doctors_of_a_specialization on app_public.doctor_specializations (specialization_id);

alter table app_public.doctor_specializations enable row level security;
create policy everybody_sees_doctor_specializations on app_public.doctor_specializations
  for select to app_anonymous using (true);
create policy managers_add_doctor_specializations on app_public.doctor_specializations
  for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_remove_doctor_specializations on app_public.doctor_specializations
  for delete to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.doctor_specializations for all to app_admin using (true);
grant select on app_public.doctor_specializations to app_anonymous;
grant insert, delete on app_public.doctor_specializations to app_staff;

create trigger doctor_specializations_stay_in_their_clinic before update on app_public.doctor_specializations
  for each row execute function app_hidden.refuse_new_identity('clinic_id');
create trigger specializations_are_part_of_their_doctor
  after insert or update or delete on app_public.doctor_specializations
  for each row execute function app_private.bump_version_of_doctor();
create trigger changes_of_doctor_specializations_are_noted
  after insert or update or delete or truncate on app_public.doctor_specializations
  for each statement execute function app_private.note_catalogue_change();
