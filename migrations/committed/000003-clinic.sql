--! Previous: sha1:34f4a05ec3a29e1cb700338e1230a57e04d9345f
--! Hash: sha1:16da44c3d76ce9f23a6fc036d3b1d5cc8d357b92
--! Message: clinic

-- ActiveEntityId: a generated column holds the id while the row is active and null when not, and is what children that need an
-- active parent refer to. So an inactive clinic cannot keep an active doctor, nor an inactive doctor an open slot.
create table app_public.clinics (
  id bigint generated always as identity,
  name text not null,
  time_zone text not null,
  address text,
  email public.citext,
  phone text,
  is_active boolean not null default true,
  active_clinic_id bigint generated always as (case when is_active then id end) stored,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  constraint clinics_are_identified_by_id primary key (id),
  -- Both columns, so that children refer to (id, active id) and the key contains the clinic's id, by which data may be sharded.
  constraint active_clinics_can_be_referred_to unique (id, active_clinic_id),
  constraint clinics_have_a_name check (btrim(name) <> '' and char_length(name) <= 200),
  constraint clinic_emails_look_like_addresses check (email ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' and char_length(email::text) <= 254),
  constraint clinic_addresses_and_phones_are_short check (char_length(address) <= 500 and char_length(phone) <= 50)
);
comment on table app_public.clinics is 'A clinic. It owns its doctors, shifts, slots and bookings.';
comment on column app_public.clinics.time_zone is 'IANA name, such as Europe/Berlin. All local dates and times of the clinic are in it.';
comment on column app_public.clinics.is_active is 'Ended by deactivate_clinic.';
comment on column app_public.clinics.row_version is 'Counts changes. Give the version you read with an update: a stale one is refused.';
alter table app_public.clinics enable row level security;

create table app_public.policies (
  clinic_id bigint not null,
  lead_time interval not null default '1 hour',
  horizon interval not null default '90 days',
  cancellation_cutoff interval not null default '2 hours',
  hold_time interval not null default '10 minutes',
  max_live_bookings int not null default 5,
  reminder_lead_times interval[] not null default '{24 hours}',
  generation_weekday int not null default 4,
  generation_time time not null default '22:00',
  generation_weeks int not null default 1,
  row_version int not null default 1,
  constraint a_clinic_has_one_policy primary key (clinic_id),
  constraint policies_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id) on delete cascade,
  constraint lead_times_are_not_negative check (lead_time >= '0' and lead_time <= '365 days'),
  constraint horizons_lie_ahead check (horizon > '0' and horizon <= '800 days'),
  constraint cancellation_cutoffs_are_not_negative check (cancellation_cutoff >= '0' and cancellation_cutoff <= '365 days'),
  constraint holds_last_from_a_minute_to_a_day check (hold_time between '1 minute' and '1 day'),
  constraint customers_may_book_at_least_once check (max_live_bookings between 1 and 1000),
  constraint reminders_are_few_and_before check (
    cardinality(reminder_lead_times) <= 5 and array_position(reminder_lead_times, null) is null
    and '0' < all (reminder_lead_times) and '365 days' >= all (reminder_lead_times)),
  constraint generation_weekdays_are_iso check (generation_weekday between 1 and 7),
  constraint generation_looks_at_most_a_year_ahead check (generation_weeks between 1 and 52)
);
comment on table app_public.policies is 'A clinic''s rules, as data. Made with the clinic, edited by its managers.';
comment on column app_public.policies.lead_time is 'Customers book no later than this before the start. The desk is not bound.';
comment on column app_public.policies.horizon is 'Customers book no earlier than this before the start.';
comment on column app_public.policies.cancellation_cutoff is 'Customers cancel or reschedule no later than this before the start.';
comment on column app_public.policies.hold_time is 'How long hold_slot keeps a slot.';
comment on column app_public.policies.max_live_bookings is 'How many bookings ahead and holds a customer may have in the clinic. The desk is not bound.';
comment on column app_public.policies.reminder_lead_times is 'How long before the start reminders are due, one each.';
comment on column app_public.policies.generation_weekday is 'ISO weekday (1 is Monday) on which the next week''s slots are made.';
comment on column app_public.policies.generation_time is 'When on that day, by the clinic''s clock.';
comment on column app_public.policies.generation_weeks is 'How many weeks, from the next Monday on.';
alter table app_public.policies enable row level security;

