create or replace function app_public.undo_merge(customer_id bigint) returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  customer app_public.customers;
begin
  if app_hidden.current_account_id() is null and not app_private.caller_is_operator() then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  select c.* into customer from app_public.customers c where c.id = undo_merge.customer_id for no key update;
  if customer.merged_into_id is null
     or customer.merged_into_id <> all (app_hidden.current_customer_ids()) and not app_private.caller_is_operator() then
    perform app_hidden.refuse('merge_not_found', 'This customer is not merged into another.',
      jsonb_build_object('customerId', undo_merge.customer_id::text));
  end if;
  update app_public.customers c set merged_into_id = null where c.id = customer.id returning c.* into customer;
  perform app_private.renew_customer_ids();
  return customer;
end
$$;

comment on function app_public.undo_merge is
'Reverses merge_customers or claim_customer: the customer is a separate person again, with the visits that were made '
'for it. For the surviving person, administrators and DBAs. Refuses unauthenticated, merge_not_found (also when the '
'customer belongs to somebody else).';

grant execute on function app_public.undo_merge to app_customer;
