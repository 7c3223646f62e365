create or replace function billing_private.end_unpaid_checkout(checkout_id bigint, state billing.checkout_state)
returns billing.checkouts
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  checkout billing.checkouts;
begin
  select c.* into checkout from billing.checkouts c where c.id = end_unpaid_checkout.checkout_id for no key update;
  if checkout.state <> 'open' then
    return checkout;
  end if;
  update billing.checkouts c set state = end_unpaid_checkout.state where c.id = checkout.id returning * into checkout;
  update billing_private.checkout_shares s set due_since = now() where s.checkout_id = checkout.id;
  perform billing_private.close_parts(checkout.id);
  return checkout;
end
$$;

comment on function billing_private.end_unpaid_checkout is
'Ends an open checkout that was not paid, as expired or failed, and releases its slots, coupons and credit. Its '
'shares in other databases end when this is reported to them. A checkout that has ended or is paid does not change.';
