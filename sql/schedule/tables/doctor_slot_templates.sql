create table app_public.doctor_slot_templates (
  clinic_id bigint not null,
  id bigint generated always as identity,
  doctor_id bigint not null,
  time_slot_id bigint not null,
  weekday int not null,
  valid_from date,
  valid_until date,
  -- Generated columns are computed before check constraints are tested. Dates in the wrong order give an empty range
  -- instead of an error, so that the check constraint refuses them with its registered code.
  validity daterange not null generated always as (
    case when valid_until < valid_from then 'empty' else daterange(valid_from, valid_until, '[]') end) stored,
  -- Set by a trigger from the time slot, so that the exclusion constraint can compare it.
  week_minutes int4multirange not null,
  service_id bigint,
  row_version int not null default 1,
  constraint templates_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint templates_belong_to_a_doctor
    foreign key (clinic_id, doctor_id) references app_public.doctors (clinic_id, id),
  constraint templates_name_a_time_slot
    foreign key (clinic_id, time_slot_id) references app_public.time_slots (clinic_id, id),
  constraint templates_are_reserved_for_a_service_of_their_clinic
    foreign key (clinic_id, service_id) references app_public.services (clinic_id, id),
  constraint template_weekdays_are_iso check (weekday between 1 and 7),
  constraint templates_are_valid_for_a_day_at_least check (valid_from <= valid_until),
  constraint templates_of_a_doctor_never_overlap
    exclude using gist (clinic_id with =, doctor_id with =, week_minutes with &&, validity with &&)
);

comment on table app_public.doctor_slot_templates is
'A doctor''s default availability: this time slot, on this weekday, between these dates.';
comment on column app_public.doctor_slot_templates.weekday is
'ISO: 1 is Monday, 7 Sunday. A time slot across midnight belongs to the day it starts on.';
comment on column app_public.doctor_slot_templates.valid_from is 'First local date; null means no beginning.';
comment on column app_public.doctor_slot_templates.valid_until is 'Last local date, inclusive; null means no end.';
comment on column app_public.doctor_slot_templates.service_id is
'The service for which its slots are reserved; they can be booked for no other one. Null: for all services.';

create index templates_of_a_time_slot on app_public.doctor_slot_templates (clinic_id, time_slot_id);
create index templates_by_id on app_public.doctor_slot_templates (id);
-- for free_slot, which looks up what a slot is reserved for
create index reserved_templates_of_a_doctor on app_public.doctor_slot_templates
  (clinic_id, doctor_id, time_slot_id) where service_id is not null;

alter table app_public.doctor_slot_templates enable row level security;
create policy staff_see_their_templates on app_public.doctor_slot_templates
  for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy managers_add_templates on app_public.doctor_slot_templates
  for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_templates on app_public.doctor_slot_templates
  for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_remove_templates on app_public.doctor_slot_templates
  for delete to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.doctor_slot_templates for all to app_admin using (true);
grant select,
    insert (clinic_id, doctor_id, time_slot_id, weekday, valid_from, valid_until, service_id),
    update (time_slot_id, weekday, valid_from, valid_until, service_id, row_version),
    delete
    on app_public.doctor_slot_templates to app_staff;

create trigger templates_know_their_place_in_the_week before insert or update on app_public.doctor_slot_templates
  for each row execute function app_private.set_template_week_minutes();
create trigger templates_count_their_versions before update on app_public.doctor_slot_templates
  for each row execute function app_hidden.bump_row_version();
create trigger templates_stay_with_their_doctor before update on app_public.doctor_slot_templates
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'doctor_id');
create trigger templates_are_to_be_applied after insert or update or delete on app_public.doctor_slot_templates
  for each row execute function app_private.note_schedule_change();
