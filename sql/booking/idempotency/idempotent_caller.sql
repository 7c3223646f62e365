create or replace function app_private.idempotent_caller() returns bigint
language sql stable
-- Ids of accounts are positive.
return coalesce(app_hidden.current_account_id(), -app_hidden.current_customer_id(), 0);

comment on function app_private.idempotent_caller is
'Whose idempotency keys the caller uses: those of the account, of the customer without an account whose link was '
'opened (the customer''s id, negative), or of the operator in psql (0).';
