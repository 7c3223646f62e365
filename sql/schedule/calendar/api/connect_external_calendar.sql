create or replace function app_public.connect_external_calendar(clinic_id bigint, doctor_id bigint, calendar jsonb)
returns app_public.external_calendars
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  most constant int := 5;
  sealed app_private.sealed_calendar;
  connected app_public.external_calendars;
begin
  perform app_private.require_manager_or_own_doctor(
    connect_external_calendar.clinic_id, connect_external_calendar.doctor_id);
  sealed := app_private.read_sealed_calendar(connect_external_calendar.calendar);
  perform app_private.lock_schedule(connect_external_calendar.clinic_id);
  if not exists (
    select from app_public.doctors d
    where d.clinic_id = connect_external_calendar.clinic_id and d.id = connect_external_calendar.doctor_id
      and d.is_active)
  then
    perform app_hidden.refuse('doctor_not_found', 'No such active doctor in this clinic.',
      jsonb_build_object('doctorId', connect_external_calendar.doctor_id::text));
  elsif (select count(*) from app_public.external_calendars ec
         where ec.clinic_id = connect_external_calendar.clinic_id
           and ec.doctor_id = connect_external_calendar.doctor_id) >= most
  then
    perform app_hidden.refuse('too_many_calendars', format('A doctor has at most %s external calendars.', most));
  end if;
  insert into app_public.external_calendars as ec (clinic_id, doctor_id, kind, origin)
  values (connect_external_calendar.clinic_id, connect_external_calendar.doctor_id, sealed.kind, sealed.origin)
  returning ec.* into connected;
  insert into app_private.external_calendar_access (clinic_id, calendar_id, key_id, nonce, ciphertext)
  values (connected.clinic_id, connected.id, sealed.key_id, sealed.nonce, sealed.ciphertext);
  return connected;
end
$$;

comment on function app_public.connect_external_calendar is
'Connects a calendar outside of medislot to a doctor. Its busy times become absences of the kind external within about '
'five minutes: free slots in them are withdrawn, and visits that are booked in them stay and go on the rebooking list. '
'By GraphQL and REST the calendar is {"kind": "ics", "url": "https://…"} or {"kind": "caldav", "url": "https://…", '
'"username": "…", "password": "…"}: the server encrypts it before it calls this function, which gets neither the '
'address, the password nor a key. For doctors concerning themselves, managers, administrators and DBAs. Refuses '
'forbidden, clinic_not_found, doctor_not_found, invalid_argument, calendar_keys_missing (the server has no keys), '
'calendar_address_refused, too_many_calendars.';

grant execute on function app_public.connect_external_calendar to app_staff;
