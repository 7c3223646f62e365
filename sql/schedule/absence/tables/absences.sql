create table app_public.absences (
  clinic_id bigint not null,
  id bigint generated always as identity,
  doctor_id bigint,
  kind app_public.absence_kind not null,
  first_date date not null,
  last_date date not null,
  start_time time(0),
  end_time time(0),
  -- Set by a trigger, by the clinic's clock.
  during tstzrange not null,
  note text,
  source_key text,
  calendar_id bigint,
  created_at timestamptz not null default now(),
  row_version int not null default 1,
  constraint absences_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint absences_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint absences_are_of_a_doctor_of_their_clinic
    foreign key (clinic_id, doctor_id) references app_public.doctors (clinic_id, id),
  constraint busy_times_are_of_the_doctor_of_their_calendar foreign key (clinic_id, calendar_id, doctor_id)
    references app_public.external_calendars (clinic_id, id, doctor_id) on delete cascade,
  constraint busy_times_are_external_and_of_a_doctor
    check (calendar_id is null or kind = 'external' and doctor_id is not null),
  constraint an_absence_is_imported_once unique (clinic_id, source_key),
  constraint absences_have_a_length check (not isempty(during)),
  constraint absence_notes_are_short check (app_hidden.require_prose(note, 'note', 500)),
  constraint absence_source_keys_are_short check (app_hidden.require_line(source_key, 'sourceKey', 300))
);

comment on table app_public.absences is
$c$When a doctor, or everyone in a clinic, does not see patients. No slot is open inside an absence. Functions add,
change and remove absences; the same statements in SQL do the same.$c$;
comment on column app_public.absences.doctor_id is 'Null: all doctors of the clinic.';
comment on column app_public.absences.first_date is 'The clinic''s local date.';
comment on column app_public.absences.last_date is 'The clinic''s local date, inclusive.';
comment on column app_public.absences.start_time is
'The clinic''s local time on the first date at which it begins. Null: at the beginning of that date.';
comment on column app_public.absences.end_time is
'The clinic''s local time on the last date at which it ends. Null: at the end of that date.';
comment on column app_public.absences.during is 'The instants [start, end) of these dates and times.';
comment on column app_public.absences.note is 'For the staff. Patients never see it.';
comment on column app_public.absences.source_key is
'Identifies what it was imported from, such as holiday:DE-BE:2027-01-01, so that it is imported once.';
comment on column app_public.absences.calendar_id is
'The external calendar whose busy time this is. Only reading and disconnecting the calendar change the absence.';

comment on constraint busy_times_are_of_the_doctor_of_their_calendar on app_public.absences is '@behavior -*';

-- which absence covers a slot
create index absences_by_time on app_public.absences using gist (clinic_id, during);
-- those of a year
create index absences_by_last_date on app_public.absences (clinic_id, last_date, first_date);
create index absences_of_a_doctor on app_public.absences (clinic_id, doctor_id);
create index absences_by_id on app_public.absences (id);
create index absences_of_a_calendar on app_public.absences (clinic_id, calendar_id, doctor_id)
  where calendar_id is not null;

alter table app_public.absences enable row level security;
-- Doctors see their own absences and those of everyone, but not why a colleague is absent.
create policy the_desk_sees_all_absences on app_public.absences
  for select to app_staff using (clinic_id = any ((select app_hidden.desk_clinic_ids())::bigint[]));
create policy doctors_see_their_absences on app_public.absences
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[])
    and (doctor_id is null or doctor_id = any ((select app_hidden.own_doctor_ids())::bigint[])));
create policy admins_see_everything on app_public.absences for select to app_admin using (true);
grant select on app_public.absences to app_staff;

create trigger absences_have_the_instants_of_their_dates before insert on app_public.absences
  for each row execute function app_private.place_absence();
create trigger changed_absences_have_the_instants_of_their_dates
  before update of first_date, last_date, start_time, end_time on app_public.absences
  for each row execute function app_private.place_absence();
create trigger absences_stay_whose_they_are before update on app_public.absences
  for each row
  execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'doctor_id', 'source_key', 'calendar_id');
create trigger absences_count_their_versions before update on app_public.absences
  for each row execute function app_hidden.bump_row_version();
create trigger absences_withdraw_the_slots_that_they_cover after insert on app_public.absences
  for each row execute function app_private.withdraw_slots_of_absence();
create trigger changed_absences_withdraw_the_slots_that_they_cover_now
  after update of first_date, last_date, start_time, end_time on app_public.absences
  for each row when (NEW.during is distinct from OLD.during)
  execute function app_private.move_absence();
create trigger removed_absences_give_their_slots_back after delete on app_public.absences
  -- Removing a past absence opens no slots, so remove_old_records can remove past busy times without locking schedules.
  for each row when (OLD.calendar_id is null or upper(OLD.during) > now())
  execute function app_private.restore_slots_of_absence();
