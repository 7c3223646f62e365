create or replace function app_private.erase_answers(customer_id bigint, account_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Found by numbers, never by a name: whoever calls themselves `booked` would else erase what everybody was told.
  -- Stored for a week at most, so reading them all is bearable. A request repeated afterwards is judged anew, and finds no such customer.
  delete from app_private.idempotency_keys ik
  where ik.account_id = erase_answers.account_id or ik.outcome ->> 'customer_id' = erase_answers.customer_id::text
    or jsonb_typeof(ik.outcome) = 'array'
      and ik.outcome @> jsonb_build_array(jsonb_build_object('customer_id', erase_answers.customer_id))
    or ik.operation = 'withdraw_slot' and exists (
      select from app_public.events e
      where e.clinic_id = ik.clinic_id and e.customer_id = erase_answers.customer_id and e.booking_slot_id::text = ik.arguments ->> 0);
  delete from app_private.stored_responses sr
  where sr.account_id = erase_answers.account_id
    or strpos(sr.body, format('"customerId":"%s"', erase_answers.customer_id)) > 0
    or starts_with(sr.body, format('{"id":"%s","fullName":', erase_answers.customer_id));
end
$$;

comment on function app_private.erase_answers(bigint, bigint) is
'Removes answers that were stored for callers who may repeat themselves: all of the customer''s own account, and others about the customer.';

revoke all on function app_private.erase_answers(bigint, bigint) from public;
