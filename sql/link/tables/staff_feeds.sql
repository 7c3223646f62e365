create table app_private.staff_feeds (
  clinic_id bigint not null,
  id bigint generated always as identity,
  account_id bigint not null,
  doctor_id bigint,
  created_at timestamptz not null default now(),
  constraint staff_feeds_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint an_employee_has_one_feed_of_a_calendar
    unique nulls not distinct (clinic_id, account_id, doctor_id),
  constraint staff_feeds_belong_to_an_employee foreign key (clinic_id, account_id)
    references app_public.employees (clinic_id, account_id) on delete cascade,
  constraint staff_feeds_are_of_a_doctor_of_the_clinic foreign key (clinic_id, doctor_id)
    references app_public.doctors (clinic_id, id) on delete cascade
);

comment on table app_private.staff_feeds is
'The calendars of a clinic or of one of its doctors to which employees have a link. Each employee has a link of their '
'own, so that it ends with the employment. The token is derived from the id; without the row it is not valid.';
comment on column app_private.staff_feeds.doctor_id is 'Null: the calendar of the whole clinic.';

create index staff_feeds_of_a_doctor on app_private.staff_feeds (clinic_id, doctor_id);

alter table app_private.staff_feeds enable row level security;
