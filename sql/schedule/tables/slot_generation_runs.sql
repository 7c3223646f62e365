create table app_public.slot_generation_runs (
  clinic_id bigint not null,
  id bigint generated always as identity,
  due_at timestamptz,
  from_date date not null,
  to_date date not null,
  slots_made int not null,
  templates_passed_over int not null,
  already_existing int not null,
  in_the_past int not null,
  skipped_local_times int not null,
  overlapping int not null,
  doctor_absent int not null,
  examples jsonb not null,
  ran_at timestamptz not null default now(),
  dates datemultirange not null,
  constraint generation_runs_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint a_due_generation_runs_once unique (clinic_id, due_at),
  constraint generation_runs_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint every_template_passed_over_has_a_reason check (
    templates_passed_over = already_existing + in_the_past + skipped_local_times + overlapping + doctor_absent),
  constraint generation_runs_are_of_dates_between_from_and_to
    check (lower(dates) = from_date and upper(dates) = to_date + 1)
);

comment on table app_public.slot_generation_runs is
'Every generation of slots: its dates, how many slots were made, and how many templates were skipped and why.';
comment on column app_public.slot_generation_runs.due_at is
'The scheduled time of the run; null if it was started by hand.';
comment on column app_public.slot_generation_runs.skipped_local_times is
'A clock change skips the time slot''s start or end on that date.';
comment on column app_public.slot_generation_runs.overlapping is 'Another slot of the doctor has that time.';
comment on column app_public.slot_generation_runs.doctor_absent is
'An absence of the doctor or of the whole clinic covers that time. These are not among the examples, because they '
'need no attention.';
comment on column app_public.slot_generation_runs.examples is
'Up to 100 skipped templates that may need attention: [{reason, doctorId, timeSlotId, slotDate}].';
comment on column app_public.slot_generation_runs.dates is
'The local dates that it covered. A run that follows changed templates may leave gaps between from_date and to_date.';

alter table app_public.slot_generation_runs enable row level security;
create policy staff_see_their_runs on app_public.slot_generation_runs
  for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy admins_see_everything on app_public.slot_generation_runs for select to app_admin using (true);
grant select on app_public.slot_generation_runs to app_staff;

create trigger generation_runs_stay_what_they_are before update on app_public.slot_generation_runs
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id');