create table app_public.specializations (
  id bigint generated always as identity,
  name public.citext not null,
  constraint specializations_are_identified_by_id primary key (id),
  constraint specializations_are_unique_by_name unique (name),
  constraint specializations_have_a_name check (btrim(name::text) <> '' and char_length(name::text) <= 100)
);
comment on table app_public.specializations is 'What doctors are specialized in. Global, so that patients search across clinics.';
alter table app_public.specializations enable row level security;

create table app_public.doctors (
  clinic_id bigint not null,
  id bigint generated always as identity,
  full_name text not null,
  about text,
  is_active boolean not null default true,
  active_doctor_id bigint generated always as (case when is_active then id end) stored,
  active_clinic_id bigint generated always as (case when is_active then clinic_id end) stored,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  constraint doctors_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint active_doctors_can_be_referred_to unique (clinic_id, active_doctor_id),
  constraint doctors_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint active_doctors_belong_to_an_active_clinic foreign key (clinic_id, active_clinic_id)
    references app_public.clinics (id, active_clinic_id),
  constraint doctors_have_a_name check (btrim(full_name) <> '' and char_length(full_name) <= 200)
);
create index on app_public.doctors (clinic_id, full_name);
comment on table app_public.doctors is 'A doctor of one clinic. Who works at two clinics is registered at each.';
comment on column app_public.doctors.is_active is 'Ended by deactivate_doctor.';
alter table app_public.doctors enable row level security;

create table app_public.doctor_specializations (
  clinic_id bigint not null,
  doctor_id bigint not null,
  specialization_id bigint not null,
  constraint a_doctor_has_a_specialization_once primary key (clinic_id, doctor_id, specialization_id),
  constraint doctor_specializations_belong_to_a_doctor foreign key (clinic_id, doctor_id)
    references app_public.doctors (clinic_id, id) on delete cascade,
  constraint doctor_specializations_name_a_specialization foreign key (specialization_id) references app_public.specializations (id)
);
create index on app_public.doctor_specializations (specialization_id);
comment on table app_public.doctor_specializations is 'Which doctor has which specialization.';
alter table app_public.doctor_specializations enable row level security;

create type app_public.staff_role as enum ('receptionist', 'doctor', 'manager');
comment on type app_public.staff_role is 'As what somebody works in a clinic. Managers run it, receptionists its desk, doctors see to their own slots and patients.';
create table app_public.employees (
  clinic_id bigint not null,
  id bigint generated always as identity,
  account_id bigint not null,
  role app_public.staff_role not null,
  doctor_id bigint,
  full_name text not null,
  email public.citext,
  is_active boolean not null default true,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  constraint employees_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint an_account_works_once_in_a_clinic unique (clinic_id, account_id),
  constraint employees_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint employees_have_an_account foreign key (account_id) references app_private.accounts (id),
  constraint employees_may_be_a_doctor foreign key (clinic_id, doctor_id) references app_public.doctors (clinic_id, id),
  constraint employees_have_a_name check (btrim(full_name) <> '' and char_length(full_name) <= 200)
);
create index on app_public.employees (account_id);
create index on app_public.employees (clinic_id, doctor_id);
comment on table app_public.employees is 'Who works in a clinic and as what. Joins by invitation; a membership made inactive is without effect from the next request on.';
comment on column app_public.employees.doctor_id is 'Which of the clinic''s doctors they are, if one.';
alter table app_public.employees enable row level security;

create table app_private.invitations (
  clinic_id bigint not null,
  id bigint generated always as identity,
  email public.citext not null,
  full_name text not null,
  role app_public.staff_role not null,
  doctor_id bigint,
  token_hash bytea not null,
  invited_by_account_id bigint,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '7 days',
  accepted_at timestamptz,
  constraint invitations_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint invitations_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id) on delete cascade,
  constraint invitations_may_be_for_a_doctor foreign key (clinic_id, doctor_id) references app_public.doctors (clinic_id, id),
  constraint invited_people_have_a_name check (btrim(full_name) <> '' and char_length(full_name) <= 200)
);
create index on app_private.invitations (token_hash);
comment on table app_private.invitations is 'Invitations to a clinic''s staff, by the SHA-256 of their token.';
alter table app_private.invitations enable row level security;

