create or replace function billing_private.queue_refund(refund billing.refunds, payment billing.payments) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into billing_private.provider_calls (clinic_id, provider, kind, payload, refund_id)
  select refund.clinic_id, payment.provider, 'refund',
    jsonb_build_object('refundId', refund.id::text, 'account', ch.provider_account,
      'paymentId', payment.provider_payment, 'amount', refund.amount::text, 'currency', refund.currency,
      'exponent', cu.exponent),
    refund.id
  -- Through the account that was paid, whatever the clinic's account is now.
  from billing.checkouts ch
  join billing.currencies cu on cu.code = refund.currency
  where ch.id = payment.checkout_id;
end
$$;

comment on function billing_private.queue_refund is 'Asks the provider to pay back a part of an online payment.';
