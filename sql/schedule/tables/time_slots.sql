create table app_public.time_slots (
  clinic_id bigint not null,
  id bigint generated always as identity,
  name text not null,
  start_time time(0) not null,
  end_time time(0) not null,
  is_active boolean not null default true,
  row_version int not null default 1,
  constraint time_slots_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint time_slots_of_a_clinic_are_unique_by_name unique (clinic_id, name),
  constraint time_slots_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint time_slots_have_a_length check (start_time <> end_time),
  -- 24:00 would be a start on the day after.
  constraint time_slots_start_within_their_day check (start_time < '24:00'),
  constraint time_slots_begin_and_end_on_the_minute
    check (extract(second from start_time) = 0 and extract(second from end_time) = 0),
  constraint time_slots_have_a_name check (app_hidden.require_line(name, 'name', 100))
);

comment on table app_public.time_slots is
'A clinic''s unit of time: the hours of one appointment. Moving a time slot moves its templates, but not the slots '
'already made.';
comment on column app_public.time_slots.start_time is 'The clinic''s local time.';
comment on column app_public.time_slots.end_time is
'The clinic''s local time; if it is not after start_time, it is on the next day.';

create index time_slots_by_id on app_public.time_slots (id);

alter table app_public.time_slots enable row level security;
create policy everybody_sees_active_time_slots on app_public.time_slots for select to app_anonymous using (is_active);
create policy staff_see_their_time_slots on app_public.time_slots
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy managers_add_time_slots on app_public.time_slots
  for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_time_slots on app_public.time_slots
  for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_remove_time_slots on app_public.time_slots
  for delete to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.time_slots for all to app_admin using (true);
grant select on app_public.time_slots to app_anonymous;
grant insert (clinic_id, name, start_time, end_time),
    update (name, start_time, end_time, is_active, row_version),
    delete
    on app_public.time_slots to app_staff;

create trigger time_slots_count_their_versions before update on app_public.time_slots
  for each row execute function app_hidden.bump_row_version();
create trigger time_slots_stay_in_their_clinic before update on app_public.time_slots
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id');
create trigger time_slots_take_their_templates_along after update of start_time, end_time on app_public.time_slots
  for each row execute function app_private.move_templates_of_time_slot();
create trigger time_slots_are_to_be_applied after update of start_time, end_time, is_active on app_public.time_slots
  for each row execute function app_private.note_schedule_change();
create trigger changes_of_time_slots_are_noted
  after insert or update or delete or truncate on app_public.time_slots
  for each statement execute function app_private.note_catalogue_change();
