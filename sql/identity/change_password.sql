create or replace function app_public.change_password(current_password text, new_password text) returns app_public.password_change
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  account app_private.accounts;
  outcome app_public.password_change;
begin
  select a.* into account from app_private.accounts a where a.id = app_hidden.current_account_id() for no key update;
  if account.id is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  perform app_private.refuse_while_waiting(account.locked_until);
  -- "Not true" rather than "distinct": an account without a password has none that could be right.
  if (public.crypt(change_password.current_password, account.password_hash) = account.password_hash) is not true then
    -- Whoever found a session left open guesses here what they would guess at sign_in.
    perform app_private.count_failure(account.id);
    outcome.refusal := 'wrong_credentials';
    return outcome;
  end if;
  update app_private.accounts a
  set password_hash = app_private.hash_password(change_password.new_password, coalesce(a.email, a.claimed_email)), failed_sign_ins = 0, locked_until = null
  where a.id = account.id;
  -- Whoever knew the old password may hold a session: all others end.
  update app_private.sessions s set revoked_at = now()
  where s.account_id = account.id and s.revoked_at is null and s.id is distinct from app_hidden.current_session_id();
  outcome.changed := true;
  return outcome;
end
$$;

comment on function app_public.change_password(text, text) is
'Changes the caller''s own password and ends all of their other sessions. A wrong present password counts as a failed sign-in and is therefore returned, not raised: field refusal = wrong_credentials. Refuses unauthenticated, too_many_attempts (detail: retryAfterSeconds), weak_password.';

revoke all on function app_public.change_password(text, text) from public;
grant execute on function app_public.change_password(text, text) to app_customer;
