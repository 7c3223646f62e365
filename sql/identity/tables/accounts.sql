-- Accounts can sign in. They are global; customers and employees refer to them.
create table app_private.accounts (
  id bigint generated always as identity,
  email app_public.email_address,
  password_hash text,
  is_admin boolean not null default false,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  claimed_email app_public.email_address,
  email_verified_at timestamptz,
  new_email app_public.email_address,
  works_elsewhere boolean not null default false,
  constraint accounts_are_identified_by_id primary key (id),
  constraint accounts_are_unique_by_email unique (email),
  constraint accounts_have_one_address check (num_nonnulls(email, claimed_email) = 1)
);

comment on table app_private.accounts is
'Accounts that can sign in. With a null password_hash the account signs in through an external issuer or not at all.';
comment on column app_private.accounts.email is
'The address that the account owns. Null if it was registered with an address that already had an account.';
comment on column app_private.accounts.password_hash is
'A bcrypt hash, made by app_private.hash_password. The accounts of one address share a salt.';
comment on column app_private.accounts.claimed_email is
'The address of an account that was registered when the address already had another account. It signs in with this '
'address and its own password. Nothing else finds the account by this address.';

comment on column app_private.accounts.email_verified_at is
'When the person proved that the address is theirs, or the operator vouched for it. Null after register_customer: '
'such an account has the limits of app_private.unconfirmed_limits, and cannot see what others record for the address.';
comment on column app_private.accounts.new_email is
'The address that the account will have as soon as its owner confirms it (change_email, confirm_email).';
comment on column app_private.accounts.works_elsewhere is
'In an installation with shards: whether the account works at a clinic in any database, so that all of them know it as '
'staff. Kept by the global database (app_private.note_employment). False with one database.';

create index accounts_by_claimed_email on app_private.accounts (claimed_email) where claimed_email is not null;

-- The work list of remove_unconfirmed_accounts.
create index accounts_to_confirm on app_private.accounts (created_at) where email_verified_at is null;

alter table app_private.accounts enable row level security;

create trigger customers_are_confirmed_with_their_account after update of email_verified_at on app_private.accounts
  for each row when (OLD.email_verified_at is distinct from NEW.email_verified_at)
  execute function app_private.copy_confirmation_of_account();
