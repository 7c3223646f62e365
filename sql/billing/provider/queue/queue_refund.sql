create or replace function billing_private.queue_refund(refund billing.refunds, payment billing.payments) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into billing_private.provider_calls (clinic_id, provider, kind, payload, refund_id)
  select refund.clinic_id, payment.provider, 'refund',
    jsonb_build_object('refundId', refund.id::text, 'account', pc.payload -> 'account',
      'paymentId', payment.provider_payment, 'amount', refund.amount::text, 'currency', refund.currency,
      'exponent', cu.exponent),
    refund.id
  from billing_private.provider_calls pc
  join billing.currencies cu on cu.code = refund.currency
  -- Through the account that was paid, whatever the clinic's account is now.
  where pc.checkout_id = payment.checkout_id and pc.kind = 'create_session';
end
$$;

comment on function billing_private.queue_refund is 'Asks the provider to pay back a part of an online payment.';
