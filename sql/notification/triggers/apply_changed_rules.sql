create or replace function app_private.apply_changed_rules() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  the_clinic bigint := case TG_OP when 'DELETE' then OLD.clinic_id else NEW.clinic_id end;
begin
  -- When a clinic is deleted its rules are deleted with it; there is nothing left to send reminders for.
  if exists (select from app_public.policies p where p.clinic_id = the_clinic) then
    perform app_private.reconcile_reminders(the_clinic);
  end if;
  return null;
end
$$;

comment on function app_private.apply_changed_rules is
'Trigger: when a clinic''s reminder lead times or notification rules change, its existing bookings get the reminders '
'that are wanted now.';
