create or replace function app_public.change_password(current_password text, new_password text)
returns app_public.password_change
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  account app_private.accounts;
  address text;
  here text;
  is_right boolean;
  new_hash text;
  outcome app_public.password_change;
begin
  select a.* into account from app_private.accounts a where a.id = app_hidden.current_account_id();
  if account.id is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  address := coalesce(account.email, account.claimed_email);
  here := app_private.place_of_attempt(address);
  perform app_private.refuse_until(app_private.address_blocked_until(address, here));
  -- Compared without a lock, as in sign_in. "is true", because an account without a password has no right password.
  is_right := (public.crypt(change_password.current_password, account.password_hash) = account.password_hash) is true;
  if is_right then
    new_hash := app_private.hash_password(change_password.new_password, address);
  end if;
  perform app_private.lock_sign_ins(address, here);
  if is_right then
    update app_private.accounts a set password_hash = new_hash
    where a.id = account.id and a.password_hash = account.password_hash;
    -- If another request changed the password in the meantime, the given password is no longer the current one.
    is_right := found;
  end if;
  if not is_right then
    -- A person who finds an open session could guess passwords here as at sign_in.
    perform app_private.count_failure(address, here);
    outcome.refusal := 'wrong_credentials';
    return outcome;
  end if;
  perform app_private.clear_failures(address);
  -- A person who knew the old password may have a session, so all other sessions end.
  update app_private.sessions s set revoked_at = now()
  where s.account_id = account.id and s.revoked_at is null and s.id is distinct from app_hidden.current_session_id();
  outcome.changed := true;
  return outcome;
end
$$;

comment on function app_public.change_password is
'Changes the caller''s password and ends all of the caller''s other sessions. A wrong current password counts as a '
'failed sign-in. The count must be committed, so this refusal is returned rather than raised: field refusal = '
'wrong_credentials. Refuses unauthenticated, too_many_attempts (detail: retryAfterSeconds), weak_password.';

grant execute on function app_public.change_password to app_customer;
