create or replace function app_public.invite_employee(
  clinic_id bigint, email text, full_name text, role app_public.staff_role, doctor_id bigint default null)
returns app_public.invitation
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  address app_public.email_address := app_private.require_address(invite_employee.email);
  made app_private.invitations;
  invitation app_public.invitation;
begin
  perform app_private.require_clinic_role(invite_employee.clinic_id, 'manage');
  if invite_employee.doctor_id is not null and not exists (
       select from app_public.doctors d
       where d.clinic_id = invite_employee.clinic_id and d.id = invite_employee.doctor_id) then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.',
      jsonb_build_object('doctorId', invite_employee.doctor_id::text));
  end if;
  -- A person has one open invitation. An older one in a mailbox must not let a person return who has joined and left in
  -- the meantime.
  update app_private.invitations i set expires_at = now()
  where i.clinic_id = invite_employee.clinic_id and i.email = address
    and i.accepted_at is null and i.expires_at > now();
  insert into app_private.invitations (clinic_id, email, full_name, role, doctor_id, invited_by_account_id)
  values (invite_employee.clinic_id, address, btrim(invite_employee.full_name), invite_employee.role,
          invite_employee.doctor_id, app_hidden.current_account_id())
  returning * into made;
  -- The link goes to the invited address only. A manager who saw the token could accept the invitation in the name of
  -- somebody else, and read what other clinics book for that address.
  perform app_private.queue_account_message(made.email, null, 'invitation',
    (select p.language from app_public.policies p where p.clinic_id = made.clinic_id), made);
  invitation.clinic_id := made.clinic_id;
  invitation.id := made.id;
  invitation.email := made.email;
  invitation.expires_at := made.expires_at;
  return invitation;
end
$$;

comment on function app_public.invite_employee is
'Invites a person to a clinic''s staff, for seven days. `doctor_id` is the clinic''s doctor that the person is, if '
'any. Earlier invitations of the same person to this clinic end. The link to accept it is mailed to the address '
'(open_invitations says whether it was sent). For the clinic''s managers. Refuses forbidden, invalid_email, '
'text_too_long, text_not_accepted, doctor_not_found.';

grant execute on function app_public.invite_employee to app_staff;
