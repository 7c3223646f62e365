create or replace function app_private.deliver_account_message(message_id bigint, subject text, body text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update app_private.account_messages m
  set delivered_subject = deliver_account_message.subject, delivered_body = deliver_account_message.body
  where m.id = deliver_account_message.message_id;
end
$$;

comment on function app_private.deliver_account_message is
'The development transport: stores the e-mail in its row of app_private.account_messages, where a developer can read '
'it with psql.';
