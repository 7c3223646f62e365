create or replace function app_public.request_password_reset(email text, language text default null) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  address app_public.email_address := app_private.require_address(request_password_reset.email);
  account_id bigint;
  stored_address app_public.email_address;
begin
  perform app_private.refuse_hasty_network('password_reset');
  -- The owner of the address; when that account was closed, whoever registered with it last.
  select a.id, coalesce(a.email, a.claimed_email) into account_id, stored_address from app_private.accounts a
  where (a.email = address or a.claimed_email = address) and a.is_active
  order by a.email is null, a.id desc limit 1;
  -- To the address that the account has, not to the one that was typed: whatever may ever compare as equal, the link goes to the owner.
  perform app_private.queue_account_message(coalesce(stored_address, address), account_id, 'password_reset', request_password_reset.language);
  perform app_private.count_network_attempt('password_reset');
  return true;
end
$$;

comment on function app_public.request_password_reset(text, text) is
'Sends a link with which to choose a new password, good for one hour, if there is an account with this address; the answer does not say whether. `language` (en, de) is for who has not chosen one. Open to everybody. Refuses invalid_email, too_many_attempts (many from one network).';

revoke all on function app_public.request_password_reset(text, text) from public;
grant execute on function app_public.request_password_reset(text, text) to app_anonymous;
