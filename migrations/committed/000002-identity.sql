--! Previous: sha1:4f1d745d051fe3da41fa2973afc95263857aa7ea
--! Hash: sha1:34f4a05ec3a29e1cb700338e1230a57e04d9345f
--! Message: identity

-- Accounts: who can sign in. Global, referred to by customers and employees.
create table app_private.accounts (
  id bigint generated always as identity,
  email public.citext not null,
  password_hash text,
  is_admin boolean not null default false,
  is_active boolean not null default true,
  failed_sign_ins int not null default 0,
  locked_until timestamptz,
  created_at timestamptz not null default now(),
  constraint accounts_are_identified_by_id primary key (id),
  constraint accounts_are_unique_by_email unique (email),
  constraint account_emails_look_like_addresses check (email ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' and char_length(email::text) <= 254)
);
comment on table app_private.accounts is 'Who can sign in. A null password_hash signs in through an external issuer or not at all.';
comment on column app_private.accounts.password_hash is 'bcrypt, made by app_private.hash_password.';
comment on column app_private.accounts.locked_until is 'Until then sign-in is refused, after repeated failures.';
alter table app_private.accounts enable row level security;

create table app_private.external_identities (
  issuer text not null,
  subject text not null,
  account_id bigint not null,
  constraint an_external_subject_has_one_account primary key (issuer, subject),
  constraint external_identities_belong_to_an_account foreign key (account_id) references app_private.accounts (id) on delete cascade
);
create index on app_private.external_identities (account_id);
comment on table app_private.external_identities is 'Which account the subject of a trusted external token issuer (setting EXTERNAL_JWT_ISSUER) is. Rows are made by the operator.';
alter table app_private.external_identities enable row level security;

create table app_private.sessions (
  id uuid not null default gen_random_uuid(),
  account_id bigint not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '90 days',
  revoked_at timestamptz,
  constraint sessions_are_identified_by_id primary key (id),
  constraint sessions_belong_to_an_account foreign key (account_id) references app_private.accounts (id) on delete cascade
);
create index on app_private.sessions (account_id);
comment on table app_private.sessions is 'One sign-in. Access tokens name their session, so a revoked one is refused at once.';
alter table app_private.sessions enable row level security;

create table app_private.refresh_tokens (
  token_hash bytea not null,
  session_id uuid not null,
  issued_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint refresh_tokens_are_identified_by_hash primary key (token_hash),
  constraint refresh_tokens_belong_to_a_session foreign key (session_id) references app_private.sessions (id) on delete cascade
);
create index on app_private.refresh_tokens (session_id);
comment on table app_private.refresh_tokens is 'The refresh tokens of a session, by SHA-256. Each works once; the used ones are kept to notice a copy.';
alter table app_private.refresh_tokens enable row level security;

-- Customers are global: patients look for doctors across clinics. What a clinic knows of them is in clinic_customers.
create table app_public.customers (
  id bigint generated always as identity,
  account_id bigint,
  full_name text not null,
  email public.citext,
  phone text,
  is_active boolean not null default true,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  constraint customers_are_identified_by_id primary key (id),
  constraint an_account_is_one_customer unique (account_id),
  constraint customers_may_have_an_account foreign key (account_id) references app_private.accounts (id),
  constraint customers_have_a_name check (btrim(full_name) <> '' and char_length(full_name) <= 200),
  constraint customer_emails_look_like_addresses check (email ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' and char_length(email::text) <= 254),
  constraint customer_phones_are_short check (char_length(phone) <= 50)
);
comment on table app_public.customers is 'A patient, known to the whole platform. Only they themselves and administrators read this; a clinic has its own record in clinic_customers.';
comment on column app_public.customers.account_id is 'Null for people a desk took in who never registered.';
alter table app_public.customers enable row level security;

create type app_private.request_person as (
  role text, account_id bigint, session_id uuid, customer_id bigint,
  staff_clinic_ids bigint[], desk_clinic_ids bigint[], manager_clinic_ids bigint[], own_doctor_ids bigint[]
);
comment on type app_private.request_person is 'Who makes a request: the role it gets and its claims.';

create type app_public.auth_tokens as (
  account_id bigint, session_id uuid, refresh_token text, refresh_expires_at timestamptz, refusal text, customer_id bigint
);
comment on type app_public.auth_tokens is 'A started or continued session. The API adds the access token.';
comment on column app_public.auth_tokens.refresh_token is 'Works once, at refresh_session, until refresh_expires_at.';
comment on column app_public.auth_tokens.customer_id is 'The customer that the account is, if one.';
comment on column app_public.auth_tokens.refusal is 'Null, or the name of a refusal that had to be recorded (a counted failure, a revoked session) and so could not be raised. The API turns it into the error.';

create type app_public.person as (
  account_id bigint, email text, is_admin boolean, customer_id bigint, full_name text,
  staff_clinic_ids bigint[], desk_clinic_ids bigint[], manager_clinic_ids bigint[]
);
comment on type app_public.person is 'The caller, and what they may do where.';

--! Included identity/hash_password.sql
create or replace function app_private.hash_password(password text) returns text
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
begin
  -- bcrypt reads 72 bytes and silently ignores the rest, so a longer password would be weaker than it looks.
  if password is null or char_length(password) < 10 or octet_length(password) > 72 then
    perform app_hidden.refuse('weak_password', 'A password has 10 characters at least and 72 bytes at most.');
  end if;
  -- Cost 10: some 60 ms here, the usual compromise between an attacker's cost and a sign-in's.
  return public.crypt(password, public.gen_salt('bf', 10));
end
$$;

comment on function app_private.hash_password(text) is
'The bcrypt hash of a password (pgcrypto, cost 10). Refuses weak_password: under 10 characters or over 72 bytes.';

revoke all on function app_private.hash_password(text) from public;
--! EndIncluded identity/hash_password.sql
--! Included identity/create_account.sql
create or replace function app_private.create_account(email text, password text) returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  address public.citext := btrim(create_account.email)::public.citext;
  account_id bigint;
begin
  if address is null or address !~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' or char_length(address::text) > 254 then
    perform app_hidden.refuse('invalid_email', 'This does not look like an e-mail address.', '{"argument": "email"}');
  end if;
  insert into app_private.accounts (email, password_hash)
  values (address, case when create_account.password is not null then app_private.hash_password(create_account.password) end)
  on conflict on constraint accounts_are_unique_by_email do nothing
  returning id into account_id;
  if account_id is null then
    perform app_hidden.refuse('email_taken', 'An account with this e-mail address exists. Sign in instead.', '{"argument": "email"}');
  end if;
  return account_id;
end
$$;

comment on function app_private.create_account(text, text) is
'Makes an account and gives its id; a null password makes one that cannot sign in until a password is set. Refuses invalid_email, email_taken, weak_password.';

revoke all on function app_private.create_account(text, text) from public;
--! EndIncluded identity/create_account.sql
--! Included identity/issue_refresh_token.sql
create or replace function app_private.issue_refresh_token(session app_private.sessions) returns app_public.auth_tokens
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  -- 32 random bytes need no salt and no slow hash: nobody guesses them from their digest.
  token text := translate(encode(public.gen_random_bytes(32), 'base64'), '+/=', '-_');
  tokens app_public.auth_tokens;
begin
  insert into app_private.refresh_tokens (token_hash, session_id, expires_at)
  values (sha256(convert_to(token, 'utf8')), session.id, least(now() + interval '30 days', session.expires_at))
  returning expires_at into tokens.refresh_expires_at;
  select c.id into tokens.customer_id from app_public.customers c where c.account_id = session.account_id;
  tokens.account_id := session.account_id;
  tokens.session_id := session.id;
  tokens.refresh_token := token;
  return tokens;
end
$$;

comment on function app_private.issue_refresh_token(app_private.sessions) is
'A new refresh token of a session, valid 30 days but no longer than the session; only its SHA-256 is stored.';

revoke all on function app_private.issue_refresh_token(app_private.sessions) from public;
--! EndIncluded identity/issue_refresh_token.sql
--! Included identity/start_session.sql
create or replace function app_private.start_session(account_id bigint) returns app_public.auth_tokens
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  session app_private.sessions;
begin
  insert into app_private.sessions (account_id) values (start_session.account_id) returning * into session;
  return app_private.issue_refresh_token(session);
end
$$;

comment on function app_private.start_session(bigint) is 'Starts a session of an account and gives its first refresh token.';

revoke all on function app_private.start_session(bigint) from public;
--! EndIncluded identity/start_session.sql
--! Included identity/register_customer.sql
create or replace function app_public.register_customer(email text, password text, full_name text, phone text default null)
returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  account_id bigint;
begin
  if register_customer.password is null then
    -- An account without a password is for operators to make.
    perform app_hidden.refuse('weak_password', 'A password is needed.', '{"argument": "password"}');
  end if;
  account_id := app_private.create_account(register_customer.email, register_customer.password);
  if coalesce(btrim(register_customer.full_name), '') = '' then
    perform app_hidden.refuse('invalid_argument', 'A name is needed.', '{"argument": "fullName"}');
  end if;
  insert into app_public.customers (account_id, full_name, email, phone)
  values (account_id, btrim(register_customer.full_name), btrim(register_customer.email)::public.citext, nullif(btrim(register_customer.phone), ''));
  return app_private.start_session(account_id);
end
$$;

comment on function app_public.register_customer(text, text, text, text) is
'Registers a patient with an account of their own and signs them in. Open to everybody. Refuses email_taken, invalid_email, weak_password, invalid_argument.';

revoke all on function app_public.register_customer(text, text, text, text) from public;
grant execute on function app_public.register_customer(text, text, text, text) to app_anonymous;
--! EndIncluded identity/register_customer.sql
--! Included identity/sign_in.sql
create or replace function app_public.sign_in(email text, password text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  account app_private.accounts;
  tokens app_public.auth_tokens;
begin
  -- The lock makes guesses at one account queue up behind each other, however many connections make them.
  select a.* into account from app_private.accounts a
  where a.email = btrim(sign_in.email)::public.citext for no key update;

  if account.locked_until > now() then
    perform app_hidden.refuse('too_many_attempts', 'Too many failed attempts. Wait and try again.',
      jsonb_build_object('retryAfterSeconds', ceil(extract(epoch from account.locked_until - now()))));
  end if;

  -- An unknown address costs the same bcrypt as a known one, so that the time taken tells nothing.
  -- "Not true" rather than "distinct": no password given must not match an account that has none.
  if (public.crypt(sign_in.password, coalesce(account.password_hash, '$2a$10$lm1lycIy9AXB8Yayvm1L3uIocpSM5bsCaXxoW7d87tjMc4ujGvOP.'))
       = account.password_hash) is not true or not account.is_active then
    update app_private.accounts a
    set failed_sign_ins = a.failed_sign_ins + 1,
        -- Four failures are free; then 2, 4, 8 … seconds, at most 15 minutes.
        locked_until = case when a.failed_sign_ins >= 4
          then now() + least(interval '1 second' * 2 ^ least(a.failed_sign_ins - 3, 10), interval '15 minutes') end
    where a.id = account.id;
    -- Not raised: an exception would roll the count back. The API turns this field into the error after the commit.
    tokens.refusal := 'wrong_credentials';
    return tokens;
  end if;

  update app_private.accounts a set failed_sign_ins = 0, locked_until = null
  where a.id = account.id and a.failed_sign_ins > 0;
  return app_private.start_session(account.id);
end
$$;

comment on function app_public.sign_in(text, text) is
'Signs in with e-mail and password and starts a session. Open to everybody. A failure is counted and therefore returned, not raised: field refusal = wrong_credentials. Refuses too_many_attempts (detail: retryAfterSeconds).';

revoke all on function app_public.sign_in(text, text) from public;
grant execute on function app_public.sign_in(text, text) to app_anonymous;
--! EndIncluded identity/sign_in.sql
--! Included identity/refresh_session.sql
create or replace function app_public.refresh_session(refresh_token text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  presented app_private.refresh_tokens;
  session app_private.sessions;
  tokens app_public.auth_tokens;
begin
  select rt.* into presented from app_private.refresh_tokens rt
  where rt.token_hash = sha256(convert_to(refresh_session.refresh_token, 'utf8'));
  -- The session is locked before its token is judged, so that of two who present the same token one finds it used.
  select s.* into session from app_private.sessions s where s.id = presented.session_id for no key update;
  if session.id is null or session.revoked_at is not null or session.expires_at <= now() or presented.expires_at <= now()
     or not exists (select from app_private.accounts a where a.id = session.account_id and a.is_active) then
    perform app_hidden.refuse('refresh_token_invalid', 'The session has ended. Sign in again.');
  end if;

  update app_private.refresh_tokens rt set used_at = now()
  where rt.token_hash = presented.token_hash and rt.used_at is null;
  if not found then
    -- Used twice: one of the two is a thief, and nobody can tell which. Returned, not raised, so that the revocation stays.
    update app_private.sessions s set revoked_at = now() where s.id = session.id;
    tokens.refusal := 'refresh_token_reused';
    return tokens;
  end if;
  return app_private.issue_refresh_token(session);
end
$$;

comment on function app_public.refresh_session(text) is
'Exchanges a refresh token, which works once, for the next one of its session. A token used before ends the session: field refusal = refresh_token_reused. Refuses refresh_token_invalid.';

revoke all on function app_public.refresh_session(text) from public;
grant execute on function app_public.refresh_session(text) to app_anonymous;
--! EndIncluded identity/refresh_session.sql
--! Included identity/sign_out.sql
create or replace function app_public.sign_out() returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Only the caller's own session: the id comes from the verified token.
  update app_private.sessions s set revoked_at = now()
  where s.id = app_hidden.current_session_id() and s.account_id = app_hidden.current_account_id() and s.revoked_at is null;
  return found;
end
$$;

comment on function app_public.sign_out() is
'Ends the caller''s session at once: its refresh token and its access tokens are refused from now on. True when there was one to end.';

revoke all on function app_public.sign_out() from public;
grant execute on function app_public.sign_out() to app_customer;
--! EndIncluded identity/sign_out.sql
--! Included identity/change_password.sql
create or replace function app_public.change_password(current_password text, new_password text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  account app_private.accounts;
begin
  select a.* into account from app_private.accounts a where a.id = app_hidden.current_account_id() for no key update;
  if account.id is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  -- "Not true" rather than "distinct": an account without a password has none that could be right.
  if (public.crypt(change_password.current_password, account.password_hash) = account.password_hash) is not true then
    perform app_hidden.refuse('wrong_credentials', 'The present password is wrong.', '{"argument": "currentPassword"}');
  end if;
  update app_private.accounts a set password_hash = app_private.hash_password(change_password.new_password) where a.id = account.id;
  -- Whoever knew the old password may hold a session: all others end.
  update app_private.sessions s set revoked_at = now()
  where s.account_id = account.id and s.revoked_at is null and s.id is distinct from app_hidden.current_session_id();
  return true;
end
$$;

comment on function app_public.change_password(text, text) is
'Changes the caller''s own password and ends all of their other sessions. Refuses unauthenticated, wrong_credentials, weak_password.';

revoke all on function app_public.change_password(text, text) from public;
grant execute on function app_public.change_password(text, text) to app_customer;
--! EndIncluded identity/change_password.sql
--! Included identity/set_password.sql
create or replace function app_private.set_password(email text, password text) returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  target bigint;
begin
  update app_private.accounts a
  set password_hash = app_private.hash_password(set_password.password), failed_sign_ins = 0, locked_until = null
  where a.email = btrim(set_password.email)::public.citext
  returning a.id into target;
  if target is null then
    target := app_private.create_account(set_password.email, set_password.password);
  end if;
  update app_private.sessions s set revoked_at = now() where s.account_id = target and s.revoked_at is null;
  return target;
end
$$;

comment on function app_private.set_password(text, text) is
'For DBAs: gives the account with this e-mail address this password, making the account when there is none, and ends its sessions. Returns the account''s id. Refuses invalid_email, weak_password.';

revoke all on function app_private.set_password(text, text) from public;
--! EndIncluded identity/set_password.sql
--! Included identity/make_admin.sql
create or replace function app_private.make_admin(email text, password text) returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  target bigint := app_private.set_password(make_admin.email, make_admin.password);
begin
  update app_private.accounts a set is_admin = true where a.id = target;
  return target;
end
$$;

comment on function app_private.make_admin(text, text) is
'For DBAs: makes (or turns) the account with this e-mail address into an administrator with this password. The first administrator of an installation comes from here.';

revoke all on function app_private.make_admin(text, text) from public;
--! EndIncluded identity/make_admin.sql
--! Included identity/current_person.sql
create or replace function app_public.current_person() returns app_public.person
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  me app_public.person;
begin
  -- Only what belongs to the verified caller: the id comes from the token, not from an argument.
  select a.id, a.email, a.is_admin, c.id, c.full_name
    into me.account_id, me.email, me.is_admin, me.customer_id, me.full_name
  from app_private.accounts a
  left join app_public.customers c on c.account_id = a.id
  where a.id = app_hidden.current_account_id();
  if me.account_id is null then
    return null;
  end if;
  me.staff_clinic_ids := app_hidden.staff_clinic_ids();
  me.desk_clinic_ids := app_hidden.desk_clinic_ids();
  me.manager_clinic_ids := app_hidden.manager_clinic_ids();
  return me;
end
$$;

comment on function app_public.current_person() is
'Who the caller is: account, customer, and the clinics they work for by right. Null when not signed in.';

revoke all on function app_public.current_person() from public;
grant execute on function app_public.current_person() to app_anonymous;
--! EndIncluded identity/current_person.sql

create trigger customers_count_their_versions before update on app_public.customers
  for each row execute function app_hidden.bump_row_version();
create trigger customers_keep_their_account before update on app_public.customers
  for each row execute function app_hidden.refuse_new_identity('id', 'account_id');

create policy customers_see_themselves on app_public.customers for select to app_customer
  using (id = app_hidden.current_customer_id());
create policy customers_edit_themselves on app_public.customers for update to app_customer
  using (id = app_hidden.current_customer_id());
create policy admins_do_everything on app_public.customers for all to app_admin using (true);
grant select, update (full_name, email, phone, row_version) on app_public.customers to app_customer;
grant insert (full_name, email, phone), update (is_active) on app_public.customers to app_admin;
