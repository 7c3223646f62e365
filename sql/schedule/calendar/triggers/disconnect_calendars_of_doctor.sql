create or replace function app_private.disconnect_calendars_of_doctor() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  delete from app_public.external_calendars ec where ec.clinic_id = OLD.clinic_id and ec.doctor_id = OLD.id;
  return null;
end
$$;

comment on function app_private.disconnect_calendars_of_doctor is
'Trigger: the calendars of a doctor who is deactivated are disconnected, and their addresses and passwords deleted.';
