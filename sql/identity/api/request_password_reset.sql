create or replace function app_public.request_password_reset(email text, language text default null) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  address app_public.email_address := app_private.require_address(request_password_reset.email);
  account_id bigint;
  stored_address app_public.email_address;
begin
  perform app_private.assert_network_below_limit('password_reset');
  -- The account whose owner has proved the address, then the account that was registered with it first. If these were
  -- closed, the one that was registered last.
  select a.id, coalesce(a.email, a.claimed_email) into account_id, stored_address from app_private.accounts a
  where (a.email = address or a.claimed_email = address) and a.is_active
  order by a.email_verified_at is null, a.email is null, a.id desc limit 1;
  -- The mail goes to the stored address, not to the typed one. Even if two addresses were wrongly compared as equal,
  -- the link would reach the owner.
  perform app_private.queue_account_message(
    coalesce(stored_address, address), account_id, 'password_reset', request_password_reset.language);
  perform app_private.count_network_attempt('password_reset');
  return true;
end
$$;

comment on function app_public.request_password_reset is
'Sends a link to choose a new password, valid for one hour, if there is an account with this address. The response is '
'the same with and without such an account. `language` (en, de) is used if the customer has not chosen one. Open to '
'everybody. Refuses invalid_email, too_many_attempts (many requests from one network).';

grant execute on function app_public.request_password_reset to app_anonymous;
