create or replace function app_public.register_customer(email text, password text, full_name text, phone text default null, preferred_language text default null)
returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  address app_public.email_address := app_private.require_address(register_customer.email);
  given_name text := nullif(btrim(register_customer.full_name), '');
  hash text;
  target bigint;
  was_known boolean;
begin
  perform app_private.refuse_hasty_network('registration');
  if given_name is null then
    perform app_hidden.refuse('invalid_argument', 'A name is needed.', '{"argument": "fullName"}');
  end if;
  hash := app_private.hash_password(register_customer.password, address);
  -- Somebody who has an account and registers again with its password means that one. A mismatch is not counted against the owner, who has
  -- no part in it: what registrations guess is limited by their number.
  if (select count(*) from app_private.accounts a
      where (a.email = address or a.claimed_email = address) and a.created_at > now() - interval '1 day') < 20 then
    target := app_private.account_by_hash(address, hash, app_private.place_of_attempt(address));
  end if;
  if exists (
       select from app_public.customers c
       where c.account_id = target and not app_hidden.same_name(c.full_name, given_name)) then
    -- Somebody else of the family, with the same password. They know it, so this tells them nothing new.
    perform app_hidden.refuse('email_taken', 'This e-mail address and password are of another person''s account. Choose another password, or sign in.',
      '{"argument": "email"}');
  end if;
  if target is null then
    insert into app_private.accounts (email, password_hash) values (address, hash)
    on conflict on constraint accounts_are_unique_by_email do nothing returning id into target;
    was_known := target is null;
    if was_known then
      -- Answered as anybody is, so that nobody learns who is registered here: with an account of its own, beside the other one. The owner
      -- of the address is told. Rejected: to let nobody in before they have answered a mail, since who registers is about to book.
      if app_private.salt_of(address) <> left(hash, 29) then
        -- The other one is not a moment old.
        hash := app_private.hash_password(register_customer.password, address);
      end if;
      insert into app_private.accounts (claimed_email, password_hash) values (address, hash) returning id into target;
    end if;
    perform app_private.queue_account_message(address, target, case when was_known then 'registered_again' else 'registered' end,
      register_customer.preferred_language);
  end if;
  insert into app_public.customers (account_id, full_name, email, phone, preferred_language)
  values (target, given_name, address, nullif(btrim(register_customer.phone), ''), register_customer.preferred_language)
  on conflict on constraint an_account_is_one_customer do nothing;
  -- Each may hold what the policy of a clinic allows: many accounts from one place are a way around it.
  perform app_private.count_network_attempt('registration');
  return app_private.start_session(target);
end
$$;

comment on function app_public.register_customer(text, text, text, text, text) is
'Registers a patient with an account of their own and signs them in. `preferred_language` (en, de) is that of the messages to them; without it, each clinic''s own. Open to everybody. Known and unknown addresses are answered alike: where an account exists that the password does not open, the new one stands beside it, opened by the address and its own password, and the owner of the address is told by mail. Refuses invalid_email, text_too_long, text_not_accepted, weak_password, invalid_argument, email_taken (the password opens the account of somebody with another name), too_many_attempts (many from one network).';

revoke all on function app_public.register_customer(text, text, text, text, text) from public;
grant execute on function app_public.register_customer(text, text, text, text, text) to app_anonymous;