create type app_public.invitation as (clinic_id bigint, id bigint, email text, token text, expires_at timestamptz);
comment on type app_public.invitation is 'An invitation just made. The token is shown this once; pass it on to the person invited.';

create table app_public.clinic_customers (
  clinic_id bigint not null,
  customer_id bigint not null,
  full_name text not null,
  email public.citext,
  phone text,
  notes text,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  constraint a_clinic_keeps_one_record_of_a_customer primary key (clinic_id, customer_id),
  constraint clinic_customers_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint clinic_customers_are_customers foreign key (customer_id) references app_public.customers (id),
  constraint clinic_customers_have_a_name check (btrim(full_name) <> '' and char_length(full_name) <= 200),
  constraint clinic_customer_emails_look_like_addresses check (email ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' and char_length(email::text) <= 254)
);
create index on app_public.clinic_customers (customer_id);
create index on app_public.clinic_customers (clinic_id, full_name);
comment on table app_public.clinic_customers is 'What one clinic knows of a customer: name, contact and notes as that clinic keeps them. Made by the first booking there, or by add_clinic_customer. No other clinic sees it.';
alter table app_public.clinic_customers enable row level security;

--! Included clinic/create_policy_of_new_clinic.sql
create or replace function app_private.create_policy_of_new_clinic() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_public.policies (clinic_id) values (NEW.id);
  return NEW;
end
$$;

comment on function app_private.create_policy_of_new_clinic() is
'Trigger: every clinic has its policy from the first moment, with the defaults of app_public.policies. No function ever has to ask whether there is one.';

revoke all on function app_private.create_policy_of_new_clinic() from public;
--! EndIncluded clinic/create_policy_of_new_clinic.sql
--! Included clinic/is_time_zone.sql
create or replace function app_private.is_time_zone(name text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- pg_timezone_names and not just a cast: `at time zone` also takes abbreviations and POSIX strings, which know no clock changes.
  return is_time_zone.name ~ '^([A-Z][A-Za-z_]+/.+|UTC)$'
    and exists (select from pg_timezone_names tz where tz.name = is_time_zone.name);
end
$$;

comment on function app_private.is_time_zone(text) is
'Whether this is the IANA name of a time zone that the server knows, such as Europe/Berlin.';

revoke all on function app_private.is_time_zone(text) from public;
--! EndIncluded clinic/is_time_zone.sql
--! Included clinic/check_time_zone.sql
create or replace function app_private.check_time_zone() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if app_private.is_time_zone(NEW.time_zone) is not true then
    perform app_hidden.refuse('unknown_time_zone', format('"%s" is no IANA time zone.', NEW.time_zone),
      jsonb_build_object('argument', 'timeZone', 'given', NEW.time_zone));
  end if;
  if TG_OP = 'UPDATE' and exists (
       select from app_public.booking_slots bs
       where bs.clinic_id = NEW.id and bs.starts_at > now() and bs.status <> 'withdrawn') then
    perform app_hidden.refuse('time_zone_in_use', 'The clinic has slots ahead in its present time zone.');
  end if;
  return NEW;
end
$$;

comment on function app_private.check_time_zone() is
'Trigger: refuses a clinic''s time zone that is no IANA name (unknown_time_zone), and a change while slots lie ahead (time_zone_in_use): their instants were computed in the old zone.';

revoke all on function app_private.check_time_zone() from public;
--! EndIncluded clinic/check_time_zone.sql
--! Included clinic/add_clinic_customer.sql
create or replace function app_public.add_clinic_customer(clinic_id bigint, full_name text, email text default null, phone text default null)
returns app_public.clinic_customers
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  address public.citext := nullif(btrim(add_clinic_customer.email), '')::public.citext;
  given_name text := nullif(btrim(add_clinic_customer.full_name), '');
  number text := nullif(btrim(add_clinic_customer.phone), '');
  target bigint;
  record app_public.clinic_customers;
begin
  perform app_private.require_clinic_role(add_clinic_customer.clinic_id, 'desk');
  if given_name is null then
    perform app_hidden.refuse('invalid_argument', 'A name is needed.', '{"argument": "fullName"}');
  end if;
  if address is not null then
    -- The same person may have registered: then it is one customer, and the clinic's record holds only what the clinic typed,
    -- so the desk learns nothing that other clinics know.
    select c.id into target from app_public.customers c join app_private.accounts a on a.id = c.account_id where a.email = address;
  end if;
  if target is null then
    insert into app_public.customers (full_name, email, phone) values (given_name, address, number) returning id into target;
  end if;
  insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email, phone)
  values (add_clinic_customer.clinic_id, target, given_name, address, number)
  on conflict on constraint a_clinic_keeps_one_record_of_a_customer do nothing
  returning * into record;
  if record.customer_id is null then
    select cc.* into record from app_public.clinic_customers cc
    where cc.clinic_id = add_clinic_customer.clinic_id and cc.customer_id = target;
  end if;
  return record;
end
$$;

comment on function app_public.add_clinic_customer(bigint, text, text, text) is
'Takes a caller or walk-in into a clinic''s own records, so that the desk can book for them; who has registered with this e-mail address is recognised. For the desk. Refuses forbidden, invalid_argument.';

revoke all on function app_public.add_clinic_customer(bigint, text, text, text) from public;
grant execute on function app_public.add_clinic_customer(bigint, text, text, text) to app_staff;
--! EndIncluded clinic/add_clinic_customer.sql
--! Included clinic/invite_employee.sql
create or replace function app_public.invite_employee(
  clinic_id bigint, email text, full_name text, role app_public.staff_role, doctor_id bigint default null)
returns app_public.invitation
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  token text := translate(encode(public.gen_random_bytes(24), 'base64'), '+/=', '-_');
  address public.citext := btrim(invite_employee.email)::public.citext;
  invitation app_public.invitation;
begin
  perform app_private.require_clinic_role(invite_employee.clinic_id, 'manage');
  if address is null or address !~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' or char_length(address::text) > 254 then
    perform app_hidden.refuse('invalid_email', 'This does not look like an e-mail address.', '{"argument": "email"}');
  end if;
  if invite_employee.doctor_id is not null and not exists (
       select from app_public.doctors d where d.clinic_id = invite_employee.clinic_id and d.id = invite_employee.doctor_id) then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.', jsonb_build_object('doctorId', invite_employee.doctor_id::text));
  end if;
  -- One open invitation a person: an older one, lying in a mailbox, must not bring back who has joined and left meanwhile.
  update app_private.invitations i set expires_at = now()
  where i.clinic_id = invite_employee.clinic_id and i.email = address and i.accepted_at is null and i.expires_at > now();
  insert into app_private.invitations as i (clinic_id, email, full_name, role, doctor_id, token_hash, invited_by_account_id)
  values (invite_employee.clinic_id, address, btrim(invite_employee.full_name), invite_employee.role,
          invite_employee.doctor_id, sha256(convert_to(token, 'utf8')), app_hidden.current_account_id())
  returning i.id, i.clinic_id, i.email::text, i.expires_at
    into invitation.id, invitation.clinic_id, invitation.email, invitation.expires_at;
  invitation.token := token;
  return invitation;
end
$$;

comment on function app_public.invite_employee(bigint, text, text, app_public.staff_role, bigint) is
'Invites somebody to a clinic''s staff, for seven days; `doctor_id` says which of the clinic''s doctors they are, if one. Earlier invitations of the same person to this clinic end. For the clinic''s managers. The token is told once, here. Refuses forbidden, invalid_email, doctor_not_found.';

revoke all on function app_public.invite_employee(bigint, text, text, app_public.staff_role, bigint) from public;
grant execute on function app_public.invite_employee(bigint, text, text, app_public.staff_role, bigint) to app_staff;
--! EndIncluded clinic/invite_employee.sql
--! Included clinic/accept_invitation.sql
create or replace function app_public.accept_invitation(token text, password text default null) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  invitation app_private.invitations;
  account app_private.accounts;
  member_id bigint;
begin
  select i.* into invitation from app_private.invitations i
  where i.token_hash = sha256(convert_to(accept_invitation.token, 'utf8')) and i.accepted_at is null and i.expires_at > now()
  for update;
  select a.* into account from app_private.accounts a where a.email = invitation.email;
  -- Whoever has an account proves it by being signed in: the token alone, which a manager has seen, must not open it.
  if invitation.id is null or (account.id is not null and account.id is distinct from app_hidden.current_account_id()) then
    perform app_hidden.refuse('invitation_invalid', 'The invitation is not valid (any more), or you must sign in with the invited address first.');
  end if;
  if account.id is null then
    if accept_invitation.password is null then
      perform app_hidden.refuse('weak_password', 'Choose a password for your new account.', '{"argument": "password"}');
    end if;
    account.id := app_private.create_account(invitation.email::text, accept_invitation.password);
  end if;

  update app_public.employees e
  set is_active = true, role = invitation.role, doctor_id = invitation.doctor_id
  where e.clinic_id = invitation.clinic_id and e.account_id = account.id
  returning e.id into member_id;
  if member_id is null then
    insert into app_public.employees (clinic_id, account_id, full_name, email, role, doctor_id)
    values (invitation.clinic_id, account.id, invitation.full_name, invitation.email, invitation.role, invitation.doctor_id);
  end if;
  update app_private.invitations i set accepted_at = now() where i.clinic_id = invitation.clinic_id and i.id = invitation.id;
  return app_private.start_session(account.id);
end
$$;

comment on function app_public.accept_invitation(text, text) is
'Joins a clinic''s staff by an invitation''s token and signs in. Who has no account yet gives a password; who has one must be signed in with it. Refuses invitation_invalid, weak_password, email_taken (somebody registered with the address in this moment).';

revoke all on function app_public.accept_invitation(text, text) from public;
grant execute on function app_public.accept_invitation(text, text) to app_anonymous;
--! EndIncluded clinic/accept_invitation.sql
--! Included clinic/end_invitations_of_former_employee.sql
create or replace function app_private.end_invitations_of_former_employee() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update app_private.invitations i set expires_at = now()
  from app_private.accounts a
  where a.id = NEW.account_id and i.clinic_id = NEW.clinic_id and i.email = a.email and i.accepted_at is null and i.expires_at > now();
  return null;
end
$$;

comment on function app_private.end_invitations_of_former_employee() is
'Trigger: when a membership ends, so do the person''s open invitations to the clinic. Otherwise one lying in a mailbox would bring them back.';

revoke all on function app_private.end_invitations_of_former_employee() from public;
--! EndIncluded clinic/end_invitations_of_former_employee.sql
--! Included identity/person_of.sql
create or replace function app_private.person_of(claims jsonb) returns app_private.request_person
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  person app_private.request_person;
  account app_private.accounts;
  -- What does not look like ours is nobody's: refused like any other stranger, not a failed cast.
  own_account_id bigint := case when claims ->> 'sub' ~ '^[0-9]{1,18}$' then (claims ->> 'sub')::bigint end;
  own_session_id uuid := case when claims ->> 'sid' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (claims ->> 'sid')::uuid end;
begin
  person.role := 'app_anonymous';
  person.staff_clinic_ids := '{}';
  person.desk_clinic_ids := '{}';
  person.manager_clinic_ids := '{}';
  person.own_doctor_ids := '{}';
  if claims is null or not claims ? 'sub' then
    return person;
  end if;

  if claims ? 'iss' then
    select a.* into account
    from app_private.external_identities ei
    join app_private.accounts a on a.id = ei.account_id
    where ei.issuer = claims ->> 'iss' and ei.subject = claims ->> 'sub' and a.is_active;
  else
    select a.* into account
    from app_private.accounts a
    join app_private.sessions s on s.account_id = a.id
    where a.id = own_account_id and a.is_active
      and s.id = own_session_id and s.revoked_at is null and s.expires_at > now();
    person.session_id := own_session_id;
  end if;
  if account.id is null then
    perform app_hidden.refuse('unauthenticated', 'The session has ended. Sign in again.');
  end if;

  person.account_id := account.id;
  select c.id into person.customer_id from app_public.customers c where c.account_id = account.id;
  select coalesce(array_agg(distinct e.clinic_id), '{}'),
         coalesce(array_agg(distinct e.clinic_id) filter (where e.role in ('receptionist', 'manager')), '{}'),
         coalesce(array_agg(distinct e.clinic_id) filter (where e.role = 'manager'), '{}'),
         coalesce(array_agg(e.doctor_id) filter (where e.doctor_id is not null), '{}')
    into person.staff_clinic_ids, person.desk_clinic_ids, person.manager_clinic_ids, person.own_doctor_ids
  from app_public.employees e
  where e.account_id = account.id and e.is_active;
  person.role := case
    when account.is_admin then 'app_admin'
    when cardinality(person.staff_clinic_ids) > 0 then 'app_staff'
    else 'app_customer'
  end;
  return person;
end
$$;

comment on function app_private.person_of(jsonb) is
'Who the bearer of a verified token is at this moment: role, customer, clinics by right. Refuses (unauthenticated) what is unknown, closed or signed out. Called by begin_request only.';

revoke all on function app_private.person_of(jsonb) from public;
grant execute on function app_private.person_of(jsonb) to app_authenticator;
--! EndIncluded identity/person_of.sql
--! Included identity/begin_request.sql
-- The first statement of every request's transaction, sent by src/graphql/request_adaptor.ts together with BEGIN.
-- The token says who; what the person may do is looked up now, so that a membership taken away is gone with the next request.
-- Not SECURITY DEFINER: PostgreSQL forbids SET ROLE inside one. The look-up, which needs rights, is in app_private.person_of.
create or replace function app_private.begin_request(claims jsonb) returns void
language plpgsql volatile as $$
declare
  person app_private.request_person;
begin
  person := app_private.person_of(claims);
  -- Real SET LOCAL, not set_config(): only SET reaches the shards of a distributed database. All in one EXECUTE, the role last:
  -- after it this function has only the caller's rights.
  execute format(
    'set local medislot.account_id = %L; set local medislot.session_id = %L; set local medislot.customer_id = %L;'
    'set local medislot.staff_clinic_ids = %L; set local medislot.desk_clinic_ids = %L; set local medislot.manager_clinic_ids = %L;'
    'set local medislot.own_doctor_ids = %L; set local role %I',
    coalesce(person.account_id::text, ''), coalesce(person.session_id::text, ''), coalesce(person.customer_id::text, ''),
    person.staff_clinic_ids, person.desk_clinic_ids, person.manager_clinic_ids, person.own_doctor_ids, person.role);
end
$$;

comment on function app_private.begin_request(jsonb) is
$c$Opens a request: sets the transaction's role and claims from a verified token's payload, {"sub": account id, "sid": session id} for our own tokens, {"iss", "sub"} for an external issuer's, {} or null for nobody.
Refuses (unauthenticated) an account that is unknown or closed and a session that was signed out. Valid until the transaction ends.$c$;

revoke all on function app_private.begin_request(jsonb) from public;
grant execute on function app_private.begin_request(jsonb) to app_authenticator;
--! EndIncluded identity/begin_request.sql

create trigger clinics_start_with_a_policy after insert on app_public.clinics
  for each row execute function app_private.create_policy_of_new_clinic();
create trigger clinics_have_an_iana_time_zone before insert on app_public.clinics
  for each row execute function app_private.check_time_zone();
create trigger clinics_change_to_an_iana_time_zone before update on app_public.clinics
  for each row when (NEW.time_zone is distinct from OLD.time_zone) execute function app_private.check_time_zone();
create trigger clinics_count_their_versions before update on app_public.clinics
  for each row execute function app_hidden.bump_row_version();
create trigger policies_count_their_versions before update on app_public.policies
  for each row execute function app_hidden.bump_row_version();
create trigger policies_stay_with_their_clinic before update on app_public.policies
  for each row execute function app_hidden.refuse_new_identity('clinic_id');
create trigger doctor_specializations_stay_in_their_clinic before update on app_public.doctor_specializations
  for each row execute function app_hidden.refuse_new_identity('clinic_id');
create trigger doctors_count_their_versions before update on app_public.doctors
  for each row execute function app_hidden.bump_row_version();
create trigger doctors_stay_in_their_clinic before update on app_public.doctors
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id');
create trigger employees_count_their_versions before update on app_public.employees
  for each row execute function app_hidden.bump_row_version();
create trigger employees_stay_in_their_clinic before update on app_public.employees
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'account_id');
create trigger former_employees_lose_their_invitations after update of is_active on app_public.employees
  for each row when (OLD.is_active and not NEW.is_active) execute function app_private.end_invitations_of_former_employee();
