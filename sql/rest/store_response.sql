create or replace function app_hidden.store_response(key text, status int, headers jsonb, body text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Only an open one of this transaction can have no status, so nobody rewrites a response that was given.
  update app_private.stored_responses sr
  set status = store_response.status, headers = store_response.headers, body = store_response.body
  where sr.account_id = app_hidden.current_account_id() and sr.key = store_response.key and sr.status is null;
end
$$;

comment on function app_hidden.store_response(text, int, jsonb, text) is
'Stores the response to a request opened by app_hidden.claim_response, in its transaction.';

revoke all on function app_hidden.store_response(text, int, jsonb, text) from public;
grant execute on function app_hidden.store_response(text, int, jsonb, text) to app_customer;
