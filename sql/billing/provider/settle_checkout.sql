create or replace function billing_private.settle_checkout(
  provider text, session_id text, payment_id text, amount bigint, currency text)
returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  checkout billing.checkouts;
begin
  if coalesce(payment_id, '') = '' then
    perform app_hidden.refuse('invalid_argument', 'A payment has an id at its provider.', '{"argument": "paymentId"}');
  end if;
  perform billing_private.require_amount(settle_checkout.amount);
  select c.* into checkout from billing.checkouts c
  where c.provider = settle_checkout.provider and c.provider_session = settle_checkout.session_id for no key update;
  if checkout.id is null then
    perform app_hidden.refuse('checkout_not_found', 'No checkout has this session.');
  elsif checkout.currency is distinct from upper(settle_checkout.currency) then
    perform app_hidden.refuse('currency_not_used', 'The checkout is in another currency.',
      jsonb_build_object('currency', settle_checkout.currency, 'used', checkout.currency));
  elsif checkout.state = 'paid' then
    return 'already_settled';
  end if;
  return billing_private.complete_checkout(checkout.id, settle_checkout.amount, settle_checkout.payment_id);
end
$$;

comment on function billing_private.settle_checkout is
'Settles a checkout whose session is paid at the provider: payments, invoices and bookings in one transaction. Returns '
'booked (its visits), paid (its invoices), credited (something could not be booked or was paid already: that money is '
'credit) or already_settled: it may be called any number of times. For the billing process. Refuses '
'checkout_not_found, currency_not_used, amount_not_accepted, invalid_argument, not_here.';

grant execute on function billing_private.settle_checkout to app_billing;
