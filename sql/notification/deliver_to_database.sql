create or replace function app_private.deliver_to_database(clinic_id bigint, notification_id bigint, recipient text, subject text, body text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_private.messages (clinic_id, notification_id, recipient, subject, body)
  values (deliver_to_database.clinic_id, deliver_to_database.notification_id, deliver_to_database.recipient, deliver_to_database.subject, deliver_to_database.body)
  -- The notification is the idempotency key, as it will be with a real provider: a second delivery after a crash leaves one message.
  on conflict on constraint a_notification_is_delivered_once do nothing;
end
$$;

comment on function app_private.deliver_to_database(bigint, bigint, text, text, text) is
'The development transport: a message lands in app_private.messages, where a developer reads it with psql.';

revoke all on function app_private.deliver_to_database(bigint, bigint, text, text, text) from public;
