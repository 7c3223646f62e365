create or replace function app_private.end_account_message(
  message_id bigint, error text default null, code text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_private.account_messages m
  set last_error = left(end_account_message.error, 1000),
      sent_at = case when end_account_message.error is null then now() end,
      state = case
        when end_account_message.error is null then 'sent'
        when m.attempts >= ch.most_attempts or app_private.is_permanent_failure('email', end_account_message.code)
          then 'dead'
        else m.state end
  from app_private.channels ch
  where m.id = end_account_message.message_id and ch.channel = 'email' and m.state = 'pending';
end
$$;

comment on function app_private.end_account_message is
'Records the result of sending a claimed e-mail about an account: sent if `error` is null. Otherwise it is retried '
'until the channel''s last attempt, or not at all if the mail server''s code means a permanent failure.';
