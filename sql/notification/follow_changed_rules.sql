create or replace function app_private.follow_changed_rules() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  the_clinic bigint := case TG_OP when 'DELETE' then OLD.clinic_id else NEW.clinic_id end;
begin
  -- A clinic being deleted takes its rules along; there is nothing left to remind of.
  if exists (select from app_public.policies p where p.clinic_id = the_clinic) then
    perform app_private.reconcile_reminders(the_clinic);
  end if;
  return null;
end
$$;

comment on function app_private.follow_changed_rules() is
'Trigger: when a clinic''s reminder lead times or notification rules change, the bookings it has already get the reminders wanted now.';

revoke all on function app_private.follow_changed_rules() from public;
