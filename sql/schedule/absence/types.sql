create type app_public.absence_kind as enum ('closure', 'holiday', 'vacation', 'sickness', 'training', 'external');
comment on type app_public.absence_kind is
'Why a doctor, or a whole clinic, is absent. external: a busy time that another system reported.';

create type app_public.absence_handling as enum ('refuse', 'list', 'cancel');
comment on type app_public.absence_handling is
'What happens to the visits that are booked in a new absence: refuse the absence, keep them and list them for '
'rebooking, or cancel them and notify the patients.';

create type app_public.absence_effect as (
  starts_at timestamptz,
  ends_at timestamptz,
  free_slots int,
  booked_visits int
);
comment on type app_public.absence_effect is 'What an absence would do if it were added now.';
comment on column app_public.absence_effect.free_slots is
'The slots that are open or held and would be withdrawn.';
comment on column app_public.absence_effect.booked_visits is
'The visits that are booked or checked in, and not over. The query bookingsInAbsence lists them.';

create type app_public.holiday_calendar as (
  clinic_id bigint,
  country text
);
comment on type app_public.holiday_calendar is
'The public holidays of a clinic''s surroundings, for managers who choose which of them are absences. In GraphQL it '
'has the fields `regions` and `holidays`.';
comment on column app_public.holiday_calendar.country is 'The clinic''s country, as two letters.';

create type app_public.holiday_to_add as (
  holiday_date date,
  start_time time,
  name text
);
comment on type app_public.holiday_to_add is 'A public holiday that is to become an absence.';
comment on column app_public.holiday_to_add.start_time is 'Local time. Null: the whole day.';
