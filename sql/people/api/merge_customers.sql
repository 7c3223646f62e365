create or replace function app_public.merge_customers(from_customer_id bigint, into_customer_id bigint)
returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not app_private.caller_is_operator() then
    if app_hidden.current_account_id() is null then
      perform app_hidden.refuse('unauthenticated', 'Sign in first.');
    end if;
    perform app_hidden.refuse('forbidden', 'Only administrators merge the customers of others.');
  end if;
  return app_private.merge_into(merge_customers.from_customer_id, merge_customers.into_customer_id, 'administrator');
end
$$;

comment on function app_public.merge_customers is
'Merges a customer into another who is the same person, for administrators and DBAs. From the next request on the '
'surviving customer sees and manages the visits of both; merged_into_id of the other names the survivor. Nothing is '
'rewritten: undo_merge reverses it. People add records that clinics made with claim_customer. Refuses '
'unauthenticated, forbidden, customer_not_found, merge_not_possible, merged_visits_overlap.';

grant execute on function app_public.merge_customers to app_customer;
