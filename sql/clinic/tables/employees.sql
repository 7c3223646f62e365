create table app_public.employees (
  clinic_id bigint not null,
  id bigint generated always as identity,
  account_id bigint not null,
  role app_public.staff_role not null,
  doctor_id bigint,
  full_name text not null,
  email app_public.email_address,
  is_active boolean not null default true,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  human_id bigint,
  constraint employees_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint an_account_works_once_in_a_clinic unique (clinic_id, account_id),
  constraint employees_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint employees_have_an_account foreign key (account_id) references app_private.accounts (id),
  constraint employees_may_be_a_doctor foreign key (clinic_id, doctor_id) references app_public.doctors (clinic_id, id),
  constraint employees_may_be_a_known_human foreign key (human_id) references app_private.humans (id),
  constraint employees_have_a_name check (app_hidden.require_line(full_name, 'fullName', 200))
);

comment on table app_public.employees is
'The members of a clinic''s staff and their roles. They join by invitation. When a row becomes inactive, the '
'membership has no effect from the next request on.';
comment on column app_public.employees.doctor_id is 'The clinic''s doctor that the employee is, if any.';
comment on column app_public.employees.human_id is
$c$@behavior -*
The human that the employee is, if known. Not part of the API.$c$;

create index employees_of_a_human on app_public.employees (human_id) where human_id is not null;
create index employees_of_an_account on app_public.employees (account_id);
create index employees_who_are_a_doctor on app_public.employees (clinic_id, doctor_id);

alter table app_public.employees enable row level security;
create policy people_see_their_memberships on app_public.employees
  for select to app_customer using (account_id = app_hidden.current_account_id());
create policy staff_see_their_colleagues on app_public.employees
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy managers_edit_their_staff on app_public.employees
  for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.employees for all to app_admin using (true);
grant select (clinic_id, id, account_id, role, doctor_id, full_name, email, is_active, row_version, created_at)
    on app_public.employees to app_customer;
grant update (role, doctor_id, full_name, is_active, row_version) on app_public.employees to app_staff;

create trigger employees_count_their_versions before update on app_public.employees
  for each row execute function app_hidden.bump_row_version();
create trigger employees_stay_in_their_clinic before update on app_public.employees
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'account_id');
create trigger former_employees_lose_their_invitations after update of is_active on app_public.employees
  for each row when (OLD.is_active and not NEW.is_active)
  execute function app_private.end_invitations_of_former_employee();
create trigger former_employees_lose_their_calendars after update of is_active, doctor_id on app_public.employees
  for each row when (OLD.is_active and OLD.doctor_id is not null
    and (not NEW.is_active or NEW.doctor_id is distinct from OLD.doctor_id))
  execute function app_private.disconnect_calendars_of_former_employee();
create trigger removed_employees_lose_their_calendars after delete on app_public.employees
  for each row when (OLD.is_active and OLD.doctor_id is not null)
  execute function app_private.disconnect_calendars_of_former_employee();
create trigger what_is_missing_is_refused before insert or update on app_public.employees
  for each row when (num_nulls(NEW.full_name, NEW.role, NEW.is_active) > 0)
  execute function app_hidden.refuse_missing('full_name', 'role', 'is_active');
