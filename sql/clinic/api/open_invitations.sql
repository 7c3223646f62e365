create or replace function app_public.open_invitations(clinic_id bigint) returns setof app_public.open_invitation
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_clinic_role(open_invitations.clinic_id, 'manage');
  return query
    select i.clinic_id, i.id, i.email::text, i.full_name, i.role, i.doctor_id, i.created_at, i.expires_at, m.state,
      m.sent_at
    from app_private.invitations i
    left join app_private.account_messages m
      on m.invitation_clinic_id = i.clinic_id and m.invitation_id = i.id and m.kind = 'invitation'
    where i.clinic_id = open_invitations.clinic_id and i.accepted_at is null and i.expires_at > now()
    order by i.created_at, i.id;
end
$$;

comment on function app_public.open_invitations is
'The invitations to a clinic''s staff that can still be accepted, oldest first, and whether their links '
'were sent. The links themselves are only in the mails. For managers. Refuses forbidden.';

grant execute on function app_public.open_invitations to app_staff;
