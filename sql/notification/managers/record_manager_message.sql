create or replace function app_private.record_manager_message(
  clinic_id bigint, message_id bigint, error text default null, code text default null,
  delivered_body text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_private.manager_messages m
  set last_error = left(record_manager_message.error, 1000),
      sent_at = case when record_manager_message.error is null then now() end,
      delivered_body = record_manager_message.delivered_body,
      state = case
        when record_manager_message.error is null then 'sent'
        when m.attempts >= ch.most_attempts or app_private.is_permanent_failure(ch.channel, record_manager_message.code)
          then 'dead'
        else m.state end
  from app_private.channels ch
  where m.clinic_id = record_manager_message.clinic_id and m.id = record_manager_message.message_id
    and m.state = 'pending'
    and ch.channel = case when m.endpoint_id is null then 'email' else 'webhook' end;
end
$$;

comment on function app_private.record_manager_message is
'Records that a claimed message to a manager was sent (no error), or why not. A failed message is tried again until '
'the channel''s last attempt, or not at all when the code is permanent. `delivered_body` stores what would have been '
'sent, for the development transport.';
