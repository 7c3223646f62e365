create or replace function billing.refund_payment(
  clinic_id bigint, payment_id bigint, amount bigint, reason text default null, idempotency_key text default null)
returns billing.refunds
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  payment billing.payments;
  refund billing.refunds;
begin
  perform app_private.require_clinic_role(refund_payment.clinic_id, 'desk');
  refund := app_private.begin_idempotent(refund_payment.clinic_id, refund_payment.idempotency_key, 'refund_payment',
    jsonb_build_array(refund_payment.payment_id, refund_payment.amount, refund_payment.reason),
    null::billing.refunds);
  if refund.id is not null then
    return refund;
  end if;
  perform billing_private.require_amount(refund_payment.amount);
  select p.* into payment from billing.payments p
  where p.clinic_id = refund_payment.clinic_id and p.id = refund_payment.payment_id for no key update;
  if payment.id is null then
    perform app_hidden.refuse('payment_not_found', 'No such payment in this clinic.',
      jsonb_build_object('paymentId', refund_payment.payment_id::text));
  elsif refund_payment.amount > payment.received - payment.refunded then
    perform app_hidden.refuse('refund_exceeds_payment', 'More than was paid cannot be paid back.',
      jsonb_build_object('refundable', (payment.received - payment.refunded)::text));
  end if;
  perform billing_private.require_payable(refund_payment.amount, payment.provider, payment.currency);
  -- Money that became credit is taken from the credit. Money that pays an invoice has to become credit first.
  perform billing_private.move_money('credit_to_payment',
    greatest(0, refund_payment.amount - (payment.received - payment.spent - payment.refunded)), payment.clinic_id,
    payment.customer_id, payment.currency, payment.id, reason => refund_payment.reason);
  insert into billing.refunds (clinic_id, payment_id, customer_id, currency, amount, state, ended_at, reason,
    recorded_by_account_id)
  values (payment.clinic_id, payment.id, payment.customer_id, payment.currency, refund_payment.amount,
    case payment.method when 'provider' then 'pending' else 'succeeded' end::billing.refund_state,
    case payment.method when 'provider' then null else now() end,
    app_hidden.prose_or_null(refund_payment.reason), app_hidden.current_account_id())
  returning * into refund;
  perform billing_private.move_money('payment_refunded', refund.amount, payment.clinic_id, payment.customer_id,
    payment.currency, payment.id, refund_id => refund.id, reason => refund_payment.reason);
  if payment.method = 'provider' then
    perform billing_private.queue_refund(refund, payment);
  end if;
  perform app_private.finish_idempotent(refund.clinic_id, refund_payment.idempotency_key, refund);
  return refund;
end
$$;

comment on function billing.refund_payment is
'Pays money back. A payment at the desk is paid back at once. An online payment is paid back through its provider; '
'until the provider has done it, the state is pending. The money comes from the customer''s credit that is available: '
'cancel the visit, reduce or void the invoice, or use move_to_credit first. For the desk. Refuses forbidden, '
'unauthenticated, amount_not_accepted, payment_not_found, refund_exceeds_payment, insufficient_credit, '
'amount_not_payable_online, idempotency_key_reused, invalid_argument, text_too_long, text_not_accepted.';

grant execute on function billing.refund_payment to app_staff;
