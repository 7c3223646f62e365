create or replace function app_private.check_notification_text() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.understand_text('subject', NEW.subject);
  perform app_private.understand_text('body', NEW.body);
  return NEW;
end
$$;

comment on function app_private.check_notification_text() is
'Trigger: refuses (text_not_understood) a clinic''s text that cannot be filled in, so that it is told to who writes it and not to patients.';

revoke all on function app_private.check_notification_text() from public;
