create or replace function app_private.check_own_password(account app_private.accounts, current_password text)
returns boolean
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  address text := coalesce(account.email, account.claimed_email);
  here text := app_private.place_of_attempt(address);
  is_right boolean;
begin
  perform app_private.refuse_until(app_private.address_blocked_until(address, here));
  is_right := account.password_hash is null
    or (public.crypt(check_own_password.current_password, account.password_hash) = account.password_hash) is true;
  perform app_private.lock_sign_ins(address, here);
  if not is_right then
    perform app_private.count_failure(address, here);
  end if;
  return is_right;
end
$$;

comment on function app_private.check_own_password is
'Whether this is the password of the caller''s account. For operations that must be refused to a person who finds '
'somebody else''s open session. A wrong one counts as a failed sign-in. An account of an external issuer has no '
'password and needs none. Refuses too_many_attempts (detail: retryAfterSeconds).';
