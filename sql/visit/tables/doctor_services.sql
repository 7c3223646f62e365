create table app_public.doctor_services (
  clinic_id bigint not null,
  doctor_id bigint not null,
  service_id bigint not null,
  duration interval,
  constraint a_doctor_offers_a_service_once primary key (clinic_id, doctor_id, service_id),
  constraint services_are_offered_by_a_doctor foreign key (clinic_id, doctor_id)
    references app_public.doctors (clinic_id, id) on delete cascade,
  constraint doctors_offer_a_service foreign key (clinic_id, service_id)
    references app_public.services (clinic_id, id) on delete cascade,
  constraint lengths_of_doctors_are_whole_minutes_of_a_day_at_most
    check (duration between '1 minute' and '24 hours' and extract(second from duration) = 0)
);

comment on table app_public.doctor_services is 'Which doctor offers which service.';
comment on column app_public.doctor_services.duration is
'How long the visit takes with this doctor. Null: as long as the service says.';

create index doctors_of_a_service on app_public.doctor_services (clinic_id, service_id);

alter table app_public.doctor_services enable row level security;
create policy everybody_sees_doctor_services on app_public.doctor_services for select to app_anonymous using (true);
create policy managers_add_doctor_services on app_public.doctor_services
  for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_doctor_services on app_public.doctor_services
  for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_remove_doctor_services on app_public.doctor_services
  for delete to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.doctor_services for all to app_admin using (true);
grant select on app_public.doctor_services to app_anonymous;
grant insert, update (duration), delete on app_public.doctor_services to app_staff;

create trigger doctor_services_stay_what_they_are before update on app_public.doctor_services
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'doctor_id', 'service_id');
create trigger doctors_are_part_of_their_service after insert or update or delete on app_public.doctor_services
  for each row execute function app_private.bump_version_of_service();
create trigger changes_of_doctor_services_are_noted
  after insert or update or delete or truncate on app_public.doctor_services
  for each statement execute function app_private.note_catalogue_change();
