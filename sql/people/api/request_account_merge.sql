create or replace function app_public.request_account_merge(email text, current_password text default null)
returns app_public.account_merge_request
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  address app_public.email_address := app_private.require_address(request_account_merge.email);
  account app_private.accounts;
  outcome app_public.account_merge_request;
begin
  select a.* into account from app_private.accounts a where a.id = app_hidden.current_account_id();
  if account.id is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif app_hidden.caller_is_unconfirmed() then
    perform app_hidden.refuse('email_not_confirmed', 'Confirm your e-mail address first.');
  elsif app_hidden.current_customer_id() is null then
    perform app_hidden.refuse('customer_not_found', 'Only patients have visits to merge.');
  end if;
  perform app_private.assert_network_below_limit('email_confirmation');
  -- The other account acts for this person afterwards, so a person who finds an open session must not ask for it.
  if not app_private.check_own_password(account, request_account_merge.current_password) then
    outcome.refusal := 'wrong_credentials';
    return outcome;
  end if;
  perform app_private.end_account_links(account.id, '{account_merge}');
  perform app_private.queue_account_message(address, account.id, 'account_merge',
    is_wanted => exists (select from app_private.mergeable_accounts(address)));
  perform app_private.count_network_attempt('email_confirmation');
  outcome.requested := true;
  return outcome;
end
$$;

comment on function app_public.request_account_merge is
'Mails a link to the address of another account of the caller''s. confirm_merge, called with its token by the account '
'that asked, merges the two. Nothing is sent if no confirmed account of another patient has the address, and the '
'answer is the same. A wrong current password counts as a failed sign-in and is returned: field refusal = '
'wrong_credentials. An account without a password needs none. Refuses unauthenticated, email_not_confirmed, '
'customer_not_found (the caller is not a patient), invalid_email, too_many_attempts (detail: retryAfterSeconds).';

grant execute on function app_public.request_account_merge to app_customer;
