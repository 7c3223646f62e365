create or replace function app_public.confirm_email(token text) returns app_public.person
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  message app_private.account_messages;
  account app_private.accounts;
begin
  if app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  select a.* into account from app_private.accounts a where a.id = app_hidden.current_account_id() for no key update;
  -- The link alone is not enough. A stranger who registered with the address of somebody else knows the password and
  -- not the link; the owner of the mailbox has the link and must not confirm the stranger's account by opening it.
  select m.* into message from app_private.account_messages m
  where m.token_hash = sha256(convert_to(confirm_email.token, 'utf8')) and m.account_id = account.id
    and m.kind in ('registered', 'registered_again', 'email_confirmation', 'email_change')
    and m.token_expires_at > now()
  for update;
  if message.kind = 'email_change' and message.address = account.new_email then
    if exists (
         select from app_private.accounts a
         where (a.email = message.address or a.claimed_email = message.address)
           and a.email_verified_at is not null and a.is_active and a.id <> account.id) then
      -- The caller reads the mail of this address, so this reveals nothing to others.
      perform app_hidden.refuse('email_taken',
        'Another account has this e-mail address. Sign in to that account instead.', '{"argument": "email"}');
    end if;
    perform app_private.end_unconfirmed_accounts(message.address, account.id);
    -- Links that were sent to the address before open nothing any more.
    perform app_private.end_account_links(account.id,
      '{registered,registered_again,password_reset,email_confirmation}', message.address);
    update app_private.accounts a
    set email = message.address, claimed_email = null, new_email = null, email_verified_at = now()
    where a.id = account.id;
    update app_public.customers c set email = message.address where c.account_id = account.id;
  elsif message.id is null or message.kind = 'email_change'
     or message.address <> coalesce(account.email, account.claimed_email) then
    perform app_hidden.refuse('email_link_invalid', 'The link is not valid or no longer valid. Ask for a new one.');
  end if;
  perform app_private.record_confirmation(account.id);
  return app_public.current_person();
end
$$;

comment on function app_public.confirm_email is
'Confirms the e-mail address of the caller''s account with the token of a link that was sent to it, or replaces the '
'address by the one to which change_email sent the link. A token works once, and only for the account for which it '
'was sent: callers sign in first. Accounts that registered with the address and never confirmed it are ended. Refuses '
'unauthenticated, email_link_invalid, email_taken (another account has confirmed the new address).';

grant execute on function app_public.confirm_email to app_customer;
