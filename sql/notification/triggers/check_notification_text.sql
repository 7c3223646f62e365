create or replace function app_private.check_notification_text() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.assert_text_is_valid('subject', NEW.subject);
  perform app_private.assert_text_is_valid('body', NEW.body);
  return NEW;
end
$$;

comment on function app_private.check_notification_text is
'Trigger: refuses (text_not_understood) a clinic''s text that cannot be rendered, so that its author sees the error '
'and not the patients.';
