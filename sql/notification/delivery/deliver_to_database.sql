create or replace function app_private.deliver_to_database(
  clinic_id bigint, notification_id bigint, recipient text, subject text, body text, channel text default 'email',
  sender_name text default null, calendar text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_private.messages (clinic_id, notification_id, generation, recipient, subject, body, channel,
    sender_name, calendar)
  select n.clinic_id, n.id, n.generation, deliver_to_database.recipient, deliver_to_database.subject,
    deliver_to_database.body,
    deliver_to_database.channel, deliver_to_database.sender_name, deliver_to_database.calendar
  from app_public.notifications n
  where n.clinic_id = deliver_to_database.clinic_id and n.id = deliver_to_database.notification_id
  -- Waits for a transaction that is erasing the customer.
  for key share
  -- The notification is the idempotency key, as with a real provider: a second delivery after a crash leaves one
  -- message.
  on conflict on constraint a_notification_is_delivered_once do nothing;
end
$$;

comment on function app_private.deliver_to_database is
'The development transport: stores a message in app_private.messages, where developers can read it with psql.';
