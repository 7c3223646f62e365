create table app_public.doctor_rooms (
  clinic_id bigint not null,
  doctor_id bigint not null,
  url text not null,
  constraint a_doctor_has_one_room primary key (clinic_id, doctor_id),
  constraint doctor_rooms_are_of_a_doctor foreign key (clinic_id, doctor_id)
    references app_public.doctors (clinic_id, id) on delete cascade,
  constraint addresses_of_rooms_are_one_line check (app_hidden.require_line(url, 'url', 500)),
  constraint addresses_of_rooms_are_https check (url ~ '^https://[^[:space:]/]+(/[^[:space:]]*)?$')
);

comment on table app_public.doctor_rooms is
'The address of a doctor''s own room at a provider, such as a personal meeting room, where the clinic''s online visits '
'take place if its policy says link. Patients get it when they join, not before.';

alter table app_public.doctor_rooms enable row level security;
create policy staff_see_the_rooms_of_their_doctors on app_public.doctor_rooms
  for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy managers_add_rooms on app_public.doctor_rooms
  for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_rooms on app_public.doctor_rooms
  for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_remove_rooms on app_public.doctor_rooms
  for delete to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.doctor_rooms for all to app_admin using (true);
grant select, insert (clinic_id, doctor_id, url), update (url), delete on app_public.doctor_rooms to app_staff;

create trigger rooms_stay_with_their_doctor before update on app_public.doctor_rooms
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'doctor_id');
create trigger what_is_missing_is_refused before insert or update on app_public.doctor_rooms
  for each row when (NEW.url is null) execute function app_hidden.refuse_missing('url');
