create table app_private.external_calendar_access (
  clinic_id bigint not null,
  calendar_id bigint not null,
  key_id text not null,
  nonce bytea not null,
  ciphertext bytea not null,
  etag text,
  read_fully_at timestamptz,
  attempts int not null default 0,
  failing_since timestamptz,
  reported_at timestamptz,
  retry_at timestamptz not null default now(),
  constraint a_calendar_has_one_access primary key (clinic_id, calendar_id),
  constraint access_is_to_a_calendar foreign key (clinic_id, calendar_id)
    references app_public.external_calendars (clinic_id, id) on delete cascade,
  constraint nonces_of_calendars_are_of_gcm check (octet_length(nonce) = 12),
  constraint addresses_of_calendars_are_short check (octet_length(ciphertext) <= 5000)
);

comment on table app_private.external_calendar_access is
'How external calendars are read, and the state of the job that reads them. Addresses, user names and passwords are '
'encrypted by the program (src/identity/key_ring.ts): neither they nor a key are in a statement.';
comment on column app_private.external_calendar_access.key_id is
'The key of CALENDAR_KEYS under which it is encrypted.';
comment on column app_private.external_calendar_access.nonce is
'Changes whenever the access changes, so it also identifies the access that an attempt has used.';
comment on column app_private.external_calendar_access.ciphertext is
'AES-256-GCM of {"url", "username", "password"}, with the tag at its end.';
comment on column app_private.external_calendar_access.etag is
'The ETag of the version that was read, with which the server says whether the calendar has changed. An unchanged '
'calendar is not read again.';
comment on column app_private.external_calendar_access.read_fully_at is
'When it was read without an etag. That happens once a day, because repeated events reach new days.';
comment on column app_private.external_calendar_access.failing_since is
'The first of the attempts that failed in a row.';
comment on column app_private.external_calendar_access.reported_at is
'When the managers got an e-mail that it cannot be read.';

create index external_calendars_to_read on app_private.external_calendar_access (retry_at);
create index external_calendars_by_key on app_private.external_calendar_access (key_id);

alter table app_private.external_calendar_access enable row level security;
