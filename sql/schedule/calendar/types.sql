create type app_public.external_calendar_kind as enum ('ics', 'caldav');
comment on type app_public.external_calendar_kind is
'How an external calendar is read: ics is an address that returns a calendar file, caldav a CalDAV server.';

create type app_public.external_calendar_error as enum (
  'unauthorized', 'not_found', 'unreachable', 'not_public', 'not_a_calendar', 'too_large', 'too_many', 'failed');
comment on type app_public.external_calendar_error is
'Why an external calendar was not read. unauthorized: user name or password were refused. not_found: there is no '
'calendar at the address. unreachable: the server did not answer, or with an error. not_public: the address leads '
'inside a network. not_a_calendar: the answer is not a calendar. too_large: it has more than 2 MB. too_many: it has '
'more than 5,000 busy times within 400 days. failed: an error of medislot, which is logged.';

create type app_private.sealed_calendar as (
  kind app_public.external_calendar_kind,
  origin text,
  key_id text,
  nonce bytea,
  ciphertext bytea
);
comment on type app_private.sealed_calendar is
'The address of an external calendar and what it needs to be read, as the program has encrypted it.';

create type app_private.busy_absence as (
  source_key text,
  first_date date,
  start_time time,
  last_date date,
  end_time time,
  during tstzrange
);
comment on type app_private.busy_absence is
'The absence that a busy time of an external calendar becomes: columns of app_public.absences.';
