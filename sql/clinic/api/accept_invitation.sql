create or replace function app_public.accept_invitation(token text, password text default null)
returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  invitation app_private.invitations;
  account app_private.accounts;
  member_id bigint;
  tokens app_public.auth_tokens;
  is_new boolean;
  password_hash text;
  -- In a shard, when the call is repeated: what follows was checked the first time, and the account exists by now.
  admitted constant jsonb := case when app_private.is_shard()
    then nullif(current_setting('medislot.recorded', true), '')::jsonb -> 'admit_invited' end;
begin
  select i.* into invitation
  from app_private.account_messages m
  join app_private.invitations i on i.clinic_id = m.invitation_clinic_id and i.id = m.invitation_id
  where m.token_hash = sha256(convert_to(accept_invitation.token, 'utf8')) and m.kind = 'invitation'
    and m.token_expires_at > now() and i.accepted_at is null and i.expires_at > now()
    -- This is the copy of an invitation whose clinic has moved to a shard.
    and not exists (select from app_private.clinic_shards cs where cs.clinic_id = i.clinic_id);
  -- The account that the caller is signed in to comes first; then one whose owner has confirmed the address.
  select a.* into account from app_private.accounts a
  where admitted is null and (a.email = invitation.email or a.claimed_email = invitation.email) and a.is_active
    and (a.id = app_hidden.current_account_id() or a.email_verified_at is not null)
  order by a.id = app_hidden.current_account_id() desc nulls last, a.email is null, a.id limit 1;
  -- The link proves the address, but a person with an account signs in: the link alone must not open the account.
  if invitation.id is null
     or account.id is not null and account.id is distinct from app_hidden.current_account_id() then
    perform app_hidden.refuse('invitation_invalid',
      'The invitation is not valid or no longer valid, or you must sign in with the invited address first.');
  end if;
  if admitted is null and account.id is null then
    if accept_invitation.password is null then
      perform app_hidden.refuse('weak_password', 'Choose a password for your new account.', '{"argument": "password"}');
    end if;
    password_hash := app_private.hash_password(accept_invitation.password, invitation.email);
  end if;
  tokens := app_private.admit_invited(invitation, account.id, password_hash);
  is_new := case when admitted is null then account.id is null else (admitted ->> 'isNew')::boolean end;
  if is_new then
    perform app_private.queue_account_message(invitation.email, tokens.account_id, 'joined',
      (select p.language from app_public.policies p where p.clinic_id = invitation.clinic_id), invitation);
  end if;
  -- Locked only now, so that other requests with the same token do not wait while a password is hashed.
  perform from app_private.invitations i
  where i.clinic_id = invitation.clinic_id and i.id = invitation.id and i.accepted_at is null and i.expires_at > now()
  for update;
  if not found then
    perform app_hidden.refuse('invitation_invalid', 'The invitation is not valid or no longer valid.');
  end if;

  update app_public.employees e
  set is_active = true, role = invitation.role, doctor_id = invitation.doctor_id
  where e.clinic_id = invitation.clinic_id and e.account_id = tokens.account_id
  returning e.id into member_id;
  if member_id is null then
    insert into app_public.employees (clinic_id, account_id, full_name, email, role, doctor_id)
    values (
      invitation.clinic_id, tokens.account_id, invitation.full_name, invitation.email, invitation.role,
      invitation.doctor_id);
  end if;
  update app_private.invitations i set accepted_at = now()
  where i.clinic_id = invitation.clinic_id and i.id = invitation.id;
  return tokens;
end
$$;

comment on function app_public.accept_invitation is
'Joins a clinic''s staff with the token of the link that was mailed to the invited address, and signs in. A person '
'without an account chooses a password and gets a mail about the new account; a person with an account must be signed '
'in to it. The link confirms the address. Refuses invitation_invalid, weak_password, email_taken (an account '
'with the address was registered at the same moment). In a shard, the global database makes the account and the '
'session: global_database_first, shard_behind.';

grant execute on function app_public.accept_invitation to app_anonymous;
