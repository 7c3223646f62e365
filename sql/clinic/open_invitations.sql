create or replace function app_public.open_invitations(clinic_id bigint) returns setof app_public.open_invitation
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_clinic_role(open_invitations.clinic_id, 'manage');
  return query
    select i.clinic_id, i.id, i.email::text, i.full_name, i.role, i.doctor_id, i.created_at, i.expires_at
    from app_private.invitations i
    where i.clinic_id = open_invitations.clinic_id and i.accepted_at is null and i.expires_at > now()
    order by i.created_at, i.id;
end
$$;

comment on function app_public.open_invitations(bigint) is
'The invitations to a clinic''s staff that somebody could still accept, oldest first; without their tokens, which are told once. For managers. Refuses forbidden.';

revoke all on function app_public.open_invitations(bigint) from public;
grant execute on function app_public.open_invitations(bigint) to app_staff;
