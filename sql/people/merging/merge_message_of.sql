create or replace function app_private.merge_message_of(token text) returns app_private.account_messages
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  message app_private.account_messages;
begin
  select m.* into message from app_private.account_messages m
  where m.token_hash = sha256(convert_to(merge_message_of.token, 'utf8'))
    and m.account_id = app_hidden.current_account_id()
    and m.kind in ('account_merge', 'record_claim') and m.token_expires_at > now();
  return message;
end
$$;

comment on function app_private.merge_message_of is
'The mail that has the link with this token, if it was sent because the caller''s account asked to merge something '
'and the link is still valid. Otherwise null. Volatile, so that a second call sees what was committed since.';
