create or replace function app_public.register_customer(
  email text, password text, full_name text, phone text default null, preferred_language text default null)
returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  address app_public.email_address := app_private.require_address(register_customer.email);
  given_name text := nullif(btrim(register_customer.full_name), '');
  hash text;
  target bigint;
  was_known boolean;
begin
  perform app_private.assert_network_below_limit('registration');
  if given_name is null then
    perform app_hidden.refuse('invalid_argument', 'A name is needed.', '{"argument": "fullName"}');
  end if;
  hash := app_private.hash_password(register_customer.password, address);
  -- A person who registers again with the password of an existing account means that account. A wrong password is not
  -- counted as a failed sign-in, because the owner of the account did not cause it. The number of registrations limits
  -- how many passwords can be guessed this way.
  if (select count(*) from app_private.accounts a
      where (a.email = address or a.claimed_email = address) and a.created_at > now() - interval '1 day') < 20 then
    target := app_private.account_by_hash(address, hash, app_private.place_of_attempt(address));
  end if;
  if exists (
       select from app_public.customers c
       where c.account_id = target and not app_hidden.same_name(c.full_name, given_name)) then
    -- Another person with the same address and password, such as a family member. This refusal reveals nothing to them:
    -- they know the password.
    perform app_hidden.refuse('email_taken',
      'This e-mail address and password belong to another person''s account. Choose another password, or sign in.',
      '{"argument": "email"}');
  end if;
  if target is null then
    insert into app_private.accounts (email, password_hash) values (address, hash)
    on conflict on constraint accounts_are_unique_by_email do nothing returning id into target;
    was_known := target is null;
    if was_known then
      -- The response is the same as for an unknown address, so that it does not reveal whether the address is
      -- registered. The caller gets a separate account, and the owner of the address is notified by mail. Requiring
      -- confirmation by mail first was rejected, because people register when they are about to book.
      if app_private.salt_of(address) <> left(hash, 29) then
        -- The other account was created after the hash above was computed. Hash again with its salt.
        hash := app_private.hash_password(register_customer.password, address);
      end if;
      insert into app_private.accounts (claimed_email, password_hash) values (address, hash) returning id into target;
    end if;
    perform app_private.queue_account_message(
      address, target, case when was_known then 'registered_again' else 'registered' end,
      register_customer.preferred_language);
  end if;
  insert into app_public.customers (account_id, full_name, email, phone, preferred_language)
  values (target, given_name, address, nullif(btrim(register_customer.phone), ''), register_customer.preferred_language)
  on conflict on constraint an_account_is_one_customer do nothing;
  -- Each account may hold slots up to the clinic's policy. The limit per network keeps people from avoiding it with
  -- many accounts.
  perform app_private.count_network_attempt('registration');
  return app_private.start_session(target);
end
$$;

comment on function app_public.register_customer is
'Registers a patient with an account and signs them in. `preferred_language` (en, de) is the language of messages to '
'them; without it, each clinic''s own. Open to everybody. Known and unknown addresses get the same response: if the '
'password does not open an existing account of the address, a separate account is created, which is opened by the '
'address and its own password, and the owner of the address is notified by mail. Refuses invalid_email, '
'text_too_long, text_not_accepted, weak_password, invalid_argument, email_taken (the password opens the account of a '
'person with another name), too_many_attempts (many registrations from one network).';

grant execute on function app_public.register_customer to app_anonymous;
