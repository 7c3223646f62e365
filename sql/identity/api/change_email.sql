create or replace function app_public.change_email(new_email text, current_password text default null)
returns app_public.email_change
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  new_address app_public.email_address := app_private.require_address(change_email.new_email);
  account app_private.accounts;
  address text;
  outcome app_public.email_change;
begin
  select a.* into account from app_private.accounts a where a.id = app_hidden.current_account_id();
  if account.id is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  perform app_private.assert_network_below_limit('email_confirmation');
  address := coalesce(account.email, account.claimed_email);
  -- The address opens the account by a link for a new password.
  if not app_private.check_own_password(account, change_email.current_password) then
    outcome.refusal := 'wrong_credentials';
    return outcome;
  end if;
  -- Links to an address that was requested earlier are no longer valid.
  perform app_private.end_account_links(account.id, '{email_change}');
  update app_private.accounts a set new_email = nullif(new_address, address) where a.id = account.id;
  if new_address <> address then
    perform app_private.queue_account_message(new_address, account.id, 'email_change');
    if account.email_verified_at is not null then
      perform app_private.queue_account_message(address, account.id, 'email_change_notice');
    end if;
    perform app_private.count_network_attempt('email_confirmation');
  end if;
  outcome.new_email := nullif(new_address, address);
  return outcome;
end
$$;

comment on function app_public.change_email is
'Sends a link to a new e-mail address. The address becomes that of the account and of the customer when confirm_email '
'gets the token of the link; until then the old one stays, and its owner is notified. Naming the present address takes '
'a change back. The answer does not depend on whether the address has an account. A wrong current password counts as a '
'failed sign-in and is returned: field refusal = wrong_credentials. An account without a password needs none. Refuses '
'unauthenticated, invalid_email, too_many_attempts (detail: retryAfterSeconds).';

grant execute on function app_public.change_email to app_customer;
