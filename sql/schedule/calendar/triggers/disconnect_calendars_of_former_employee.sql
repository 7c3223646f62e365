create or replace function app_private.disconnect_calendars_of_former_employee() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  delete from app_public.external_calendars ec
  where ec.clinic_id = OLD.clinic_id and ec.doctor_id = OLD.doctor_id;
  return null;
end
$$;

comment on function app_private.disconnect_calendars_of_former_employee is
'Trigger: when a membership ends or belongs to another doctor, the calendars of its doctor are disconnected, and their '
'addresses and passwords deleted.';
