create or replace function app_private.end_account_links(
  account_id bigint, kinds text[], except_address app_public.email_address default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_private.account_messages m
  set token_expires_at = case when m.token_expires_at > now() then now() else m.token_expires_at end,
      state = case when m.state = 'pending' then 'dropped' else m.state end
  where m.account_id = end_account_links.account_id and m.kind = any (end_account_links.kinds)
    and m.address is distinct from end_account_links.except_address
    and (m.state = 'pending' or m.token_expires_at > now());
end
$$;

comment on function app_private.end_account_links is
'Ends the links in an account''s mails of these kinds, except those to one address: links that were sent do not work '
'any more, and mails that were not sent are dropped.';
