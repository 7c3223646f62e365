create or replace function app_private.create_account(email text, password text) returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  address app_public.email_address := app_private.require_address(create_account.email);
  account_id bigint;
begin
  insert into app_private.accounts (email, password_hash, email_verified_at)
  values (
    address,
    case when create_account.password is not null then app_private.hash_password(create_account.password, address) end,
    now())
  on conflict on constraint accounts_are_unique_by_email do nothing
  returning id into account_id;
  if account_id is null then
    perform app_hidden.refuse('email_taken', 'An account with this e-mail address exists. Sign in instead.',
      '{"argument": "email"}');
  end if;
  return account_id;
end
$$;

comment on function app_private.create_account is
'Creates an account for a person whose address is known to be theirs, and returns its id. With a null password nobody '
'can sign in until a password is set. Refuses invalid_email, email_taken, weak_password.';
