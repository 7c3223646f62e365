create or replace function billing_private.state_for_share(checkout_id bigint, customer_id bigint, currency text)
returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Waits for a transaction that is just beginning the checkout. Afterwards none can begin it.
  insert into billing.checkouts (id, customer_id, currency, amount, state, is_share, expires_at)
  overriding system value
  values (state_for_share.checkout_id, state_for_share.customer_id, state_for_share.currency, 0, 'expired', true, now())
  on conflict on constraint checkouts_are_identified_by_id do nothing;
  return (select c.state::text from billing.checkouts c where c.id = state_for_share.checkout_id);
end
$$;

comment on function billing_private.state_for_share is
'The state of the checkout to which an open share in another database belongs. A checkout that was never begun, '
'because something failed after the share was made, is recorded as expired, so that it cannot be begun any more. For '
'the billing process of the global database.';

grant execute on function billing_private.state_for_share to app_billing;
