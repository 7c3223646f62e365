create or replace function app_public.request_password_reset(email text, language text default null) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  address public.citext := btrim(request_password_reset.email)::public.citext;
  account_id bigint;
begin
  perform app_private.refuse_hasty_network('password_reset');
  perform app_private.require_address(address);
  -- The owner of the address; when that account was closed, whoever registered with it last.
  select a.id into account_id from app_private.accounts a
  where (a.email = address or a.claimed_email = address) and a.is_active
  order by a.email is null, a.id desc limit 1;
  perform app_private.queue_account_message(address, account_id, 'password_reset', request_password_reset.language);
  perform app_private.count_network_attempt('password_reset');
  return true;
end
$$;

comment on function app_public.request_password_reset(text, text) is
'Sends a link with which to choose a new password, good for one hour, if there is an account with this address; the answer does not say whether. `language` (en, de) is for who has not chosen one. Open to everybody. Refuses invalid_email, too_many_attempts (many from one network).';

revoke all on function app_public.request_password_reset(text, text) from public;
grant execute on function app_public.request_password_reset(text, text) to app_anonymous;
