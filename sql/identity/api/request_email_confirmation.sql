create or replace function app_public.request_email_confirmation() returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  account app_private.accounts;
begin
  select a.* into account from app_private.accounts a where a.id = app_hidden.current_account_id();
  if account.id is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  perform app_private.assert_network_below_limit('email_confirmation');
  if account.new_email is not null then
    perform app_private.queue_account_message(account.new_email, account.id, 'email_change');
  elsif account.email_verified_at is null then
    perform app_private.queue_account_message(
      coalesce(account.email, account.claimed_email), account.id, 'email_confirmation');
  else
    return false;
  end if;
  perform app_private.count_network_attempt('email_confirmation');
  return true;
end
$$;

comment on function app_public.request_email_confirmation is
'Sends the link with which the caller confirms their e-mail address again: to the address that change_email named, or '
'to the unconfirmed address of the account. At most three an hour are sent to an address. Returns false if there is '
'nothing to confirm. Refuses unauthenticated, too_many_attempts (many requests from one network).';

grant execute on function app_public.request_email_confirmation to app_customer;
