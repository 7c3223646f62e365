create type app_private.roster_fault as (
  file text,
  line int,
  "column" text,
  value text,
  reason text
);
comment on type app_private.roster_fault is
'A fault of a roster: its file, line and column (as far as they are known), the value, and the reason in words for '
'people.';

create type app_private.roster_line as (
  file text,
  line int,
  cells jsonb
);
comment on type app_private.roster_line is 'A line of a roster''s file that can be checked: its cells by column.';

create type app_private.roster_clinic as (
  line int,
  name text,
  time_zone text,
  address text,
  phone text,
  email text,
  date_format text,
  clock int,
  country text
);
comment on type app_private.roster_clinic is
'The parsed clinic.csv. The other files are written in its formats; clock is 24 or 12.';

create type app_private.roster_doctor as (
  line int,
  name text,
  specializations text[],
  about text
);
comment on type app_private.roster_doctor is 'A parsed line of doctors.csv.';

create type app_private.roster_time_slot as (
  line int,
  name text,
  start_time time,
  end_time time
);
comment on type app_private.roster_time_slot is 'A parsed line of time_slots.csv. A time that cannot be used is null.';

create type app_private.roster_room as (
  line int,
  name text,
  type app_public.resource_type,
  minutes_after int
);
comment on type app_private.roster_room is 'A parsed line of rooms.csv: a room or equipment.';

create type app_private.roster_service as (
  line int,
  name text,
  minutes int,
  doctors text[],
  doctor_minutes int[],
  preparation text,
  minutes_before int,
  minutes_after int,
  bookable_by app_public.service_booker,
  patients app_public.service_patients,
  names jsonb,
  preparations jsonb,
  needs jsonb
);
comment on type app_private.roster_service is
'A parsed line of services.csv; doctors are named as in doctors.csv, each with the minutes that the visit takes with '
'this doctor, null if as many as with others. Without minutes a visit takes one slot. `needs` has a list of names of '
'rooms.csv for each need.';

create type app_private.roster_question as (
  line int,
  service text,
  question text,
  questions jsonb,
  kind app_public.question_kind,
  choices text[],
  choices_by_language jsonb,
  is_required boolean,
  max_length int
);
comment on type app_private.roster_question is
'A parsed line of questions.csv; the service is named as in services.csv.';

create type app_private.roster_template as (
  line int,
  doctor text,
  weekday int,
  time_slot text,
  valid_from date,
  valid_until date,
  service text
);
comment on type app_private.roster_template is
'One weekday and time slot of a parsed line of templates.csv. `service` is the one for which its slots are reserved.';

create type app_private.roster_absence as (
  line int,
  doctor text,
  kind app_public.absence_kind,
  first_date date,
  last_date date,
  start_time time,
  end_time time,
  note text
);
comment on type app_private.roster_absence is
'A parsed line of absences.csv. Without a doctor it is of all doctors.';

create type app_private.imported_roster as (
  clinic_id bigint,
  clinic_name text,
  doctors int,
  time_slots int,
  services int,
  questions int,
  templates int,
  absences int,
  resources int,
  new_specializations text[]
);
comment on type app_private.imported_roster is 'What an import stored.';
