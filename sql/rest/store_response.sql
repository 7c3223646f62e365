create or replace function app_hidden.store_response(key text, status int, headers jsonb, body text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Only a key that this transaction began has no status yet, so a stored response is never overwritten.
  update app_private.stored_responses sr
  set status = store_response.status, headers = store_response.headers, body = store_response.body
  where sr.account_id = app_hidden.current_account_id() and sr.key = store_response.key and sr.status is null;
end
$$;

comment on function app_hidden.store_response is
'Stores the response to the request that app_hidden.claim_response began in the same transaction.';

grant execute on function app_hidden.store_response to app_customer;
