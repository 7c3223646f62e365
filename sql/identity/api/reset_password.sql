create or replace function app_public.reset_password(token text, new_password text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  message app_private.account_messages;
  new_hash text;
begin
  select m.* into message from app_private.account_messages m
  where m.token_hash = sha256(convert_to(reset_password.token, 'utf8')) and m.kind = 'password_reset'
    and m.token_expires_at > now();
  if message.id is not null then
    -- Computed before the message is locked, so that other requests with the same token do not wait for it.
    new_hash := app_private.hash_password(reset_password.new_password, message.address);
    select m.* into message from app_private.account_messages m
    where m.id = message.id and m.token_expires_at > now() for update;
  end if;
  if message.id is null then
    perform app_hidden.refuse('reset_token_invalid', 'The link is not valid or no longer valid. Ask for a new one.');
  end if;
  update app_private.accounts a set password_hash = new_hash, new_email = null
  where a.id = message.account_id and a.is_active;
  if not found then
    perform app_hidden.refuse('reset_token_invalid', 'The link is not valid or no longer valid. Ask for a new one.');
  end if;
  -- The link was sent to the account's own address, so the person who used it has proved the address.
  perform app_private.record_confirmation(message.account_id);
  -- The owner of the mailbox can sign in from here, even while another person is guessing the password.
  perform app_private.clear_failures(message.address);
  perform app_private.record_known_places(message.account_id);
  -- This link and all others of the account end: none may stay in a mailbox and open the account later.
  perform app_private.end_account_links(message.account_id,
    '{registered,registered_again,password_reset,email_confirmation,email_change}');
  update app_private.sessions s set revoked_at = now() where s.account_id = message.account_id and s.revoked_at is null;
  return true;
end
$$;

comment on function app_public.reset_password is
'Sets a new password with the token of a link that request_password_reset sent. A token works once. Ends all sessions '
'of the account. Open to everybody. Refuses reset_token_invalid, weak_password.';

grant execute on function app_public.reset_password to app_anonymous;
