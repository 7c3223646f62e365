create or replace function app_public.sign_in(email text, password text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  address text := coalesce(app_hidden.canonical_address(sign_in.email), '');
  here text := app_private.place_of_attempt(address);
  account_id bigint;
  hash text;
  tokens app_public.auth_tokens;
begin
  -- Failures of other people in a network do not block a device that has signed in before.
  if not starts_with(here, 'device ') then
    perform app_private.assert_network_below_limit('sign_in');
    perform app_private.assert_network_below_limit('signed_in');
  end if;
  perform app_private.refuse_until(app_private.address_blocked_until(address, here));

  -- Computed without a lock, so that other callers, who may know the password, need not wait. An unknown address costs
  -- the same bcrypt as a known one, so the response time reveals nothing.
  hash := public.crypt(sign_in.password, coalesce(app_private.salt_of(address), app_private.new_salt()));

  perform app_private.lock_sign_ins(address, here);
  account_id := app_private.account_by_hash(address, hash, here);
  if account_id is null then
    perform app_private.count_failure(address, here);
    -- Guesses at many accounts from one network are limited by counting them for the network.
    if not starts_with(here, 'device ') then
      perform app_private.count_network_attempt('sign_in');
    end if;
    -- Not raised: an exception would roll the count back. The API turns this field into the error after the commit.
    tokens.refusal := 'wrong_credentials';
    return tokens;
  end if;
  -- If other accounts share the address, a success with one of them must not allow more guesses at the others.
  if not exists (
       select from app_private.accounts a
       where (a.email = address or a.claimed_email = address) and a.id <> account_id) then
    delete from app_private.sign_in_counts sc
    where sc.address_hash = sha256(convert_to(address, 'utf8')) and sc.place = here;
  end if;
  return app_private.start_session(account_id);
end
$$;

comment on function app_public.sign_in is
'Signs in with e-mail address and password and starts a session. Open to everybody. A failure is counted and the '
'count must be committed, so this refusal is returned rather than raised: field refusal = wrong_credentials. Known '
'and unknown addresses get the same response. Refuses too_many_attempts (detail: retryAfterSeconds).';

grant execute on function app_public.sign_in to app_anonymous;