create trigger clinic_customers_count_their_versions before update on app_public.clinic_customers
  for each row execute function app_hidden.bump_row_version();
create trigger clinic_customers_stay_in_their_clinic before update on app_public.clinic_customers
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'customer_id');

create policy everybody_sees_active_clinics on app_public.clinics for select to app_anonymous using (is_active);
create policy staff_see_their_clinics on app_public.clinics for select to app_staff using (id = any (app_hidden.staff_clinic_ids()));
create policy managers_edit_their_clinics on app_public.clinics for update to app_staff using (id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.clinics for all to app_admin using (true);
grant select on app_public.clinics to app_anonymous;
grant update (name, time_zone, address, email, phone, is_active, row_version) on app_public.clinics to app_staff;
grant insert (name, time_zone, address, email, phone) on app_public.clinics to app_admin;

create policy everybody_sees_policies on app_public.policies for select to app_anonymous using (true);
create policy managers_edit_their_policies on app_public.policies for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.policies for all to app_admin using (true);
grant select on app_public.policies to app_anonymous;
grant update (lead_time, horizon, cancellation_cutoff, hold_time, max_live_bookings, reminder_lead_times,
  generation_weekday, generation_time, generation_weeks, row_version) on app_public.policies to app_staff;

create policy everybody_sees_specializations on app_public.specializations for select to app_anonymous using (true);
create policy admins_do_everything on app_public.specializations for all to app_admin using (true);
grant select on app_public.specializations to app_anonymous;
grant insert (name), update (name), delete on app_public.specializations to app_admin;

create policy everybody_sees_active_doctors on app_public.doctors for select to app_anonymous using (is_active);
create policy staff_see_their_doctors on app_public.doctors for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy managers_add_doctors on app_public.doctors for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_doctors on app_public.doctors for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.doctors for all to app_admin using (true);
grant select on app_public.doctors to app_anonymous;
grant insert (clinic_id, full_name, about), update (full_name, about, is_active, row_version) on app_public.doctors to app_staff;

create policy everybody_sees_doctor_specializations on app_public.doctor_specializations for select to app_anonymous using (true);
create policy managers_add_doctor_specializations on app_public.doctor_specializations for insert to app_staff
  with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_remove_doctor_specializations on app_public.doctor_specializations for delete to app_staff
  using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.doctor_specializations for all to app_admin using (true);
grant select on app_public.doctor_specializations to app_anonymous;
grant insert, delete on app_public.doctor_specializations to app_staff;

create policy people_see_their_memberships on app_public.employees for select to app_customer using (account_id = app_hidden.current_account_id());
create policy staff_see_their_colleagues on app_public.employees for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy managers_edit_their_staff on app_public.employees for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.employees for all to app_admin using (true);
grant select on app_public.employees to app_customer;
grant update (role, doctor_id, full_name, is_active, row_version) on app_public.employees to app_staff;

create policy staff_see_their_customers on app_public.clinic_customers for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy the_desk_edits_its_customers on app_public.clinic_customers for update to app_staff using (clinic_id = any (app_hidden.desk_clinic_ids()));
create policy admins_do_everything on app_public.clinic_customers for all to app_admin using (true);
grant select, update (full_name, email, phone, notes, row_version) on app_public.clinic_customers to app_staff;
