create table app_public.resources (
  clinic_id bigint not null,
  id bigint generated always as identity,
  type app_public.resource_type not null,
  name text not null,
  turnover interval not null default '0',
  is_active boolean not null default true,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  constraint resources_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint resources_of_a_clinic_are_unique_by_name unique (clinic_id, name),
  constraint resources_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint resources_have_a_name check (app_hidden.require_line(name, 'name', 100)),
  constraint turnovers_are_whole_minutes_of_four_hours_at_most
    check (turnover between '0' and '4 hours' and extract(second from turnover) = 0)
);

comment on table app_public.resources is
'The rooms and the equipment of a clinic that visits take: a visit to a service that needs an ultrasound machine takes '
'one for its time.';
comment on column app_public.resources.turnover is
'How long it is not free after each visit, for cleaning or charging.';
comment on column app_public.resources.is_active is
'False: it is given to no further visit. Visits that have it keep it.';

create index resources_by_id on app_public.resources (id);

alter table app_public.resources enable row level security;
create policy customers_see_rooms on app_public.resources for select to app_customer using (type = 'room');
create policy staff_see_their_resources on app_public.resources
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy managers_add_resources on app_public.resources
  for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_resources on app_public.resources
  for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.resources for all to app_admin using (true);
grant select on app_public.resources to app_customer;
grant insert (clinic_id, type, name, turnover), update (type, name, turnover, is_active, row_version)
    on app_public.resources to app_staff;

create trigger resources_count_their_versions before update on app_public.resources
  for each row execute function app_hidden.bump_row_version();
create trigger resources_stay_in_their_clinic before update on app_public.resources
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id');
