create or replace function app_public.sign_in(email text, password text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  address text := app_hidden.canonical_address(sign_in.email);
  digest bytea := sha256(convert_to(address, 'utf8'));
  is_known boolean;
  waits_until timestamptz;
  account_id bigint;
  tokens app_public.auth_tokens;
begin
  perform app_private.refuse_hasty_network('sign_in');
  -- Locked before it is looked whether to wait: guesses at one address queue up behind each other.
  perform from app_private.accounts a where a.email = address or a.claimed_email = address order by a.id for no key update;
  is_known := found;
  if is_known then
    select min(coalesce(a.locked_until, '-infinity')) into waits_until from app_private.accounts a
    where a.email = address or a.claimed_email = address;
  else
    -- Strangers wait as well: or else whoever is made to wait would know that there is an account.
    select s.locked_until into waits_until from app_private.unknown_sign_ins s where s.address_hash = digest;
  end if;
  perform app_private.refuse_while_waiting(waits_until);

  -- An unknown address costs the same bcrypt as a known one, so that the time taken tells nothing.
  account_id := app_private.account_by_hash(address,
    public.crypt(sign_in.password, coalesce(app_private.salt_of(address), '$2a$10$lm1lycIy9AXB8Yayvm1L3u')));
  if account_id is null then
    if not is_known and digest is not null then
      insert into app_private.unknown_sign_ins as s (address_hash, failed_sign_ins) values (digest, 1)
      on conflict on constraint an_unknown_address_is_counted_once do update
        set failed_sign_ins = s.failed_sign_ins + 1, failed_at = now(),
            locked_until = now() + app_private.wait_after_failures(s.failed_sign_ins + 1);
    end if;
    -- Many accounts tried from one place are no account's affair.
    perform app_private.count_network_attempt('sign_in');
    -- Not raised: an exception would roll the count back. The API turns this field into the error after the commit.
    tokens.refusal := 'wrong_credentials';
    return tokens;
  end if;
  return app_private.start_session(account_id);
end
$$;

comment on function app_public.sign_in(text, text) is
'Signs in with e-mail and password and starts a session. Open to everybody. A failure is counted and therefore returned, not raised: field refusal = wrong_credentials. Refuses too_many_attempts (detail: retryAfterSeconds). Known and unknown addresses are answered alike.';

revoke all on function app_public.sign_in(text, text) from public;
grant execute on function app_public.sign_in(text, text) to app_anonymous;
