create or replace function app_public.invite_employee(
  clinic_id bigint, email text, full_name text, role app_public.staff_role, doctor_id bigint default null)
returns app_public.invitation
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  token text := translate(encode(public.gen_random_bytes(24), 'base64'), '+/=', '-_');
  address app_public.email_address := app_private.require_address(invite_employee.email);
  invitation app_public.invitation;
begin
  perform app_private.require_clinic_role(invite_employee.clinic_id, 'manage');
  if invite_employee.doctor_id is not null and not exists (
       select from app_public.doctors d where d.clinic_id = invite_employee.clinic_id and d.id = invite_employee.doctor_id) then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.', jsonb_build_object('doctorId', invite_employee.doctor_id::text));
  end if;
  -- One open invitation a person: an older one, lying in a mailbox, must not bring back who has joined and left meanwhile.
  update app_private.invitations i set expires_at = now()
  where i.clinic_id = invite_employee.clinic_id and i.email = address and i.accepted_at is null and i.expires_at > now();
  insert into app_private.invitations as i (clinic_id, email, full_name, role, doctor_id, token_hash, invited_by_account_id)
  values (invite_employee.clinic_id, address, btrim(invite_employee.full_name), invite_employee.role,
          invite_employee.doctor_id, sha256(convert_to(token, 'utf8')), app_hidden.current_account_id())
  returning i.id, i.clinic_id, i.email::text, i.expires_at
    into invitation.id, invitation.clinic_id, invitation.email, invitation.expires_at;
  invitation.token := token;
  return invitation;
end
$$;

comment on function app_public.invite_employee(bigint, text, text, app_public.staff_role, bigint) is
'Invites somebody to a clinic''s staff, for seven days; `doctor_id` says which of the clinic''s doctors they are, if one. Earlier invitations of the same person to this clinic end. For the clinic''s managers. The token is told once, here. Refuses forbidden, invalid_email, text_too_long, text_not_accepted, doctor_not_found.';

revoke all on function app_public.invite_employee(bigint, text, text, app_public.staff_role, bigint) from public;
grant execute on function app_public.invite_employee(bigint, text, text, app_public.staff_role, bigint) to app_staff;
