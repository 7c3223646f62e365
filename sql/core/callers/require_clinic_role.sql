create or replace function app_private.require_clinic_role(clinic_id bigint, required app_public.clinic_right)
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if require_clinic_role.clinic_id = any (
       case required
         when 'manage' then app_hidden.manager_clinic_ids()
         when 'desk' then app_hidden.desk_clinic_ids()
         when 'staff' then app_hidden.staff_clinic_ids()
       end)
     or app_private.caller_is_operator() then
    return;
  end if;
  if app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  perform app_hidden.refuse('forbidden', 'You have no right to do this in this clinic.',
    jsonb_build_object('clinicId', require_clinic_role.clinic_id::text, 'required', required));
end
$$;

comment on function app_private.require_clinic_role is
'Refuses (unauthenticated, forbidden) unless the caller has the required right in this clinic: manage (managers), '
'desk (managers and receptionists) or staff (everyone who works there). Operators have every right.';
