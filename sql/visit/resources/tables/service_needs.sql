create table app_public.service_needs (
  clinic_id bigint not null,
  service_id bigint not null,
  resource_id bigint not null,
  need int not null default 1,
  -- Within a service, a resource can serve only one need, so the choice for one need does not affect the others.
  constraint a_resource_serves_one_need_of_a_service primary key (clinic_id, service_id, resource_id),
  constraint needs_are_of_a_service foreign key (clinic_id, service_id)
    references app_public.services (clinic_id, id) on delete cascade,
  constraint needs_are_met_by_a_resource foreign key (clinic_id, resource_id)
    references app_public.resources (clinic_id, id),
  constraint numbers_of_needs_are_positive check (need > 0)
);

comment on table app_public.service_needs is
'The rooms and equipment that a visit takes: one of the resources of each need of its service, such as one of two '
'rooms (need 1) and the ultrasound machine (need 2).';
comment on column app_public.service_needs.need is
'The number of the need. A visit takes one of the resources that have the same number.';

create index needs_met_by_a_resource on app_public.service_needs (clinic_id, resource_id);

alter table app_public.service_needs enable row level security;
-- Written by set_service_needs.
create policy staff_see_their_service_needs on app_public.service_needs
  for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy admins_do_everything on app_public.service_needs for all to app_admin using (true);
grant select on app_public.service_needs to app_staff;

create trigger service_needs_stay_what_they_are before update on app_public.service_needs
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'service_id', 'resource_id');
create trigger services_know_whether_they_need_resources
  after insert or update or delete on app_public.service_needs
  for each row execute function app_private.mark_service_with_needs();
