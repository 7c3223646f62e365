create or replace function billing.cancel_checkout(checkout_id bigint) returns billing.checkouts
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  checkout billing.checkouts;
begin
  select c.* into checkout from billing.checkouts c where c.id = cancel_checkout.checkout_id for no key update;
  if checkout.id is null or checkout.is_share or checkout.customer_id <> all (app_hidden.current_customer_ids())
     and not app_private.caller_is_operator() then
    perform app_hidden.refuse('checkout_not_found', 'No such checkout.',
      jsonb_build_object('checkoutId', cancel_checkout.checkout_id::text));
  elsif checkout.state <> 'open' then
    perform app_hidden.refuse('checkout_not_open', format('The checkout is %s.', checkout.state),
      jsonb_build_object('state', checkout.state));
  end if;
  checkout := billing_private.give_up_checkout(checkout.id);
  checkout.provider_session := null;
  checkout.provider_account := null;
  return checkout;
end
$$;

comment on function billing.cancel_checkout is
'Cancels a checkout: the slots that it holds are free again, credit and coupons are available again, and the '
'provider''s page is closed. If it is paid at the same moment, the money becomes credit. For the customer who began '
'it. Refuses checkout_not_found, checkout_not_open.';

grant execute on function billing.cancel_checkout to app_customer;
