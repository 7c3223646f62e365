create or replace function app_public.revoke_invitation(clinic_id bigint, invitation_id bigint)
returns app_public.open_invitation
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  invitation app_public.open_invitation;
begin
  perform app_private.require_clinic_role(revoke_invitation.clinic_id, 'manage');
  update app_private.invitations i set expires_at = now()
  where i.clinic_id = revoke_invitation.clinic_id and i.id = revoke_invitation.invitation_id
    and i.accepted_at is null and i.expires_at > now()
  returning i.clinic_id, i.id, i.email::text, i.full_name, i.role, i.doctor_id, i.created_at, i.expires_at,
      null, null
    into invitation;
  if invitation.id is null then
    perform app_hidden.refuse('invitation_invalid', 'No such invitation is open.',
      jsonb_build_object('invitationId', revoke_invitation.invitation_id::text));
  end if;
  return invitation;
end
$$;

comment on function app_public.revoke_invitation is
'Revokes an open invitation and returns it: its link does not work from now on. For managers. Refuses forbidden, '
'invitation_invalid.';

grant execute on function app_public.revoke_invitation to app_staff;
