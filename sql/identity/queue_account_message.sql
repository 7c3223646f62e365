create or replace function app_private.queue_account_message(address app_public.email_address, account_id bigint, kind text, language text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  known_language text;
  lately int;
begin
  select c.preferred_language into known_language from app_public.customers c where c.account_id = queue_account_message.account_id;
  -- Nobody's mailbox is to be filled by others.
  select count(*) into lately from app_private.account_messages m
  where m.address = queue_account_message.address and m.kind = queue_account_message.kind and m.created_at > now() - interval '1 hour';
  -- A row also for what is not sent: a stranger's address costs as much as one that is known.
  insert into app_private.account_messages (address, account_id, kind, language, state)
  values (queue_account_message.address, queue_account_message.account_id, queue_account_message.kind,
          coalesce(known_language, case when queue_account_message.language = 'de' then 'de' end, 'en'),
          case when queue_account_message.account_id is null or lately >= 3 then 'dropped' else 'pending' end);
end
$$;

comment on function app_private.queue_account_message(app_public.email_address, bigint, text, text) is
'Queues an e-mail about an account, for the job send_account_messages; three of a kind in an hour, what is more is dropped, and so is what is for nobody (no account). In the customer''s own language, else the one given (en, de).';

revoke all on function app_private.queue_account_message(app_public.email_address, bigint, text, text) from public;
