create or replace function app_private.note_trace() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_private.notification_traces (clinic_id, notification_id, traceparent)
  values (NEW.clinic_id, NEW.id, current_setting('medislot.traceparent'));
  return null;
end
$$;

comment on function app_private.note_trace is
'Trigger of notifications: stores the request that has caused the notification, if traces are collected.';
