create or replace function app_private.require_own_customer(customer_id bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if app_private.caller_is_operator() then
    return;
  elsif app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif (require_own_customer.customer_id = any (app_hidden.current_customer_ids())) is not true then
    perform app_hidden.refuse('customer_not_found', 'No such customer.',
      jsonb_build_object('customerId', require_own_customer.customer_id::text));
  end if;
end
$$;

comment on function app_private.require_own_customer is
'Refuses (unauthenticated, customer_not_found) unless the caller is this customer, acts for it (as a guardian, or '
'because the record was merged into the caller''s), or is an operator. Other callers do '
'not learn whether the customer exists.';
