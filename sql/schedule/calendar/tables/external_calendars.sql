create table app_public.external_calendars (
  clinic_id bigint not null,
  id bigint generated always as identity,
  doctor_id bigint not null,
  kind app_public.external_calendar_kind not null,
  origin text not null,
  created_at timestamptz not null default now(),
  last_ok_at timestamptz,
  last_error app_public.external_calendar_error,
  constraint external_calendars_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint busy_times_can_refer_to_calendar_and_doctor unique (clinic_id, id, doctor_id),
  constraint external_calendars_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint external_calendars_are_of_a_doctor
    foreign key (clinic_id, doctor_id) references app_public.doctors (clinic_id, id),
  constraint origins_of_calendars_are_of_http
    check (origin ~ '^https?://[^[:space:]/?#@]+$' and char_length(origin) <= 300)
);

comment on table app_public.external_calendars is
$c$Calendars outside of medislot that doctors have connected. The job read_external_calendars reads them about every
five minutes; each busy time becomes an absence of the kind external, without titles or other details.$c$;
comment on column app_public.external_calendars.origin is
'The scheme and host of its address. The rest of the address can be secret and is encrypted, as are user names and '
'passwords (app_private.external_calendar_access).';
comment on column app_public.external_calendars.last_ok_at is 'When it was read last without an error.';
comment on column app_public.external_calendars.last_error is
'Why the last attempt to read it failed. Null: it succeeded, or there was none yet.';

create index external_calendars_of_a_doctor on app_public.external_calendars (clinic_id, doctor_id);
create index external_calendars_by_id on app_public.external_calendars (id);

alter table app_public.external_calendars enable row level security;
create policy managers_see_their_calendars on app_public.external_calendars
  for select to app_staff using (clinic_id = any ((select app_hidden.manager_clinic_ids())::bigint[]));
create policy doctors_see_their_calendars on app_public.external_calendars
  for select to app_staff using (
    clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[])
      and doctor_id = any ((select app_hidden.own_doctor_ids())::bigint[]));
create policy admins_see_everything on app_public.external_calendars for select to app_admin using (true);
grant select on app_public.external_calendars to app_staff;

create trigger external_calendars_stay_with_their_doctor before update on app_public.external_calendars
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'doctor_id');
create trigger calendars_are_at_public_addresses before insert or update of origin on app_public.external_calendars
  for each row execute function app_private.check_calendar_origin();
