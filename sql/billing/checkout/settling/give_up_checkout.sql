create or replace function billing_private.give_up_checkout(checkout_id bigint) returns billing.checkouts
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  checkout constant billing.checkouts := billing_private.end_unpaid_checkout(give_up_checkout.checkout_id, 'expired');
begin
  -- If its page is only being made, record_provider_call closes it.
  if checkout.provider_session is not null then
    perform billing_private.queue_expiry(checkout);
  end if;
  return checkout;
end
$$;

comment on function billing_private.give_up_checkout is
'Ends an open checkout as expired and asks the provider to close its page.';
