create or replace function billing_private.begin_as_payer(checkout billing.checkouts) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  own_claims constant jsonb := app_private.begin_as_link_holder(checkout.customer_id);
begin
  perform app_private.set_claims(jsonb_build_object(
    'account_id', coalesce(checkout.account_id::text, ''),
    'customer_ids', app_private.customers_of_person(checkout.customer_id)::text));
  return own_claims;
end
$$;

comment on function billing_private.begin_as_payer is
'Makes the caller the customer who pays a checkout, with no other rights, and returns the claims that the caller had. '
'Pass them to app_private.set_claims afterwards.';
