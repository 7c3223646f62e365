create or replace function app_private.end_invitations_of_former_employee() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
begin
  update app_private.invitations i set expires_at = now()
  from app_private.accounts a
  where a.id = NEW.account_id and i.clinic_id = NEW.clinic_id and i.email = coalesce(a.email, a.claimed_email)
    and i.accepted_at is null and i.expires_at > now();
  return null;
end
$$;

comment on function app_private.end_invitations_of_former_employee is
'Trigger: when a membership ends, the person''s open invitations to the clinic end as well. Otherwise an invitation '
'in a mailbox would let them return.';
