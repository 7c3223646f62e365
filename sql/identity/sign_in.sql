create or replace function app_public.sign_in(email text, password text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  address text := coalesce(app_hidden.canonical_address(sign_in.email), '');
  here text := app_private.place_of_attempt(address);
  account_id bigint;
  hash text;
  tokens app_public.auth_tokens;
begin
  -- Another person's failures in a network do not keep out a device that has signed in before.
  if not starts_with(here, 'device ') then
    perform app_private.refuse_hasty_network('sign_in');
    perform app_private.refuse_hasty_network('signed_in');
  end if;
  perform app_private.refuse_while_waiting(app_private.address_waits_until(address, here));

  -- Without a lock: others, who may know the right password, need not wait for this. An unknown address costs the same bcrypt as a known
  -- one, so that the time taken tells nothing.
  hash := public.crypt(sign_in.password, coalesce(app_private.salt_of(address), '$2a$10$lm1lycIy9AXB8Yayvm1L3u'));

  perform app_private.lock_sign_ins(address, here);
  account_id := app_private.account_by_hash(address, hash, here);
  if account_id is null then
    perform app_private.count_failure(address, here);
    -- Attempts at many accounts from one network are counted against the network.
    if not starts_with(here, 'device ') then
      perform app_private.count_network_attempt('sign_in');
    end if;
    -- Not raised: an exception would roll the count back. The API turns this field into the error after the commit.
    tokens.refusal := 'wrong_credentials';
    return tokens;
  end if;
  -- Where other accounts have the address, a success with one of them must not permit more guesses at the others.
  if not exists (
       select from app_private.accounts a where (a.email = address or a.claimed_email = address) and a.id <> account_id) then
    delete from app_private.sign_in_counts sc
    where sc.address_hash = sha256(convert_to(address, 'utf8')) and sc.place = here;
  end if;
  return app_private.start_session(account_id);
end
$$;

comment on function app_public.sign_in(text, text) is
'Signs in with e-mail and password and starts a session. Open to everybody. A failure is counted and therefore returned, not raised: field refusal = wrong_credentials. Refuses too_many_attempts (detail: retryAfterSeconds). Known and unknown addresses are answered alike.';

revoke all on function app_public.sign_in(text, text) from public;
grant execute on function app_public.sign_in(text, text) to app_anonymous;
