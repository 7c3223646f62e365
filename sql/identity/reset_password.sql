create or replace function app_public.reset_password(token text, new_password text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  message app_private.account_messages;
  new_hash text;
begin
  select m.* into message from app_private.account_messages m
  where m.token_hash = sha256(convert_to(reset_password.token, 'utf8')) and m.kind = 'password_reset' and m.token_expires_at > now();
  if message.id is not null then
    -- Before the message is locked: others who send the same token need not wait for this.
    new_hash := app_private.hash_password(reset_password.new_password, message.address);
    select m.* into message from app_private.account_messages m
    where m.id = message.id and m.token_expires_at > now() for update;
  end if;
  if message.id is null then
    perform app_hidden.refuse('reset_token_invalid', 'The link is not valid (any more). Ask for a new one.');
  end if;
  update app_private.accounts a set password_hash = new_hash where a.id = message.account_id and a.is_active;
  if not found then
    perform app_hidden.refuse('reset_token_invalid', 'The link is not valid (any more). Ask for a new one.');
  end if;
  -- Whoever else is guessing: the owner, who reads the mailbox, can sign in from here.
  perform app_private.forgive_failures(message.address);
  perform app_private.remember_places(message.account_id);
  -- This link and any other: none is to lie in a mailbox and open the account again.
  update app_private.account_messages m set token_expires_at = now()
  where m.account_id = message.account_id and m.token_expires_at > now();
  -- Also one that is still to be sent.
  update app_private.account_messages m set state = 'dropped'
  where m.account_id = message.account_id and m.kind = 'password_reset' and m.state = 'pending';
  update app_private.sessions s set revoked_at = now() where s.account_id = message.account_id and s.revoked_at is null;
  return true;
end
$$;

comment on function app_public.reset_password(text, text) is
'Sets a new password by the token of a link that request_password_reset sent, which works once, and ends all sessions of the account. Open to everybody. Refuses reset_token_invalid, weak_password.';

revoke all on function app_public.reset_password(text, text) from public;
grant execute on function app_public.reset_password(text, text) to app_anonymous;
