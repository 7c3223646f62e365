create table app_public.doctors (
  clinic_id bigint not null,
  id bigint generated always as identity,
  full_name text not null,
  about text,
  is_active boolean not null default true,
  active_doctor_id bigint generated always as (case when is_active then id end) stored,
  active_clinic_id bigint generated always as (case when is_active then clinic_id end) stored,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  search_key text generated always as (app_hidden.search_key(full_name)) stored,
  human_id bigint,
  constraint doctors_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint active_doctors_can_be_referred_to unique (clinic_id, active_doctor_id),
  constraint doctors_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint active_doctors_belong_to_an_active_clinic foreign key (clinic_id, active_clinic_id)
    references app_public.clinics (id, active_clinic_id),
  constraint doctors_may_be_a_known_human foreign key (human_id) references app_private.humans (id),
  constraint doctors_have_a_name check (app_hidden.require_line(full_name, 'fullName', 200)),
  constraint texts_about_doctors_are_short check (app_hidden.require_prose(about, 'about', 5000))
);

comment on table app_public.doctors is 'A doctor of one clinic. A person who works at two clinics has a row at each.';
comment on column app_public.doctors.is_active is 'Set to false by deactivate_doctor.';
comment on column app_public.doctors.search_key is 'The text that find_doctors searches: app_hidden.search_key.';
comment on column app_public.doctors.human_id is
$c$@behavior -*
The human that the doctor is, if known. Not part of the API: it would show who works where.$c$;

create index doctors_of_a_human on app_public.doctors (human_id) where human_id is not null;
create index doctors_of_a_clinic_by_name on app_public.doctors (clinic_id, full_name);
-- URLs of the REST API contain only a row's id, which is unique in the database; the primary keys begin with the
-- clinic. The index is not unique: the identity column already makes ids unique, and a unique index without the clinic
-- is not possible on shards.
create index doctors_by_id on app_public.doctors (id);
create index doctors_by_key on app_public.doctors
  using gin (search_key public.gin_trgm_ops) with (gin_pending_list_limit = 256);
-- The first doctors by name, of all clinics.
create index doctors_by_name on app_public.doctors (full_name, clinic_id, id);

alter table app_public.doctors enable row level security;
create policy everybody_sees_active_doctors on app_public.doctors for select to app_anonymous using (is_active);
create policy staff_see_their_doctors on app_public.doctors
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy managers_add_doctors on app_public.doctors
  for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_doctors on app_public.doctors
  for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.doctors for all to app_admin using (true);
grant select (clinic_id, id, full_name, about, is_active, active_doctor_id, active_clinic_id, row_version, created_at,
    search_key)
    on app_public.doctors to app_anonymous;
grant insert (clinic_id, full_name, about),
    update (full_name, about, is_active, row_version)
    on app_public.doctors to app_staff;

create trigger doctors_count_their_versions before update on app_public.doctors
  for each row execute function app_hidden.bump_row_version();
create trigger doctors_stay_in_their_clinic before update on app_public.doctors
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id');
create trigger doctors_who_are_back_get_slots after update of is_active on app_public.doctors
  for each row when (NEW.is_active and not OLD.is_active) execute function app_private.note_schedule_change();
create trigger doctors_who_leave_lose_their_calendars after update of is_active on app_public.doctors
  for each row when (OLD.is_active and not NEW.is_active) execute function app_private.disconnect_calendars_of_doctor();
create trigger changes_of_doctors_are_noted
  after insert or update or delete or truncate on app_public.doctors
  for each statement execute function app_private.note_catalogue_change();
