create type app_private.request_person as (
  role text,
  account_id bigint,
  session_id uuid,
  customer_id bigint,
  customer_ids bigint[],
  staff_clinic_ids bigint[],
  desk_clinic_ids bigint[],
  manager_clinic_ids bigint[],
  own_doctor_ids bigint[],
  is_unconfirmed boolean
);
comment on type app_private.request_person is 'The caller of a request: the role it gets and its claims.';

create type app_public.auth_tokens as (
  account_id bigint,
  session_id uuid,
  refresh_token text,
  refresh_expires_at timestamptz,
  refusal text,
  customer_id bigint
);
comment on type app_public.auth_tokens is 'A session that was started or continued. The API adds the access token.';
comment on column app_public.auth_tokens.refresh_token is 'Works once, at refresh_session, until refresh_expires_at.';
comment on column app_public.auth_tokens.refusal is
'Null, or the name of a refusal that could not be raised, because something had to be committed with it (a counted '
'failure, a revoked session). The API turns it into the error.';
comment on column app_public.auth_tokens.customer_id is 'The account''s customer, if it has one.';

create type app_public.person as (
  account_id bigint,
  email text,
  is_admin boolean,
  customer_id bigint,
  full_name text,
  staff_clinic_ids bigint[],
  desk_clinic_ids bigint[],
  manager_clinic_ids bigint[],
  email_is_confirmed boolean,
  new_email text,
  customer_ids bigint[]
);
comment on type app_public.person is 'The caller, with their rights by clinic.';
comment on column app_public.person.customer_ids is
'Everyone for whom the caller acts: the caller, records that were merged into the caller''s, and dependants.';
comment on column app_public.person.email_is_confirmed is
'Whether the caller has proved that `email` is theirs, with the link of a mail (confirm_email).';
comment on column app_public.person.new_email is
'The address that replaces `email` as soon as the caller confirms it; null if none was asked for.';

create type app_public.password_change as (
  changed boolean,
  refusal text
);
comment on type app_public.password_change is 'The result of change_password.';
comment on column app_public.password_change.refusal is
'As in auth_tokens: the name of a refusal that could not be raised.';

create type app_public.claimable_record as (
  clinic_id bigint,
  clinic_name text,
  customer_id bigint,
  full_name text,
  created_at timestamptz
);
comment on type app_public.claimable_record is
'A clinic''s record of a patient under an e-mail address that the caller has confirmed.';
comment on column app_public.claimable_record.full_name is 'The name in the clinic''s record.';
comment on column app_public.claimable_record.created_at is 'When the clinic made the record.';

create type app_public.email_change as (
  new_email text,
  refusal text
);
comment on type app_public.email_change is 'The result of change_email.';
comment on column app_public.email_change.new_email is
'The address to which a link was sent; null if the present address was named.';
comment on column app_public.email_change.refusal is
'As in auth_tokens: the name of a refusal that could not be raised.';

create type app_public.customer_export as (
  format_version int,
  exported_at timestamptz,
  customer_id bigint,
  profile jsonb,
  account jsonb,
  clinic_records jsonb,
  bookings jsonb,
  notifications jsonb,
  events jsonb,
  family jsonb,
  money jsonb,
  waiting_list jsonb
);
comment on type app_public.customer_export is 'All data that is stored about a person.';
comment on column app_public.customer_export.format_version is
'Increases when an existing field moves or changes its meaning. New fields do not change it.';
comment on column app_public.customer_export.account is
'Null for a person whom a clinic recorded and who never registered.';
