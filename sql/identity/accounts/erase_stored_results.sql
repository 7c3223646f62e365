create or replace function app_private.erase_stored_results(customer_id bigint, account_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Rows are found by ids, never by a name: a customer who is called `booked` would otherwise erase everybody's
  -- results. Results are stored for a week at most, so reading all of them is acceptable. A request that is repeated
  -- after the erasure is executed anew and finds no such customer.
  delete from app_private.idempotency_keys ik
  where ik.account_id in (erase_stored_results.account_id, -erase_stored_results.customer_id)
    or ik.outcome ->> 'customer_id' = erase_stored_results.customer_id::text
    or jsonb_typeof(ik.outcome) = 'array'
      and ik.outcome @> jsonb_build_array(jsonb_build_object('customer_id', erase_stored_results.customer_id))
    or ik.operation = 'withdraw_slot' and exists (
      select from app_public.events e
      where e.clinic_id = ik.clinic_id and e.customer_id = erase_stored_results.customer_id
        and e.booking_slot_id::text = ik.arguments ->> 0);
  delete from app_private.stored_responses sr
  where sr.account_id = erase_stored_results.account_id
    or strpos(sr.body, format('"customerId":"%s"', erase_stored_results.customer_id)) > 0
    or starts_with(sr.body, format('{"id":"%s","fullName":', erase_stored_results.customer_id));
end
$$;

comment on function app_private.erase_stored_results is
'Removes results that were stored for repeated requests: all of the customer''s own account, and those of others that '
'concern the customer.';
