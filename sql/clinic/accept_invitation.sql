create or replace function app_public.accept_invitation(token text, password text default null) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  invitation app_private.invitations;
  account app_private.accounts;
  member_id bigint;
begin
  select i.* into invitation from app_private.invitations i
  where i.token_hash = sha256(convert_to(accept_invitation.token, 'utf8')) and i.accepted_at is null and i.expires_at > now();
  select a.* into account from app_private.accounts a where a.email = invitation.email;
  -- Whoever has an account proves it by being signed in: the token alone, which a manager has seen, must not open it.
  if invitation.id is null or (account.id is not null and account.id is distinct from app_hidden.current_account_id()) then
    perform app_hidden.refuse('invitation_invalid', 'The invitation is not valid (any more), or you must sign in with the invited address first.');
  end if;
  if account.id is null then
    if accept_invitation.password is null then
      perform app_hidden.refuse('weak_password', 'Choose a password for your new account.', '{"argument": "password"}');
    end if;
    account.id := app_private.create_account(invitation.email::text, accept_invitation.password);
  end if;
  -- Locked only now: others who send the same token need not wait for a password's hash.
  perform from app_private.invitations i
  where i.clinic_id = invitation.clinic_id and i.id = invitation.id and i.accepted_at is null and i.expires_at > now()
  for update;
  if not found then
    perform app_hidden.refuse('invitation_invalid', 'The invitation is not valid (any more).');
  end if;

  update app_public.employees e
  set is_active = true, role = invitation.role, doctor_id = invitation.doctor_id
  where e.clinic_id = invitation.clinic_id and e.account_id = account.id
  returning e.id into member_id;
  if member_id is null then
    insert into app_public.employees (clinic_id, account_id, full_name, email, role, doctor_id)
    values (invitation.clinic_id, account.id, invitation.full_name, invitation.email, invitation.role, invitation.doctor_id);
  end if;
  update app_private.invitations i set accepted_at = now() where i.clinic_id = invitation.clinic_id and i.id = invitation.id;
  return app_private.start_session(account.id);
end
$$;

comment on function app_public.accept_invitation(text, text) is
'Joins a clinic''s staff by an invitation''s token and signs in. Who has no account yet gives a password; who has one must be signed in with it. Refuses invitation_invalid, weak_password, email_taken (somebody registered with the address in this moment).';

revoke all on function app_public.accept_invitation(text, text) from public;
grant execute on function app_public.accept_invitation(text, text) to app_anonymous;
