create or replace function app_private.admit_for_clinic(asked jsonb) returns jsonb
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  invitation app_private.invitations;
  tokens app_public.auth_tokens;
begin
  select i.* into invitation from app_private.invitations i
  where i.clinic_id = (asked ->> 'clinicId')::bigint and i.id = (asked ->> 'invitationId')::bigint;
  if invitation.id is null then
    perform app_hidden.refuse('shard_behind', 'The copy of the invitation has not arrived yet.');
  end if;
  -- The request of the server is not trusted: nobody is signed in to another account than that of the invited address.
  if invitation.accepted_at is not null or invitation.expires_at <= now()
     or asked ->> 'accountId' is not null and not exists (
       select from app_private.accounts a
       where a.id = (asked ->> 'accountId')::bigint and a.is_active
         and invitation.email in (a.email, a.claimed_email)) then
    perform app_hidden.refuse('invitation_invalid', 'The invitation is not valid or no longer valid.');
  end if;
  -- For the counts of sign-ins and the known places.
  perform set_config('medislot.client_address', coalesce(asked ->> 'from', ''), true);
  perform set_config('medislot.client_device', coalesce(asked ->> 'device', ''), true);
  tokens := app_private.admit_invited(invitation, (asked ->> 'accountId')::bigint, asked ->> 'passwordHash');
  return jsonb_build_object('accountId', tokens.account_id::text, 'sessionId', tokens.session_id,
    'isNew', asked ->> 'accountId' is null,
    'tokens', to_jsonb(tokens));
end
$$;

comment on function app_private.admit_for_clinic is
'A task of record_for_clinic: signs in somebody who accepts the invitation of a clinic in a shard, of which this '
'database has a copy. Refuses shard_behind, invitation_invalid, email_taken.';
